"""(c) How much of the time that ``--jobs 8`` could save it does save.

The supplier adds 50 ms to each response.  The ideal is what waiting for responses alone
would take::

    50 ms * (preflight + max(reads / 8, longest read test) + writes)

in exchanges: preflight and writing tests go one after the other, reading tests share eight
lanes, but no run is shorter than its longest test.  Requests that a step sends together
count once.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.supplier import reference_supplier
from benchmarks.workload import Workload
from conformance_cli.engine import Plan
from conformance_cli.model.pack import Effect
from conformance_cli.store import load_run

JOBS = 8
LATENCY_MS = 50
RUNS = 3
GOAL = 1.2


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        runs = [_run(Path(name) / str(n)) for n in range(RUNS)]
    ratio = statistics.median(wall / ideal for wall, ideal in runs)
    wall, ideal = (statistics.median(column) for column in zip(*runs, strict=True))
    detail = f"{wall:.2f} s over {ideal:.2f} s"
    return [Figure(f"--jobs {JOBS} at {LATENCY_MS} ms latency / ideal", ratio, GOAL, detail)]


def _run(folder: Path) -> tuple[float, float]:
    folder.mkdir()
    with reference_supplier(LATENCY_MS) as base_url:
        workload = Workload.load(base_url, folder, jobs=JOBS)
        plan = workload.plan()
        started = time.perf_counter()
        sent = workload.run(plan, folder / "run")
        wall = time.perf_counter() - started
    return wall, _ideal(plan, folder / "run", len(sent))


def _ideal(plan: Plan, folder: Path, sent: int) -> float:
    """Seconds that the responses alone would take."""
    steps = {p.test.id: p.test.steps for p in plan.tests}
    reads, writes, of_tests = [], 0, 0
    for result in load_run(folder).tests:
        of_tests += len(result.exchanges)
        beside = sum(step.together - 1 for step in steps[result.id])
        waits = max(len(result.exchanges) - beside, 0)
        if result.effect is Effect.READ:
            reads.append(waits)
        else:
            writes += waits
    critical = sent - of_tests + max(sum(reads) / JOBS, *reads) + writes
    return critical * LATENCY_MS / 1000
