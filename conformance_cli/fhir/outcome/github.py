"""Issues as GitHub workflow commands: annotations on the changed files.

Escaping follows ``toCommandValue`` and ``escapeProperty`` of github.com/actions/toolkit
(packages/core/src/command.ts).  GitHub shows ten annotations of a kind per step and drops
the rest, so the last of ours says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance_cli.fhir.outcome.inert import inert
from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.report import Checked
from conformance_cli.fhir.outcome.text import shown, whereabouts

#: Annotations of one kind that GitHub shows per step.
CAP = 10
_KINDS = {
    Severity.FATAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "notice",
}

Found = tuple[Checked, Issue]


def commands(found: Sequence[Found]) -> Iterator[str]:
    """One command per issue, the gravest kind first, at most ``CAP`` of each kind."""
    for kind in dict.fromkeys(_KINDS.values()):
        same = [pair for pair in found if _KINDS[pair[1].severity] == kind]
        kept = same if len(same) <= CAP else same[: CAP - 1]
        yield from (_annotation(kind, *pair) for pair in kept)
        if hidden := len(same) - len(kept):
            yield f"::{kind} title=and {hidden} more::See the log of this step"


def plain_line(line: str) -> str:
    """A log line that the runner does not take for a command.

    It looks for ``::`` at the start of a line and for ``##[`` anywhere in it.
    """
    tamed = line.replace("##[", "# #[")
    return f"| {tamed}" if tamed.lstrip().startswith("::") else tamed


def _annotation(kind: str, checked: Checked, issue: Issue) -> str:
    line, column = checked.origin.place_of(issue)
    properties = {"file": checked.origin.name, "line": line, "col": column, "title": issue.id}
    if line is None:
        del properties["col"]
    said = ",".join(f"{k}={_property(str(v))}" for k, v in properties.items() if v is not None)
    return f"::{kind} {said}::{_value(shown(issue.text) + whereabouts(issue))}"


def _property(text: str) -> str:
    return _value(inert(text)).replace(":", "%3A").replace(",", "%2C")


def _value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
