"""Issues as SARIF 2.1.0, which code hosts and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from conformance_cli.fhir.outcome.inert import inert
from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.message import Message
from conformance_cli.fhir.outcome.report import Checked, Origin, Report

Json = Any

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: SARIF has no level above error (section 3.27.10).
_LEVELS = {
    Severity.FATAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}


def sarif(report: Report, messages: Mapping[str, Message]) -> dict[str, Json]:
    """A SARIF log with one run; ``messages`` describe the rules by id."""
    rules = {id_: n for n, id_ in enumerate(dict.fromkeys(i.id for _, i in report.issues()))}
    files = {name: n for n, name in enumerate(dict.fromkeys(_names(report)))}
    notes = dict.fromkeys(report.about.notes)
    notes |= dict.fromkeys(note for checked in report.checked for note in checked.notes)
    run = {
        "tool": {
            "driver": {
                "name": "conformance",
                "semanticVersion": report.about.tool_version,
                "rules": [_rule(id_, messages.get(id_)) for id_ in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(name)}} for name in files],
        "invocations": [
            {
                "executionSuccessful": not report.interrupted,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": inert(f"Not evaluated: {note}")}}
                    for note in notes
                ],
            }
        ],
        "results": [
            _result(checked, issue, rules[issue.id], files[checked.origin.name])
            for checked, issue in report.issues()
        ],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _names(report: Report) -> Iterable[str]:
    return (checked.origin.name for checked in report.checked)


def _rule(id_: str, message: Message | None) -> dict[str, Json]:
    if message is None:
        return {"id": id_}
    return {
        "id": id_,
        "shortDescription": {"text": message.outline},
        "fullDescription": {"text": message.about},
        "defaultConfiguration": {"level": _LEVELS[message.severity]},
        "properties": {"fhirIssueType": message.code},
    }


def _result(checked: Checked, issue: Issue, rule: int, artifact: int) -> dict[str, Json]:
    properties = {"severity": issue.severity.value, "fhirIssueType": issue.code}
    if issue.profile:
        properties["profile"] = issue.profile
    return {
        "ruleId": issue.id,
        "ruleIndex": rule,
        "level": _LEVELS[issue.severity],
        "message": {"text": inert(issue.text) or issue.id},
        "locations": [_location(checked.origin, issue, artifact)],
        "partialFingerprints": {"expressionAndRule/v1": _fingerprint(checked, issue)},
        "properties": properties,
    }


def _location(origin: Origin, issue: Issue, artifact: int) -> dict[str, Json]:
    line, column = origin.place_of(issue)
    physical: dict[str, Json] = {"artifactLocation": {"uri": _uri(origin.name), "index": artifact}}
    if line is not None:
        region = {"startLine": line} | ({"startColumn": column} if column is not None else {})
        physical["region"] = region
    location: dict[str, Json] = {"physicalLocation": physical}
    if issue.expression:
        name = inert(issue.expression)
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "element"}]
    return location


def _fingerprint(checked: Checked, issue: Issue) -> str:
    """The same for the same finding, also after lines were added above it."""
    from hashlib import sha256

    parts = (str(checked.origin), issue.id, issue.expression, issue.profile or "")
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _uri(name: str) -> str:
    """A file name as a relative or absolute URI reference; stdin has none of its own."""
    if name == "-":
        return "stdin"
    path = name.replace("\\", "/").encode("utf-8", "surrogateescape")
    quoted = quote(path, safe="/-._~!$&'()*+,;=@")
    return f"file://{quoted}" if quoted.startswith("/") else quoted
