"""One invocation of ``conformance validate``, from the names of files to the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from conformance_cli.cli.validating.checking import Rules, check_each, validator
from conformance_cli.cli.validating.inputs import Input, inputs, is_ndjson
from conformance_cli.cli.validating.presenters import Presenter
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.model.diagnostics import ExitCode

if TYPE_CHECKING:
    from types import FrameType

    from conformance_cli.cli.validating.opinions import SecondOpinion
    from conformance_cli.fhir.outcome.report import Checked


class Bar(Protocol):
    """Something that shows how far it is."""

    def move(self, checked: Checked) -> None:
        """Take note of a result."""


class NoBar:
    """Shows nothing."""

    def move(self, checked: Checked) -> None:
        """Do nothing."""


class Job(Struct, frozen=True):
    """What to validate, and how."""

    #: As ``find_files`` found them.
    files: Sequence[str]
    rules: Rules
    fail_on: Severity = Severity.ERROR
    jobs: int = 1
    quiet: bool = False
    second_opinion: SecondOpinion | None = None


def run(job: Job, presenter: Presenter) -> ExitCode:
    """Validate everything, show it as it comes, and say how it went.

    What was validated is shown also where it ends early: by Ctrl-C, SIGTERM, or a fault.

    Raises:
        ConformanceError: a package is not there; nothing was validated.

    """
    validator(job.rules)  # opened before any process is started, so that all share it
    code, ended = ExitCode.OK, False
    try:
        with _watched(job.files, quiet=job.quiet) as bar:
            for checked in _results(job):
                presenter.add(checked)
                bar.move(checked)
                if fails(checked, job.fail_on):
                    code = ExitCode.NOT_CONFORMANT
        ended = True
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    finally:
        presenter.end(interrupted=not ended)
    return code


def fails(checked: Checked, fail_on: Severity) -> bool:
    """Whether an input has an issue that leads to exit code 1."""
    if fail_on.rank >= Severity.ERROR.rank and not checked.is_valid:
        return True
    worst = checked.worst
    return worst is not None and worst.rank <= fail_on.rank


def _results(job: Job) -> Iterator[Checked]:
    found: Iterable[Input] = inputs(job.files)
    if job.second_opinion is not None:
        return job.second_opinion.beside(found, job.rules)
    if job.jobs == 1 or not _is_several(job.files):
        return check_each(found, job.rules)
    from conformance_cli.cli.validating.pool import check_in_processes

    return check_in_processes(found, job.rules, job.jobs)


@contextmanager
def _watched(files: Sequence[str], *, quiet: bool) -> Iterator[Bar]:
    """Where there is more than one input: show how far it is, and let SIGTERM end it tidily."""
    if not _is_several(files):
        yield NoBar()
        return
    from conformance_cli.cli.validating.progress import progress

    with _stoppable(), progress(files, quiet=quiet) as bar:
        yield bar


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does."""
    import signal
    import threading

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _is_several(files: Sequence[str]) -> bool:
    return len(files) > 1 or is_ndjson(files[0])


def writer(path: Path | None, *, color: bool) -> Writer:
    """What takes the answer: a file, or stdout."""
    return _FileWriter(path) if path is not None else _StreamWriter(color=color)


class Writer:
    """Takes the answer, line by line or whole."""

    def line(self, text: str) -> None:
        """Take one line."""
        raise NotImplementedError

    def close(self) -> None:
        """Be done."""


class _StreamWriter(Writer):
    def __init__(self, *, color: bool) -> None:
        self._color = color

    def line(self, text: str) -> None:
        import click

        click.echo(text, file=sys.stdout, color=self._color)


class _FileWriter(Writer):
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []

    def line(self, text: str) -> None:
        self._lines.append(text)

    def close(self) -> None:
        from conformance_cli.cli.files import write_text

        write_text(self._path, "\n".join([*self._lines, ""]))
