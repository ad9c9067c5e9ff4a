"""The run directory, as the one process that writes it sees it.

    <run>/journal.jsonl             see ``store.journal``
    <run>/evidence/<test>.jsonl     see ``store.evidence``
    <run>/.lock                     held while a process writes the run

Only the user can read it: the directory has mode 0700, its files 0600.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import Evidence
from conformance_cli.model.result import PreflightResult, TestResult
from conformance_cli.model.run import RunHeader, RunState
from conformance_cli.store.evidence import (
    EVIDENCE,
    evidence_file,
    sweep,
    sync_directory,
    write_evidence,
)
from conformance_cli.store.journal import JOURNAL, JournalWriter, read_entry
from conformance_cli.store.lock import RunLock
from conformance_cli.store.problems import preparing, recording
from conformance_cli.store.reading import journal_of
from conformance_cli.store.records import (
    Finished,
    Footer,
    Header,
    Preflight,
    Resumed,
    Started,
)
from conformance_cli.store.replay import Replay, replay


class RunDirectory:
    """Records a run as it happens; whatever it has recorded survives a crash.

    Results are on disk when ``test_finished`` returns.  Methods may be called from any
    thread.  Faults of the file system are ``ConformanceError`` (``run-unwritable``).
    Memory does not grow with what is recorded, but by the ids of tests.
    """

    def __init__(self, path: Path, lock: RunLock, journal: JournalWriter, state: Replay) -> None:
        self._path = path
        self._lock = lock
        self._journal = journal
        self._state = state
        self._in_flight = tuple(state.in_flight)
        #: Tests whose result is in the journal, or may be if writing it was interrupted.
        self._recorded = set(self.finished)
        self._mutex = threading.Lock()
        self._closed = False

    @classmethod
    def create(cls, path: Path, header: RunHeader) -> RunDirectory:
        """Begin a run in a new directory, or in one that holds no journal yet.

        Raises ``ConformanceError``: ``run-exists``, ``run-locked``, ``run-unwritable``,
        and for planned tests ``test-id-unsafe`` or ``test-id-twice``.
        """
        _check_plan(path, header)
        with preparing(path):
            _make(path)
            lock = RunLock(path)
            try:
                journal = _begin(path, header)
            except BaseException:
                lock.release()
                raise
        return cls(path, lock, journal, replay(path / JOURNAL))

    @classmethod
    def resume(cls, path: Path) -> RunDirectory:
        """Go on with a run that crashed, was interrupted or ran out of time.

        A torn last line is dropped.  ``finished`` and ``in_flight`` say what is there;
        tests that had no time (deadline, interrupt) count as not finished.

        Raises ``ConformanceError``: ``run-not-found``, ``run-complete``, ``run-locked``,
        ``run-unwritable``, ``journal-corrupt``.
        """
        file = journal_of(path)
        path = file.parent
        with preparing(path):
            lock = RunLock(path)
        try:
            return cls._resumed(path, file, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _resumed(cls, path: Path, file: Path, lock: RunLock) -> RunDirectory:
        state = replay(file)
        if (
            state.footer is not None
            and state.footer.state is RunState.COMPLETE
            and not _open(state)
        ):
            raise ConformanceError.of(
                "run-complete",
                "this run is complete; there is nothing to resume",
                place=str(path),
                hint="start a new run, or rebuild its reports with conformance report",
            )
        last, in_flight = state.last, tuple(state.in_flight)
        assert last is not None  # noqa: S101 - a journal without a header is refused
        with preparing(path):
            sweep(path)
            descriptor = os.open(file, os.O_WRONLY | os.O_APPEND)
            dropped = os.fstat(descriptor).st_size - last.end
            os.ftruncate(descriptor, last.end)
            journal = JournalWriter(descriptor, last)
            run = cls(path, lock, journal, state)
            journal.append(Resumed(datetime.now(UTC), in_flight, dropped))
            journal.sync()
        return run

    @property
    def path(self) -> Path:
        """The directory."""
        return self._path

    @property
    def header(self) -> RunHeader:
        """What the run began with."""
        assert self._state.header is not None  # noqa: S101 - see ``replay``
        return self._state.header

    @property
    def finished(self) -> Mapping[str, TestResult]:
        """The results of all finished tests, read from disk when asked for."""
        return _Finished(self._path / JOURNAL, self._state)

    @property
    def in_flight(self) -> tuple[str, ...]:
        """Tests that had begun when the process before this one ended."""
        return self._in_flight

    def preflight(self, result: PreflightResult) -> None:
        """Record one set-up check."""
        with self._recording():
            self._journal.append(Preflight(result))

    def test_started(self, test_id: str) -> None:
        """Record that a test may from now on touch the endpoint."""
        with self._recording():
            self._journal.append(Started(test_id))

    def test_finished(self, result: TestResult, evidence: Sequence[Evidence]) -> None:
        """Record a result, its evidence first; a crash after the return loses neither.

        Raises ``ValueError`` for a test that has finished before.
        """
        with self._recording():
            if result.id in self._recorded:
                raise ValueError(f"test {result.id} has finished before")
            digest = write_evidence(self._path, result.id, evidence)
            self._recorded.add(result.id)
            try:
                span = self._journal.append(Finished(result, digest))
            except OSError:
                self._recorded.discard(result.id)
                raise
            self._state.finished[result.id] = span
            self._state.cut_short.discard(result.id)
            self._journal.sync()

    def finish(self, state: RunState, finished: datetime) -> None:
        """Record how the run ended, and close it."""
        with self._recording():
            sync_directory(self._path / EVIDENCE)
            self._journal.append(Footer(state, finished))
            self._journal.sync()
        self.close()

    @contextmanager
    def _recording(self) -> Iterator[None]:
        with self._mutex, recording(self._path):
            if self._closed:
                raise ValueError("this run directory was closed")
            yield

    def close(self) -> None:
        """Let go of the files without ending the run; it can be resumed."""
        if not self._closed:
            self._closed = True
            self._journal.close()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Finished(Mapping[str, TestResult]):
    """Results by test id, of tests that need not be run again; read from disk."""

    def __init__(self, journal: Path, state: Replay) -> None:
        self._journal = journal
        self._state = state

    def __getitem__(self, test_id: str) -> TestResult:
        if test_id not in self:
            raise KeyError(test_id)
        record = read_entry(self._journal, *self._state.finished[test_id])
        assert isinstance(record, Finished)  # noqa: S101 - the offsets are those of results
        return record.result

    def __iter__(self) -> Iterator[str]:
        return (test for test in self._state.finished if test not in self._state.cut_short)

    def __contains__(self, test_id: object) -> bool:
        return test_id in self._state.finished and test_id not in self._state.cut_short

    def __len__(self) -> int:
        return len(self._state.finished) - len(self._state.cut_short)


def _make(path: Path) -> None:
    """Make the directories; one that holds other files already keeps its mode."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(path.iterdir()):
        path.chmod(0o700)
    (path / EVIDENCE).mkdir(exist_ok=True)
    (path / EVIDENCE).chmod(0o700)


def _begin(path: Path, header: RunHeader) -> JournalWriter:
    """A new journal with its header on disk, or none at all."""
    file = path / JOURNAL
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _exists(path) from None
    journal = JournalWriter(descriptor)
    try:
        journal.append(Header(header))
        journal.sync()
    except BaseException:
        journal.close()
        file.unlink()
        raise
    sync_directory(path)
    sync_directory(path.parent)
    return journal


def _open(state: Replay) -> bool:
    """Whether a planned test has not run to its end."""
    assert state.header is not None  # noqa: S101 - see ``replay``
    return bool(state.cut_short) or any(t not in state.finished for t in state.header.planned)


def _check_plan(path: Path, header: RunHeader) -> None:
    """Find out now, and not in the middle of the run, that a test cannot be recorded."""
    for test in header.planned:
        evidence_file(path, test)
    if len(set(header.planned)) != len(header.planned):
        twice = next(test for test in header.planned if header.planned.count(test) > 1)
        raise ConformanceError.of(
            "test-id-twice",
            f"two tests of the plan are called {twice}",
            hint="leave out one of the packs, or rename the test",
        )


def _exists(path: Path) -> ConformanceError:
    return ConformanceError.of(
        "run-exists",
        "there is a run in this directory already",
        place=str(path),
        hint=f"go on with --resume {path}, or choose another --output-dir",
    )
