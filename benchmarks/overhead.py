"""(b) What a whole run costs over the same requests sent by a bare ``requests.Session``.

Three rows.  *A run in its process*: a fresh interpreter, so that no cache is warm, loads the
pack, then runs it (plan, preflight, every test with writes, journal with fsync, redaction,
evidence, judgement, ``report.json``) and then replays exactly those requests against a
fresh supplier.  *A whole process*: ``conformance run``, from its start to its exit, with
everything that it loads and both default reports, against a Python script that starts,
imports requests and replays.  The third row is the first without a disk to wait for: every
result and its evidence are synced to disk before the next test.  The supplier has a process
of its own in all of them.

Ids that the supplier gives out differ in a replay, so some writes are refused there.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.supplier import reference_supplier

PAIRS = 5
GOAL = 1.3
#: Where Linux keeps files in memory: waiting for a disk to sync costs nothing there.
_IN_MEMORY = Path("/dev/shm")


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inner = [_inner(folder / f"inner{n}") for n in range(PAIRS + 1)][1:]
        recorded = folder / "inner1" / "requests.json"
        outer = [_outer(folder / f"outer{n}", recorded) for n in range(PAIRS + 1)][1:]
    figures = [
        _figure("a run in its process / bare Session", inner),
        _figure("a whole process of `conformance run` / bare script", outer),
    ]
    if _IN_MEMORY.is_dir():
        with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as name:
            inner = [_inner(Path(name) / f"inner{n}") for n in range(PAIRS + 1)][1:]
        figures.append(_figure("the first, its results on a file system in memory", inner))
    return figures


Timing = tuple[float, float]
Pair = tuple[Timing, Timing]


def _figure(name: str, pairs: Sequence[Pair]) -> Figure:
    ratio = statistics.median(ours[0] / bare[0] for ours, bare in pairs)
    (wall, cpu), (bare_wall, bare_cpu) = (
        tuple(statistics.median(pair[side][part] for pair in pairs) for part in (0, 1))
        for side in (0, 1)
    )
    detail = f"{wall:.2f} s over {bare_wall:.2f} s; own CPU {cpu:.2f} s over {bare_cpu:.2f} s"
    return Figure(name, ratio, GOAL, detail)


def _inner(folder: Path) -> Pair:
    folder.mkdir()
    command = [sys.executable, "-m", "benchmarks.overhead", str(folder)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env=_installed(folder.parent)
    )
    ours, bare = json.loads(done.stdout)
    return tuple(ours), tuple(bare)


def _inside(folder: Path) -> Pair:
    """One pair, in a process that has done nothing else."""
    from benchmarks.replay import replay
    from benchmarks.workload import Workload

    with reference_supplier() as base_url:
        workload = Workload.load(base_url, folder)
        start = time.perf_counter(), time.process_time()
        sent = workload.run(workload.plan(), folder / "run")
        ours = time.perf_counter() - start[0], time.process_time() - start[1]
    recorded = [
        [
            request.method,
            request.url.removeprefix(base_url),
            dict(request.headers),
            None if request.body is None else request.body.decode("utf-8", "surrogatepass"),
        ]
        for request in sent
    ]
    (folder / "requests.json").write_text(json.dumps(recorded), "utf-8")
    with reference_supplier() as base_url:
        start = time.perf_counter(), time.process_time()
        replay(recorded, base_url)
        bare = time.perf_counter() - start[0], time.process_time() - start[1]
    return ours, bare


def _outer(folder: Path, recorded: Path) -> Pair:
    from benchmarks.workload import configuration

    folder.mkdir()
    with reference_supplier() as base_url:
        file = configuration(base_url, folder)
        command = [sys.executable, "-m", "conformance_cli", "--config", str(file), "run"]
        command += ["--output-dir", str(folder / "results")]
        ours = _process(command, folder.parent)
    with reference_supplier() as base_url:
        script = Path(__file__).with_name("replay.py")
        bare = _process([sys.executable, str(script), str(recorded), base_url], folder.parent)
    return ours, bare


def _installed(folder: Path) -> dict[str, str]:
    """An environment in which modules are compiled once, as in an installed package."""
    environment = dict(os.environ) | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _process(command: list[str], folder: Path) -> Timing:
    environment = _installed(folder)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, env=environment)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(done.stderr.decode())
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    print(json.dumps(_inside(Path(sys.argv[1]))))
