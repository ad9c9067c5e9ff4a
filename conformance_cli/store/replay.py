"""Replaying a journal: what its lines, one after the other, add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from conformance_cli.model.result import PreflightResult
from conformance_cli.model.run import RunHeader
from conformance_cli.store.journal import Entry, read_journal
from conformance_cli.store.problems import corrupt
from conformance_cli.store.records import (
    Finished,
    Footer,
    Header,
    Preflight,
    Record,
    Resumed,
    Started,
)


@dataclass(slots=True)
class Replay:
    """The state of a run after the lines read so far.  Keeps ids and offsets, no results."""

    journal: Path
    header: RunHeader | None = None
    #: Test id to the offsets of its result, in the order first finished.
    finished: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: Those of them that had no time, and may be run again.
    cut_short: set[str] = field(default_factory=set)
    #: Tests started and not finished, in order.
    in_flight: dict[str, None] = field(default_factory=dict)
    #: The latest of each name.
    preflight: dict[str, PreflightResult] = field(default_factory=dict)
    #: Set while the last line is the end of a run.
    footer: Footer | None = None
    resumed: int = 0
    last: Entry | None = None

    def apply(self, entry: Entry) -> None:
        """Go on by one line.  Raises ``journal-corrupt`` where it cannot stand there."""
        record = entry.record
        if self.footer is not None and not isinstance(record, Resumed):
            raise corrupt(self.journal, entry.line, "it goes on after the run had ended")
        match record:
            case Header(header):
                self.header = header
            case Preflight(result):
                self.preflight[result.name] = result
            case Started(test):
                self.in_flight[test] = None
            case Finished():
                self._finish(entry, record)
            case Footer():
                self.footer = record
            case Resumed():
                self._resume()
        self.last = entry

    def _finish(self, entry: Entry, record: Finished) -> None:
        test = record.result.id
        if test in self.finished and test not in self.cut_short:
            raise corrupt(self.journal, entry.line, f"test {test} finished twice")
        self.finished[test] = (entry.start, entry.end)
        self.in_flight.pop(test, None)
        if record.cut_short:
            self.cut_short.add(test)
        else:
            self.cut_short.discard(test)

    def _resume(self) -> None:
        self.footer = None
        self.resumed += 1
        self.in_flight.clear()


def replay(journal: Path, visit: Callable[[Record], None] = lambda _: None) -> Replay:
    """Read a whole journal, showing every record to ``visit``.

    Raises ``ConformanceError``, also for a journal that has not even a whole header.
    """
    state = Replay(journal)
    for entry in read_journal(journal):
        state.apply(entry)
        visit(entry.record)
    if state.header is None:
        raise corrupt(journal, 1, "it has no complete header")
    return state
