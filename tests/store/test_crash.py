"""Crashes as they happen: a process killed while it writes, and a disk that is full."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from conformance_cli.model.run import RunState
from conformance_cli.store import RunDirectory, evidence_problems, load_evidence, load_run
from tests.store.saved import WHEN, evidence, record, result

ROOT = Path(__file__).parents[2]
PLANNED = tuple(f"t{n}" for n in range(400))

#: Writes tests until it is killed, and says how many are finished.
WRITER = """
import sys
from pathlib import Path
from conformance_cli.store import RunDirectory
from tests.store.saved import header, record
from tests.store.test_crash import PLANNED

path = Path(sys.argv[1])
if (path / "journal.jsonl").exists():
    run = RunDirectory.resume(path)
else:
    run = RunDirectory.create(path, header(*PLANNED))
for test in PLANNED:
    if test not in run.finished:
        record(run, [test])
        print(test, flush=True)
"""

#: Runs into a limit on the size of files, which fails like a full disk.
FILLER = """
import resource
import sys
from pathlib import Path
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.store import RunDirectory
from tests.store.saved import WHEN, header, record
from tests.store.test_crash import PLANNED

with RunDirectory.create(Path(sys.argv[1]), header(*PLANNED)) as run:
    room = int(sys.argv[2]) + (Path(sys.argv[1]) / "journal.jsonl").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        for test in PLANNED:
            record(run, [test])
    except ConformanceError as error:
        diagnostic = error.diagnostics[0]
        print(error.exit_code.name, diagnostic.code, diagnostic.hint)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_a_killed_process_loses_at_most_the_test_in_flight(tmp_path: Path) -> None:
    """Killed three times at random points; each next process goes on with the run."""
    chance = random.Random(20261123)
    reported: list[str] = []
    for _ in range(3):
        with python(WRITER, tmp_path) as writer:
            assert writer.stdout is not None
            # the writer goes on while this reads, so the kill hits it anywhere
            reported += map(str.strip, islice(writer.stdout, chance.randint(2, 40)))
            writer.kill()
        run = load_run(tmp_path)
        ids = [test.id for test in run.tests]
        assert run.state is RunState.INCOMPLETE
        assert ids == list(PLANNED[: len(ids)])
        assert set(reported) <= set(ids)
        assert run.tests == tuple(result(test) for test in ids)
        for test in ids:
            assert load_evidence(tmp_path, f"{test}/2") == evidence(test)[1]
        assert evidence_problems(tmp_path) == ()

    with RunDirectory.resume(tmp_path) as last:
        assert set(last.in_flight) <= set(PLANNED)
        record(last, [test for test in PLANNED if test not in last.finished])
        last.finish(RunState.COMPLETE, WHEN)
    run = load_run(tmp_path)
    assert [test.id for test in run.tests] == list(PLANNED)
    assert (run.state, run.resumed) == (RunState.COMPLETE, 3)


@pytest.mark.parametrize("room", [50, 700, 5000])
def test_a_full_disk_is_said_with_a_remedy_and_the_run_can_go_on(room: int, tmp_path: Path) -> None:
    with python(FILLER, tmp_path, room) as filler:
        said, _ = filler.communicate()
    assert (
        said == "UNDECIDED run-unwritable raise the limit on file sizes, then go on with --resume\n"
    )
    saved = [test.id for test in load_run(tmp_path).tests]
    assert saved == list(PLANNED[: len(saved)])
    with RunDirectory.resume(tmp_path) as run:
        record(run, PLANNED[len(saved) :][:3])
        run.finish(RunState.INTERRUPTED, WHEN)
    assert len(load_run(tmp_path).tests) == len(saved) + 3
