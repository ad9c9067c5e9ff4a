"""An OperationOutcome is valid FHIR, whatever the issues say."""

from __future__ import annotations

import json
import re

import pytest

from conformance_cli.fhir.outcome.operation_outcome import operation_outcome, outcomes
from conformance_cli.fhir.outcome.report import Origin
from tests.fhir.outcome.samples import (
    BROKEN,
    MISSING,
    NARRATIVE,
    UNKNOWN,
    hostile_issue,
    patient,
    report,
)

PREFIX = "http://hl7.org/fhir/StructureDefinition/operationoutcome-"


def extensions(element):
    return {
        e["url"].removeprefix(PREFIX): next(v for k, v in e.items() if k.startswith("value"))
        for e in element["extension"]
    }


def test_an_issue_keeps_severity_code_text_and_expression() -> None:
    (issue,) = operation_outcome([MISSING])["issue"]
    assert issue["severity"] == "error"
    assert issue["code"] == "structure"
    assert issue["details"]["text"] == "there is no name"
    assert issue["expression"] == ["Patient"]
    assert MISSING.profile in issue["diagnostics"]


def test_line_column_and_message_id_are_in_the_published_extensions() -> None:
    (issue,) = operation_outcome([MISSING])["issue"]
    found = extensions(issue)
    assert found == {
        "issue-line": 3, "issue-col": "5", "issue-source": "conformance",
        "message-id": "element-minimum",
    }  # fmt: skip
    assert issue["details"]["coding"][0]["code"] == "element-minimum"


def test_the_types_of_the_extensions_are_those_of_their_definitions() -> None:
    (issue,) = operation_outcome([MISSING])["issue"]
    types = {e["url"].removeprefix(PREFIX): sorted(e)[1] for e in issue["extension"]}
    assert types == {
        "issue-line": "valueInteger", "issue-col": "valueString", "issue-source": "valueString",
        "message-id": "valueString",
    }  # fmt: skip


def test_what_is_unknown_is_left_out() -> None:
    (issue,) = operation_outcome([UNKNOWN])["issue"]
    assert set(extensions(issue)) == {"issue-source", "message-id"}
    assert "diagnostics" not in issue
    (broken,) = operation_outcome([BROKEN])["issue"]
    assert "expression" not in broken


def test_no_issues_still_make_an_outcome_with_one_issue() -> None:
    (issue,) = operation_outcome([])["issue"]
    assert (issue["severity"], issue["code"]) == ("information", "informational")


def test_the_file_is_named_where_it_is_known() -> None:
    outcome = operation_outcome([MISSING], Origin("all.ndjson", 12))
    assert extensions(outcome) == {"file": "all.ndjson:12"}
    assert extensions(outcome["issue"][0])["issue-line"] == 12


def test_hostile_text_becomes_a_fhir_string() -> None:
    (issue,) = operation_outcome([hostile_issue()])["issue"]
    text = issue["details"]["text"]
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
    json.dumps(issue, ensure_ascii=False).encode("utf-8")


def test_one_input_is_an_outcome_and_several_are_a_bundle() -> None:
    one = patient(MISSING)
    assert outcomes(report(one))["resourceType"] == "OperationOutcome"
    bundle = outcomes(report(one, patient(NARRATIVE)))
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert [e["resource"]["resourceType"] for e in bundle["entry"]] == ["OperationOutcome"] * 2


@pytest.mark.parametrize("issues", [(), (MISSING,), (BROKEN, UNKNOWN, hostile_issue())])
def test_no_element_is_empty(issues) -> None:
    def check(value) -> None:
        assert value not in ("", [], {}, None)
        for inner in value.values() if isinstance(value, dict) else ():
            check(inner)
        for inner in value if isinstance(value, list) else ():
            check(inner)

    check(outcomes(report(patient(*issues), patient(*issues))))


def test_an_interruption_before_the_first_input_leaves_a_bundle_without_entries() -> None:
    bundle = outcomes(report(interrupted=True))
    assert bundle == {"resourceType": "Bundle", "type": "collection"}
