"""Saved runs, as everybody but their writer sees them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from conformance_cli.model.diagnostics import ConformanceError, Diagnostic
from conformance_cli.model.result import TestResult
from conformance_cli.model.run import Run, RunState
from conformance_cli.store.codec import CodecError, decode
from conformance_cli.store.evidence import evidence_file
from conformance_cli.store.journal import JOURNAL
from conformance_cli.store.problems import unreadable
from conformance_cli.store.records import Finished, Record
from conformance_cli.store.replay import replay


def load_run(path: Path) -> Run:
    """The run in a directory (or of a journal file), as far as it was recorded.

    Tests are in plan order.  Planned tests without a result are left out, and a journal
    without a footer is ``RunState.INCOMPLETE``.  Raises ``ConformanceError``:
    ``run-not-found``, ``journal-corrupt``, ``journal-version``, ``run-unreadable``.
    """
    results: dict[str, TestResult] = {}

    def keep(record: Record) -> None:
        if isinstance(record, Finished):
            results[record.result.id] = record.result

    state = replay(journal_of(path), keep)
    assert state.header is not None  # noqa: S101 - see ``replay``
    order = dict.fromkeys((*state.header.planned, *results))
    return Run(
        header=state.header,
        state=state.footer.state if state.footer else RunState.INCOMPLETE,
        tests=tuple(results[test] for test in order if test in results),
        preflight=tuple(state.preflight.values()),
        finished=state.footer.finished if state.footer else None,
        resumed=state.resumed,
    )


def evidence_problems(path: Path) -> tuple[Diagnostic, ...]:
    """Evidence files that are missing, or not as they were when their test finished.

    Reads all evidence of the run.  Raises what ``load_run`` raises.
    """
    digests: dict[str, str] = {}

    def keep(record: Record) -> None:
        if isinstance(record, Finished):
            digests[record.result.id] = record.evidence

    journal = journal_of(path)
    replay(journal, keep)
    problems = (_problem(journal.parent, test, digest) for test, digest in digests.items())
    return tuple(problem for problem in problems if problem is not None)


def latest_run(results_dir: Path) -> Path | None:
    """The directory of the run that was started last, or ``None`` where there is none."""
    started: list[tuple[datetime, str, Path]] = []
    for journal in results_dir.glob(f"*/{JOURNAL}"):
        with suppress(OSError, CodecError, TypeError), journal.open("rb") as file:
            moment = decode(file.readline(), _Head).header.started
            started.append((moment.astimezone(), journal.parent.name, journal.parent))
    return max(started)[2] if started else None


def journal_of(path: Path) -> Path:
    """The journal of a run directory.  Raises ``run-not-found``."""
    journal = path if path.name == JOURNAL else path / JOURNAL
    if not journal.is_file():
        raise ConformanceError.of(
            "run-not-found",
            f"there is no run in {path}",
            place=str(path),
            hint="name a directory that conformance run made",
        )
    return journal


class _Started(msgspec.Struct):
    started: datetime


class _Head(msgspec.Struct):
    """The little of a header that tells runs apart."""

    header: _Started


def _problem(directory: Path, test: str, expected: str) -> Diagnostic | None:
    if not expected:
        return None
    file = evidence_file(directory, test)
    try:
        with file.open("rb") as content:
            actual = f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
    except FileNotFoundError:
        return Diagnostic("evidence-missing", f"the evidence of {test} is gone", str(file))
    except OSError as error:
        raise unreadable(file, error) from error
    if actual != expected:
        message = f"the evidence of {test} was changed after the test finished"
        return Diagnostic("evidence-changed", message, str(file))
    return None
