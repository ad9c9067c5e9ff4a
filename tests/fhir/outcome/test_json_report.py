"""The JSON report keeps to its published schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from conformance_cli.fhir.outcome.json_report import SCHEMA, to_json
from tests.fhir.outcome.samples import (
    BROKEN,
    MISSING,
    UNKNOWN,
    hostile_issue,
    patient,
    report,
    supporting,
)

ROOT = Path(__file__).parents[3]
PUBLISHED = json.loads((ROOT / "reports/schemas/validation.schema.json").read_text("utf-8"))

REPORTS = {
    "nothing": report(),
    "must support": report(supporting()),
    "interrupted": report(interrupted=True),
    "valid": report(patient()),
    "mixed": report(patient(MISSING, UNKNOWN), patient(BROKEN, name="all.ndjson", line=4)),
    "hostile": report(patient(hostile_issue(), name="\x1b.json")),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_valid_against_the_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    jsonschema.validate(json.loads(json.dumps(to_json(REPORTS[name]))), PUBLISHED)


def test_the_report_names_its_schema() -> None:
    assert to_json(report())["schema"] == SCHEMA == PUBLISHED["$id"]


def test_every_key_of_a_report_is_described() -> None:
    made = to_json(REPORTS["mixed"])
    assert set(made) == set(PUBLISHED["properties"])
    result = PUBLISHED["$defs"]["result"]["properties"]
    assert set(made["results"][0]) <= set(result)
    assert set(made["results"][0]["issues"][0]) == set(PUBLISHED["$defs"]["issue"]["properties"])


def test_the_coverage_of_must_support_is_told() -> None:
    (made,) = to_json(REPORTS["must support"])["results"]
    assert made["must_support"][0] == {
        "profile": "https://example.org/p", "element": "Patient.name", "present": 2, "absent": 1,
    }  # fmt: skip
    assert made["issues_dropped"] == 3


def test_counts_add_up() -> None:
    counts = to_json(REPORTS["mixed"])["counts"]
    assert counts == {
        "inputs": 2, "valid": 0, "invalid": 2,
        "fatal": 1, "error": 1, "warning": 0, "information": 1,
    }  # fmt: skip


def test_an_issue_of_ndjson_is_at_the_line_of_its_resource() -> None:
    (issue,) = to_json(report(patient(MISSING, name="all.ndjson", line=9)))["results"][0]["issues"]
    assert (issue["line"], issue["column"]) == (9, 5)
