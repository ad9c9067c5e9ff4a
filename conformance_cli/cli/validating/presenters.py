"""Showing results: as lines while they come, or as one document at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from conformance_cli.fhir.outcome.inert import inert, inert_json
from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.report import About, Checked, Report, Tally
from conformance_cli.fhir.outcome.text import (
    coverage_lines,
    issue_line,
    note_lines,
    summary_line,
    verdict_line,
)

if TYPE_CHECKING:
    from typing import TextIO

FORMATS = ("pretty", "plain", "json", "operation-outcome", "sarif", "github")
#: Takes one line, or one whole document.
Write = Callable[[str], None]


class Presenter(Protocol):
    """Something that shows results."""

    def add(self, checked: Checked) -> None:
        """Take the next result."""

    def end(self, *, interrupted: bool) -> None:
        """Show what is left to show."""


class View(Struct, frozen=True):
    """What is shown; verdicts and counts are of all that was found."""

    #: The weakest severity.
    least: Severity = Severity.INFORMATION
    #: Issues of one input.
    most: int = 1000
    #: Only the final block.
    quiet: bool = False
    #: The coverage of must-support too.
    verbose: bool = False
    #: Leave out inputs without issues, where people look at very many.
    terse: bool = False

    def issues(self, checked: Checked) -> tuple[Issue, ...]:
        """The issues to show, as the text has them; where there are too many, the gravest."""
        wanted = [i for i in checked.issues if i.severity.rank <= self.least.rank]
        if len(wanted) > self.most:
            ranked = sorted(range(len(wanted)), key=lambda n: wanted[n].severity.rank)
            wanted = [wanted[n] for n in sorted(ranked[: self.most])]
        return tuple(sorted(wanted, key=lambda issue: (issue.line or 0, issue.column or 0)))

    def hidden(self, checked: Checked) -> int:
        """How many issues of the wanted severities are not shown."""
        wanted = sum(i.severity.rank <= self.least.rank for i in checked.issues)
        return max(0, wanted - self.most) + checked.dropped


def usual_format(stream: TextIO) -> str:
    """``github`` in its actions, ``pretty`` on a terminal, ``plain`` elsewhere."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "pretty" if stream.isatty() else "plain"


class PlainPresenter:
    """One line per issue and one per input, as they come; the summary last."""

    def __init__(self, write: Write, view: View, about: About) -> None:
        self._write = write
        self._view = view
        self._tally = Tally()
        self._notes = dict.fromkeys(about.notes)

    def add(self, checked: Checked) -> None:
        """Write the lines of one input."""
        self._tally.add(checked)
        self._notes |= dict.fromkeys(checked.notes)
        if not self._view.quiet:
            for line in plain_lines(checked, self._view):
                self._write(line)

    def end(self, *, interrupted: bool) -> None:
        """Write what was not evaluated, and the numbers."""
        for line in note_lines(self._notes):
            self._write(line)
        before = "interrupted after " if interrupted else ""
        self._write(before + summary_line(self._tally))


def plain_lines(checked: Checked, view: View) -> Iterator[str]:
    """The lines of one input."""
    for issue in view.issues(checked):
        yield issue_line(checked.origin, issue)
    if hidden := view.hidden(checked):
        yield f"{inert(str(checked.origin))}: and {hidden} more, see --max-issues"
    yield verdict_line(checked)
    if view.verbose:
        yield from coverage_lines(checked)
    if checked.second_opinion is not None:
        from conformance_cli.fhir.second_opinion.lines import comparison_lines

        yield from comparison_lines(checked.second_opinion)


class GithubPresenter:
    """Plain lines that are no commands, and annotations of the first issues at the end."""

    def __init__(self, write: Write, view: View, about: About) -> None:
        from conformance_cli.fhir.outcome.github import plain_line

        self._write = write
        self._view = view
        self._plain = PlainPresenter(lambda line: write(plain_line(line)), view, about)
        self._found: list[tuple[Checked, Issue]] = []

    def add(self, checked: Checked) -> None:
        """Write the lines of one input, and keep its issues."""
        self._plain.add(checked)
        self._found += [(checked, issue) for issue in self._view.issues(checked)]

    def end(self, *, interrupted: bool) -> None:
        """Write the annotations, then the numbers."""
        from conformance_cli.fhir.outcome.github import commands

        for command in commands(self._found):
            self._write(command)
        self._plain.end(interrupted=interrupted)


class DocumentPresenter:
    """Keeps all results, and writes one document of them."""

    def __init__(
        self, write: Write, view: View, about: About, form: Callable[[Report], Any]
    ) -> None:
        self._write = write
        self._view = view
        self._about = about
        self._form = form
        self._kept: list[Checked] = []
        self._tally = Tally()

    def add(self, checked: Checked) -> None:
        """Keep one result, with the issues that are to be shown."""
        self._tally.add(checked)
        shown, hidden = self._view.issues(checked), self._view.hidden(checked)
        self._kept.append(replace(checked, issues=shown, dropped=hidden, valid=checked.is_valid))

    def end(self, *, interrupted: bool) -> None:
        """Write the document."""
        import json

        report = Report(self._about, tuple(self._kept), interrupted, self._tally)
        text = json.dumps(self._form(report), indent=2, ensure_ascii=False)
        self._write(inert_json(text))


def document_form(name: str) -> Callable[[Report], Any]:
    """What makes the document of a format."""
    if name == "json":
        from conformance_cli.fhir.outcome.json_report import to_json

        return to_json
    if name == "operation-outcome":
        from conformance_cli.fhir.outcome.operation_outcome import outcomes

        return outcomes
    from conformance_cli.fhir.outcome.catalogue import messages
    from conformance_cli.fhir.outcome.sarif import sarif

    return lambda report: sarif(report, messages())
