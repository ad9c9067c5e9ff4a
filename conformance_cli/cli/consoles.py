"""Which console shows a run, and on which streams."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from conformance_cli.cli.session import Session

if TYPE_CHECKING:
    from conformance_cli.model.events import Event
    from conformance_cli.reporting.console import Console
    from conformance_cli.reporting.view import ReportView

FORMATS = ("pretty", "plain", "json", "github")


def console_for(asked: str | None, session: Session, stream: TextIO | None = None) -> Console:
    """The console that shows a run, quiet where the user wants quiet.

    Without a format asked for: ``github`` in its actions, ``pretty`` on a terminal,
    ``plain`` elsewhere.  The summary goes to ``stream``, which is stdout unless a report
    goes there.
    """
    answer = stream or sys.stdout
    form = asked or _usual_format(answer)
    talk: TextIO = _Nowhere() if session.quiet else sys.stderr
    if form == "pretty":
        from conformance_cli.reporting.pretty import PrettyConsole

        return PrettyConsole(answer, talk, color=session.color)
    from conformance_cli.reporting.console import GithubConsole, PlainConsole

    if form == "github":
        step = os.environ.get("GITHUB_STEP_SUMMARY")
        return GithubConsole(answer, talk, step_summary=Path(step) if step else None)
    if form == "json":
        return _JsonConsole(PlainConsole(answer, talk), answer)
    return PlainConsole(answer, talk)


def _usual_format(answer: TextIO) -> str:
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "pretty" if answer.isatty() else "plain"


class _Nowhere(io.StringIO):
    """A stream that keeps nothing."""

    def write(self, text: str, /) -> int:
        """Forget the text."""
        return len(text)


class _JsonConsole:
    """Progress as in ``plain``, and the JSON report as the answer."""

    def __init__(self, progress: Console, answer: TextIO) -> None:
        self._progress = progress
        self._answer = answer

    def handle(self, event: Event) -> None:
        """Say what happened."""
        self._progress.handle(event)

    def summary(self, view: ReportView) -> None:
        """Write the JSON report."""
        from conformance_cli.reporting import registry

        self._answer.write(registry.render("json", view))
        self._answer.flush()

    def close(self) -> None:
        """Clear what is only there while the run goes on."""
        self._progress.close()
