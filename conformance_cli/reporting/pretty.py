"""The console for people: one live progress line, then the summary in colour.

``rich`` is imported when a console is made and not before: no other command needs it.
Its markup language is never used, so ``[red]`` in a response is just text.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from conformance_cli.model.events import (
    Event,
    PreflightChecked,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from conformance_cli.model.result import PreflightStatus
from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.console import PLAIN_WIDTH, columns, event_line
from conformance_cli.reporting.lines import Line, Role
from conformance_cli.reporting.summary import summary_lines
from conformance_cli.reporting.text import safe_text, shorten
from conformance_cli.reporting.view import ReportView

if TYPE_CHECKING:
    import rich.console
    import rich.progress

_STYLES = {
    Role.PLAIN: "",
    Role.STRONG: "bold",
    Role.LABEL: "dim",
    Role.GOOD: "bold green",
    Role.BAD: "bold red",
    Role.DOUBT: "bold yellow",
    Role.QUIET: "dim",
    Role.COMMAND: "cyan",
}


def wants_colour(stream: TextIO, environ: Mapping[str, str], choice: str = "auto") -> bool:
    """Whether to colour: ``NO_COLOR``, then ``FORCE_COLOR``, then ``--color``, then the tty.

    The first two count when they are set and not empty (no-color.org, force-color.org).
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and environ.get("TERM") != "dumb"


class PrettyConsole:
    """One transient progress line while the run goes on; colours only repeat words."""

    def __init__(
        self,
        answer: TextIO,
        talk: TextIO,
        *,
        environ: Mapping[str, str] | None = None,
        color: str = "auto",
    ) -> None:
        environ = os.environ if environ is None else environ
        terminal = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
        self._width = min(columns(environ, terminal), 140)
        self._answer = _rich_console(answer, self._width, wants_colour(answer, environ, color))
        self._talk = _rich_console(talk, self._width, wants_colour(talk, environ, color))
        self._live = talk.isatty() and environ.get("TERM") != "dumb"
        self._progress: rich.progress.Progress | None = None
        self._running: dict[str, None] = {}
        self._failed = 0
        self._done = 0

    def handle(self, event: Event) -> None:
        """Move the progress line; say at once what is wrong with the set-up."""
        match event:
            case RunStarted():
                self._start(len(event.header.planned))
            case PreflightChecked(result=result):
                if result.status in (PreflightStatus.FAILED, PreflightStatus.WARNING):
                    self._say(event_line(event, self._width))
            case TestStarted():
                self._running[event.test] = None
            case TestFinished():
                self._running.pop(event.result.id, None)
                self._failed += event.result.verdict is Verdict.FAIL
                self._done = event.done
            case RunFinished():
                self.close()
        self._refresh()

    def summary(self, view: ReportView) -> None:
        """Write the final summary."""
        self.close()
        for line in summary_lines(view, self._width):
            self._answer.print(_painted(line), soft_wrap=True)

    def close(self) -> None:
        """Take the progress line away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self, total: int) -> None:
        if not self._live:
            return
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._progress = Progress(
            MofNCompleteColumn(),
            BarColumn(bar_width=24, complete_style="blue", finished_style="blue"),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._talk,
            transient=True,
        )
        self._progress.add_task("starting", total=total)
        self._progress.start()

    def _refresh(self) -> None:
        if self._progress is None:
            return
        failed = f"{self._failed} failed  " if self._failed else ""
        current = next(reversed(self._running), "")
        room = max(10, self._width - 52)
        self._progress.update(
            self._progress.task_ids[0],
            completed=self._done,
            description=shorten(failed + safe_text(current), room),
        )

    def _say(self, line: str) -> None:
        from rich.text import Text

        self._talk.print(Text(line), soft_wrap=True)


def _rich_console(stream: TextIO, width: int, colour: bool) -> rich.console.Console:  # noqa: FBT001
    from rich.console import Console

    return Console(
        file=stream,
        width=width,
        color_system="standard" if colour else None,
        no_color=not colour,
        force_terminal=stream.isatty() or colour,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )


def _painted(line: Line) -> object:
    from rich.text import Text

    text = Text()
    for span in line:
        text.append(safe_text(span.text), style=_STYLES[span.role])
    text.rstrip()
    return text
