"""Results for people at a terminal: grouped by input, wrapped, and coloured."""

from __future__ import annotations

from collections.abc import Iterator

import click

from conformance_cli.cli.output import wrapped
from conformance_cli.cli.validating.presenters import View, Write
from conformance_cli.fhir.outcome.inert import inert
from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.report import About, Checked, Tally
from conformance_cli.fhir.outcome.text import (
    coverage_lines,
    note_lines,
    shown,
    summary_line,
    verdict,
)

_COLOURS = {
    Severity.FATAL: "red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFORMATION: "blue",
}


class PrettyPresenter:
    """Inputs with issues in full, the others as one line; colours only repeat words."""

    def __init__(self, write: Write, view: View, about: About) -> None:
        self._write = write
        self._view = view
        self._tally = Tally()
        self._notes = dict.fromkeys(about.notes)

    def add(self, checked: Checked) -> None:
        """Write one input with its issues."""
        self._tally.add(checked)
        self._notes |= dict.fromkeys(checked.notes)
        nothing_to_say = checked.is_valid and not self._view.issues(checked)
        if self._view.quiet or (self._view.terse and nothing_to_say):
            return
        for line in self._lines(checked):
            self._write(line)

    def end(self, *, interrupted: bool) -> None:
        """Write what was not evaluated, and the numbers."""
        for line in note_lines(self._notes):
            self._write(wrapped(line, indent="  ", first=""))
        good = self._tally.invalid == 0 and not interrupted
        before = "interrupted after " if interrupted else ""
        line = before + summary_line(self._tally)
        self._write(click.style(line, fg="green" if good else "red", bold=True))

    def _lines(self, checked: Checked) -> Iterator[str]:
        name = click.style(inert(str(checked.origin)), bold=True)
        colour = "green" if checked.is_valid else "red"
        yield f"{name}  {click.style(verdict(checked), fg=colour)}"
        for issue in self._view.issues(checked):
            yield from _issue(checked, issue)
        if hidden := self._view.hidden(checked):
            yield f"  and {hidden} more, see --max-issues"
        if self._view.verbose:
            yield from (f"  {line}" for line in coverage_lines(checked))
        if checked.second_opinion is not None:
            from conformance_cli.fhir.second_opinion.lines import comparison_lines

            yield from (f"  {line}" for line in comparison_lines(checked.second_opinion))


def _issue(checked: Checked, issue: Issue) -> Iterator[str]:
    line, column = checked.origin.place_of(issue)
    place = "" if line is None else f"line {line}" + (f":{column}" if column is not None else "")
    word = click.style(f"{issue.severity.value:<11}", fg=_COLOURS[issue.severity])
    where = "  ".join(part for part in (shown(issue.expression), place) if part)
    rule = click.style(issue.id, dim=True)
    yield f"  {word}  {where}  {rule}" if where else f"  {word}  {rule}"
    yield wrapped(shown(issue.text), indent=" " * 15)
    if issue.profile:
        yield click.style(f"{' ' * 15}profile {shown(issue.profile)}", dim=True)
