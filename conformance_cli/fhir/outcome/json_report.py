"""The JSON report of ``conformance validate``.

Its shape is ``reports/schemas/validation.schema.json``; within a major format version it
only grows.
"""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.outcome.issue import Issue
from conformance_cli.fhir.outcome.report import Checked, Report

Json = Any

SCHEMA = "urn:conformance-cli:schema:validation:1"
FORMAT_VERSION = "1.0"


def to_json(report: Report) -> dict[str, Json]:
    """The report as JSON values; the order of inputs is kept."""
    return {
        "schema": SCHEMA,
        "format_version": FORMAT_VERSION,
        "tool": {"name": "conformance", "version": report.about.tool_version},
        "fhir_version": report.about.fhir_version,
        "packages": list(report.about.packages),
        "not_evaluated": list(report.about.notes),
        "interrupted": report.interrupted,
        "counts": report.counts(),
        "results": [result(checked) for checked in report.checked],
    }


def result(checked: Checked) -> dict[str, Json]:
    """What was found in one input."""
    made: dict[str, Json] = {
        "file": checked.origin.name,
        "ndjson_line": checked.origin.line,
        "valid": checked.is_valid,
        "resource_type": checked.resource_type,
        "profiles": list(checked.profiles),
        "issues": [_issue(checked, issue) for issue in checked.issues],
        "not_evaluated": list(checked.notes),
        "must_support": [
            {"profile": s.profile, "element": s.element, "present": s.present, "absent": s.absent}
            for s in checked.must_support
        ],
        "issues_dropped": checked.dropped,
    }
    if checked.second_opinion is not None:
        from conformance_cli.fhir.second_opinion.json_form import comparison_json

        made["second_opinion"] = comparison_json(checked.second_opinion)
    return made


def _issue(checked: Checked, issue: Issue) -> dict[str, Json]:
    line, column = checked.origin.place_of(issue)
    return {
        "severity": issue.severity.value,
        "code": issue.code,
        "id": issue.id,
        "text": issue.text,
        "expression": issue.expression,
        "line": line,
        "column": column,
        "profile": issue.profile,
    }
