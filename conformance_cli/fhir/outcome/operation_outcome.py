"""Issues as a FHIR OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html).

Line, column, file and message id have no element of their own; they are written in the
extensions that HL7 publishes for them (hl7.fhir.uv.extensions 5.3.0).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.report import Checked, Origin, Report

Json = Any

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/operationoutcome-"
#: The system of ``details.coding``: our message ids.
MESSAGE_SYSTEM = "urn:conformance-cli:validation-message"
#: What says so, in the extension ``issue-source``.
SOURCE = "conformance"


def operation_outcome(issues: Iterable[Issue], origin: Origin | None = None) -> dict[str, Json]:
    """An OperationOutcome of the issues; it is valid R4 for any issues, none included."""
    items = [_issue(issue, origin) for issue in issues] or [_ALL_WELL]
    outcome: dict[str, Json] = {"resourceType": "OperationOutcome"}
    if origin is not None:
        outcome["extension"] = [_extension("file", "valueString", str(origin))]
    return {**outcome, "issue": items}


def outcomes(report: Report) -> dict[str, Json]:
    """An OperationOutcome for one input, a Bundle of them (type collection) for several."""
    made = [_of(checked) for checked in report.checked]
    if len(made) == 1 and not report.interrupted:
        return made[0]
    entries = [{"fullUrl": _url(n, made[n]), "resource": made[n]} for n in range(len(made))]
    bundle: dict[str, Json] = {"resourceType": "Bundle", "type": "collection"}
    return bundle | ({"entry": entries} if entries else {})


def _url(position: int, outcome: Json) -> str:
    """A name for an entry, which Bundles want; the same for the same content and place."""
    import json
    from uuid import NAMESPACE_URL, uuid5

    return uuid5(NAMESPACE_URL, f"{position} {json.dumps(outcome)}").urn


def _of(checked: Checked) -> dict[str, Json]:
    return operation_outcome(checked.issues, checked.origin)


_ALL_WELL: dict[str, Json] = {
    "severity": Severity.INFORMATION.value,
    "code": "informational",
    "details": {"text": "No issues were found"},
}


def _issue(issue: Issue, origin: Origin | None) -> dict[str, Json]:
    line, column = origin.place_of(issue) if origin else (issue.line, issue.column)
    extensions = []
    if line is not None:
        extensions.append(_extension("issue-line", "valueInteger", line))
    if column is not None:
        extensions.append(_extension("issue-col", "valueString", str(column)))
    extensions += [
        _extension("issue-source", "valueString", SOURCE),
        _extension("message-id", "valueString", issue.id),
    ]
    found: dict[str, Json] = {
        "extension": extensions,
        "severity": issue.severity.value,
        "code": issue.code,
        "details": {
            "coding": [{"system": MESSAGE_SYSTEM, "code": issue.id}],
            "text": _filled(issue.text),
        },
    }
    if issue.profile:
        found["diagnostics"] = _filled(f"A rule of {issue.profile}")
    if issue.expression:
        found["expression"] = [_filled(issue.expression)]
    return found


def _extension(name: str, value: str, content: Json) -> dict[str, Json]:
    filled = _filled(content) if isinstance(content, str) else content
    return {"url": _EXTENSION + name, value: filled}


def _filled(text: str) -> str:
    """The text as a FHIR string: not empty, not blank, and no control characters in it.

    https://hl7.org/fhir/R4/datatypes.html#string
    """
    kept = "".join(c if c >= " " or c in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for c in text)
    kept = kept.encode("utf-8", "replace").decode("utf-8")
    return kept.strip() or "(no text)"
