"""Which console shows a run, and on which streams."""

from __future__ import annotations

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


def chosen_format(asked: str | None) -> str:
    """The format asked for; else ``github`` in its actions, ``pretty`` on a terminal."""
    if asked:
        return asked
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "pretty" if sys.stdout.isatty() else "plain"


def console_for(form: str, session: Session) -> Console:
    """The console of a format, quiet where the user wants quiet."""
    talk: TextIO = open(os.devnull, "w") if session.quiet else sys.stderr  # noqa: PTH123, SIM115
    if form == "pretty":
        from conformance_cli.reporting.pretty import PrettyConsole

        return PrettyConsole(sys.stdout, talk, color=session.color)
    from conformance_cli.reporting.console import GithubConsole, PlainConsole

    if form == "github":
        step = os.environ.get("GITHUB_STEP_SUMMARY")
        return GithubConsole(sys.stdout, talk, step_summary=Path(step) if step else None)
    if form == "json":
        return _JsonConsole(PlainConsole(sys.stdout, talk))
    return PlainConsole(sys.stdout, talk)


class _JsonConsole:
    """Progress as in ``plain``, and the JSON report as the answer."""

    def __init__(self, progress: Console) -> None:
        self._progress = progress

    def handle(self, event: Event) -> None:
        """Say what happened."""
        self._progress.handle(event)

    def summary(self, view: ReportView) -> None:
        """Write the JSON report."""
        from conformance_cli.reporting import registry

        sys.stdout.write(registry.render("json", view))
        sys.stdout.flush()

    def close(self) -> None:
        """Clear what is only there while the run goes on."""
        self._progress.close()
