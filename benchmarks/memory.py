"""(d) Whether memory grows with the number of exchanges.

Peak resident memory of a run of 5,000 exchanges over one of 500, each in a fresh process:
the reading tests of the bars pack, again and again under new ids.  The first row is the
run itself, to the end of its journal; the second goes on to the judgement and
``report.json``, which hold every result.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.supplier import reference_supplier
from benchmarks.workload import Workload
from conformance_cli.engine import Plan
from conformance_cli.model.pack import Effect

FEW, MANY = 500, 5000
GOAL = 1.2


def measure() -> list[Figure]:
    few, many = (_child(exchanges) for exchanges in (FEW, MANY))
    return [
        Figure(
            f"peak memory, {many['exchanges']:.0f} / {few['exchanges']:.0f} exchanges, {stage}",
            many[stage] / few[stage],
            GOAL,
            f"{many[stage]:.0f} MiB over {few[stage]:.0f} MiB",
        )
        for stage in ("run", "run and report")
    ]


def _child(exchanges: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.memory", str(exchanges)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _inside(exchanges: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name, reference_supplier() as base_url:
        folder = Path(name)
        workload = Workload.load(base_url, folder)
        plan = _repeated(workload.plan(), exchanges)
        sent = workload.record(plan, folder / "run")
        peak = _peak()
        workload.report(folder / "run")
        return {"exchanges": sent, "run": peak, "run and report": _peak()}


def _repeated(plan: Plan, exchanges: int) -> Plan:
    """The reading tests under new ids, until their steps make up so many exchanges."""
    reads = [p for p in plan.runnable if p.test.effect is Effect.READ]
    tests, count, turn = [], 0, 0
    while count < exchanges:
        turn += 1
        for planned in reads:
            if count >= exchanges:
                break
            test = replace(planned.test, id=f"{planned.test.id}-{turn}")
            tests.append(replace(planned, test=test))
            count += sum(step.repeat * step.together for step in test.steps)
    return replace(plan, tests=tuple(tests))


def _peak() -> float:
    """MiB.  ``ru_maxrss`` of a child on Linux is never less than its parent's was."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text("ascii", "replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(_inside(int(sys.argv[1]))))
