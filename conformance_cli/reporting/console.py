"""Live consoles: progress while a run goes on, and the summary when it is over.

Progress is talk and goes to one stream (stderr), the summary is the answer and goes to
the other (stdout).  All three consoles print the same summary lines.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TextIO

from conformance_cli.model.events import (
    Event,
    PreflightChecked,
    RunFinished,
    RunStarted,
    TestFinished,
)
from conformance_cli.model.result import PreflightResult
from conformance_cli.model.run import RunState
from conformance_cli.reporting import github, markdown
from conformance_cli.reporting.lines import text_of
from conformance_cli.reporting.summary import summary_lines
from conformance_cli.reporting.text import plural, safe_text, shorten
from conformance_cli.reporting.view import VERDICT_WORDS, ReportView, duration

#: Logs and golden output are laid out for this many columns.
PLAIN_WIDTH = 100
_MIN_WIDTH = 60


class Console(Protocol):
    """Something that listens to a run and shows its result."""

    def handle(self, event: Event) -> None:
        """Take note of an event, in the order of the run."""

    def summary(self, view: ReportView) -> None:
        """Write the final summary."""

    def close(self) -> None:
        """Clear what is only there while the run goes on.  Safe to call twice."""


def columns(environ: Mapping[str, str], otherwise: int) -> int:
    """The width to lay out for: ``COLUMNS`` where it is a sensible number."""
    try:
        return max(_MIN_WIDTH, int(environ.get("COLUMNS", "")))
    except ValueError:
        return max(_MIN_WIDTH, otherwise)


class PlainConsole:
    """One line per finished test, no colour, the same bytes wherever it runs."""

    def __init__(
        self, answer: TextIO, talk: TextIO, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self._answer = answer
        self._talk = talk
        self._width = columns(os.environ if environ is None else environ, PLAIN_WIDTH)

    def handle(self, event: Event) -> None:
        """Write a line for each thing that is over."""
        line = event_line(event, self._width)
        if line:
            self._talk.write(f"{self._log_line(line)}\n")
            self._talk.flush()

    def summary(self, view: ReportView) -> None:
        """Write the final summary."""
        for line in summary_lines(view, self._width):
            self._answer.write(f"{self._log_line(text_of(line))}\n")
        self._answer.flush()

    def close(self) -> None:
        """Nothing has to be cleared."""

    def _log_line(self, line: str) -> str:
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class GithubConsole(PlainConsole):
    """Plain, with annotations, and Markdown for the step summary.

    ``step_summary`` is the file that ``GITHUB_STEP_SUMMARY`` names, if any.
    """

    def __init__(
        self,
        answer: TextIO,
        talk: TextIO,
        *,
        environ: Mapping[str, str] | None = None,
        step_summary: Path | None = None,
    ) -> None:
        super().__init__(answer, talk, environ=environ)
        self._step_summary = step_summary

    def summary(self, view: ReportView) -> None:
        """Write annotations, then the summary, and append to the step summary."""
        self._answer.write(github.render(view))
        super().summary(view)
        if self._step_summary is not None:
            with self._step_summary.open("a", encoding="utf-8") as file:
                file.write(markdown.render(view))

    def _log_line(self, line: str) -> str:
        return github.inert(line)


def event_line(event: Event, width: int) -> str:
    """What a log says of an event; empty where it says nothing."""
    match event:
        case RunStarted():
            header = event.header
            sent = plural(event.runnable, "test")
            line = (
                f"{header.profile.ref} against {header.endpoint}: {sent} of {len(header.planned)}"
            )
        case PreflightChecked():
            line = _check_line(event.result)
        case TestFinished():
            line = _test_line(event)
        case RunFinished(state=state) if state is not RunState.COMPLETE:
            line = f"The run is over: {state.value}"
        case _:
            line = ""
    return shorten(safe_text(line), width)


def _check_line(result: PreflightResult) -> str:
    hint = f" ({result.hint})" if result.hint else ""
    return f"check {result.status.value:<8} {result.name}: {result.message}{hint}"


def _test_line(event: TestFinished) -> str:
    result = event.result
    size = len(str(event.total))
    word = VERDICT_WORDS[result.verdict]
    took = f"  {duration(result.elapsed_ms)}" if result.exchanges else ""
    why = f"  {result.reason.text}" if result.reason else f"  {result.title}"
    return f"[{event.done:>{size}}/{event.total}] {word:<10} {result.id}{took}{why}"
