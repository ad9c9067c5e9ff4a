"""Issues as lines for people and for programs that read lines (editors, grep)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance_cli.fhir.outcome.inert import inert, shortened
from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.report import Checked, Origin, Tally

#: Characters of one issue's text that a line shows.
MAX_TEXT = 1_000

_NOUNS = {
    Severity.FATAL: "fatal error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "remark",
}


def issue_line(origin: Origin, issue: Issue) -> str:
    """``file:line:column: severity id text — at expression``, as compilers write it.

    The profile whose rule it is follows, where it is not FHIR's own.
    """
    rule = f"{issue.severity.value} {issue.id}"
    return f"{place(origin, issue)}: {rule} {shown(issue.text)}{whereabouts(issue)}"


def whereabouts(issue: Issue) -> str:
    """`` — at Patient.photo (profile http://...)``, as far as there is something to say."""
    at = f" — at {shown(issue.expression)}" if issue.expression else ""
    return f"{at} (profile {shown(issue.profile)})" if issue.profile else at


def place(origin: Origin, issue: Issue) -> str:
    """``file:line:column``, as far as it is known."""
    line, column = origin.place_of(issue)
    parts = (inert(origin.name), line, column if line is not None else None)
    return ":".join(str(part) for part in parts if part is not None)


def verdict_line(checked: Checked) -> str:
    """``file: invalid Patient, 2 errors, 1 warning``."""
    return f"{inert(str(checked.origin))}: {verdict(checked)}"


def verdict(checked: Checked) -> str:
    """``valid Patient``, ``invalid Patient, 2 errors``."""
    word = "valid" if checked.is_valid else "invalid"
    kind = f" {inert(checked.resource_type)}" if checked.resource_type else ""
    return ", ".join([word + kind, *_counted(Tally([checked]))])


def summary_line(tally: Tally) -> str:
    """``3 resources: 2 valid, 1 invalid; 2 errors, 1 warning``."""
    noun = "resource" if tally.total == 1 else "resources"
    found = ", ".join(_counted(tally)) or "no issues"
    return f"{tally.total} {noun}: {tally.valid} valid, {tally.invalid} invalid; {found}"


def coverage_lines(checked: Checked) -> Iterator[str]:
    """By profile, how many of its must-support elements the input has, and which it lacks."""
    profiles = dict.fromkeys(support.profile for support in checked.must_support)
    for profile in profiles:
        mine = [support for support in checked.must_support if support.profile == profile]
        lacking = [shown(support.element) for support in mine if not support.present]
        there = f"{len(mine) - len(lacking)} of {len(mine)}"
        without = f"; not {', '.join(lacking)}" if lacking else ""
        yield f"must-support of {shown(profile)}: {there} elements are there{without}"


def note_lines(notes: Iterable[str]) -> Iterator[str]:
    """What was not evaluated, each thing once."""
    for note in dict.fromkeys(notes):
        yield f"not evaluated: {shown(note)}"


def shown(text: str) -> str:
    """A text of bounded length that does nothing."""
    return shortened(inert(text), MAX_TEXT)


def _counted(tally: Tally) -> Iterator[str]:
    for severity in Severity:
        number = tally.severities[severity]
        if number:
            yield f"{number} {_NOUNS[severity]}{'' if number == 1 else 's'}"
