"""Ctrl-C, SIGTERM and kill -9 during a run, and going on afterwards."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.endpoint import BASE, Endpoint, endpoint, run_of, talkative
from tests.cli.program import PATIENCE_S, Finished, command, environment
from tests.miniatures import Answer, Asked

#: Keys of a report that differ between two runs of the same thing.
CHANGING = {"started", "finished", "elapsed_ms", "resumed"}
#: Run ids, ports, request ids, ids that the endpoint gave, and dates.
CHANGING_TEXT = re.compile(
    r"\d{8}-\d{6}-[0-9a-f]{4}|127\.0\.0\.1:\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d+ ms|X-Request-Id: [^'\\s]+|new-\d+|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT"
)


RESUME = ("run", "--resume", "latest", "--fixture", "patient=known", *BASE)


@contextmanager
def running(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is still running; killed if the test fails."""
    process = subprocess.Popen(
        command(*arguments), cwd=cwd, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> Finished:
    out, err = process.communicate(timeout=PATIENCE_S)
    return Finished(process.returncode, out, err)


class Gate:
    """Holds the answer to one request back, and tells when that request has come."""

    def __init__(self, held: str) -> None:
        self._held = held
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, asked: Asked) -> Answer | None:
        if f"{asked.method} {asked.path}" == self._held:
            self.reached.set()
            self.opened.wait(PATIENCE_S)
        return None

    def wait(self) -> None:
        assert self.reached.wait(PATIENCE_S)


def only_run(folder: Path) -> Path:
    (run,) = (folder / "conformance-results").iterdir()
    return run


def report_of(folder: Path) -> dict[str, Any]:
    return json.loads((only_run(folder) / "report.json").read_text())


def last_record(folder: Path) -> str:
    return (only_run(folder) / "journal.jsonl").read_text().splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_once_finishes_the_test_with_its_cleanup_and_reports(number, tmp_path) -> None:
    gate = Gate("GET /Patient/new-1")
    with endpoint(gate) as served, running(*run_of(served), cwd=tmp_path) as process:
        gate.wait()
        process.send_signal(number)
        wait_for_line(process, "Stopping")
        gate.opened.set()
        done = ended(process)
        left = dict(served.patients)
    assert done.code == 130
    assert "DELETE /Patient/new-1" in served.paths()
    assert list(left) == ["known"]
    assert "interrupted" in last_record(tmp_path)
    assert report_of(tmp_path)["run"]["state"] == "interrupted"
    assert "--resume" in done.out


def wait_for_line(process: subprocess.Popen[str], start: str) -> None:
    """Read stderr until a line begins so: then the signal has been handled."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(start):
            return
    raise AssertionError(f"the process never said {start}")


def test_no_test_starts_after_an_interrupt(tmp_path) -> None:
    gate = Gate("GET /Patient/nobody-2")
    with endpoint(gate) as served, running(*run_of(served), cwd=tmp_path) as process:
        gate.wait()
        process.send_signal(signal.SIGINT)
        wait_for_line(process, "Stopping")
        gate.opened.set()
        done = ended(process)
    assert done.code == 130
    assert served.paths()[-1] == "GET /Patient/nobody-2"


def test_twice_stops_at_once_and_the_run_can_be_resumed(tmp_path) -> None:
    gate = Gate("GET /Patient/nobody-2")
    with endpoint(gate) as served:
        with running(*run_of(served), cwd=tmp_path) as process:
            gate.wait()
            process.send_signal(signal.SIGINT)
            wait_for_line(process, "Stopping")
            process.send_signal(signal.SIGINT)
            assert ended(process).code == 130
        gate.opened.set()
        with running(*RESUME, cwd=tmp_path) as process:
            done = ended(process)
    assert done.code == 0, done.err
    assert "unknown-patient.2 was cut off before" in done.err


def test_an_interrupt_outside_a_run_is_130_and_quiet(tmp_path) -> None:
    with running("demo", "serve", cwd=tmp_path) as process:
        wait_for_line(process, "Serving")
        process.send_signal(signal.SIGINT)
        done = ended(process)
    assert done.code == 130
    assert "Traceback" not in done.err


class Killer:
    """Kills the process that asks, at its n-th request."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.process: subprocess.Popen[str] | None = None
        self._started = threading.Event()

    def attach(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._started.set()

    def __call__(self, asked: Asked) -> Answer | None:
        self._started.wait(PATIENCE_S)
        self._left -= 1
        if self._left == 0 and self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE_S)
        return talkative(asked)


def comparable(value: Any) -> Any:
    """A report without what differs between any two runs."""
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in value.items() if k not in CHANGING}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return CHANGING_TEXT.sub("#", value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("whole")
    with endpoint(talkative) as served, running(*run_of(served), cwd=folder) as process:
        assert ended(process).code == 1
    return comparable(report_of(folder))


# 1 is the preflight, 2 to 8 are reads, 9 to 11 create, read and delete
@pytest.mark.parametrize("at", [1, 5, 9, 11])
def test_a_killed_run_that_goes_on_ends_as_if_it_had_never_stopped(
    at, uninterrupted, tmp_path
) -> None:
    killer = Killer(at)
    with endpoint(killer) as served:
        with running(*run_of(served), cwd=tmp_path) as process:
            killer.attach(process)
            assert ended(process).code == -signal.SIGKILL
        before = served.paths()
        with running(*RESUME, cwd=tmp_path) as process:
            done = ended(process)
    assert done.code == 1, done.err
    assert comparable(report_of(tmp_path)) == uninterrupted
    finished = [path for path in before[:-1] if "nobody" in path]
    assert not set(finished) & set(served.paths()[len(before) :]), "it is sent only once"


def interrupted_run(served: Endpoint, folder: Path) -> None:
    killer = Killer(4)
    served.instead = killer
    with running(*run_of(served), cwd=folder) as process:
        killer.attach(process)
        ended(process)


@pytest.mark.parametrize(
    ("further", "what"),
    [
        (("--fixture", "patient=known", "--allow", "read-only"), "the settings"),
        (("--fixture", "patient=known", "--option", "create=false"), "the options"),
        ((), "which fixtures are given"),
    ],
)
def test_a_run_does_not_go_on_under_other_conditions(further, what, tmp_path, cli) -> None:
    with endpoint() as served:
        interrupted_run(served, tmp_path)
        before = len(served.asked)
        done = cli("run", "--resume", "latest", *BASE, *further, cwd=tmp_path)
    assert done.code == 2
    assert "error[resume-differs]" in done.err
    assert what in done.err
    assert len(served.asked) == before
    assert "resumed" not in last_record(tmp_path).lower()


def test_a_complete_run_cannot_be_resumed(tmp_path, cli) -> None:
    with endpoint() as served:
        cli(*run_of(served), cwd=tmp_path)
        done = cli(*RESUME, cwd=tmp_path)
    assert done.code == 2
    assert "error[run-complete]" in done.err


def test_two_processes_do_not_write_one_run(tmp_path, cli) -> None:
    gate = Gate("GET /Patient/nobody-1")
    with endpoint(gate) as served, running(*run_of(served), cwd=tmp_path) as process:
        gate.wait()
        done = cli("run", "--resume", "latest", "--fixture", "patient=known", *BASE, cwd=tmp_path)
        gate.opened.set()
        assert ended(process).code == 0
    assert done.code == 2
    assert "error[run-locked]" in done.err
