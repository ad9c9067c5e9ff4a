"""Two answers side by side: what both find, and what one finds."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.json_report import to_json
from conformance_cli.fhir.outcome.report import About, Checked, Origin, Report
from conformance_cli.fhir.second_opinion.comparison import Opinion, Remark, compare, normal
from conformance_cli.fhir.second_opinion.lines import comparison_lines

ROOT = Path(__file__).parents[3]
ERROR, WARNING, INFORMATION = Severity.ERROR, Severity.WARNING, Severity.INFORMATION


def issue(expression: str, severity: Severity = ERROR) -> Issue:
    return Issue(severity, "structure", "some-rule", "our words", expression)


def opinion(*remarks: Remark, problem: str = "") -> Opinion:
    return Opinion("https://other.example/validate", remarks, problem)


def test_a_location_that_both_name_is_agreed() -> None:
    made = compare([issue("Patient.name[0]")], opinion(Remark(ERROR, "theirs", "Patient.name[0]")))
    assert [spot.expression for spot in made.agreed] == ["Patient.name[0]"]
    assert (made.only_ours, made.only_theirs) == ((), ())
    assert made.same_verdict is True


def test_the_comment_of_the_reference_validator_is_no_part_of_a_location() -> None:
    assert normal("Bundle.entry[0].resource/*Patient/1*/.name") == "Bundle.entry[0].resource.name"
    theirs = Remark(ERROR, "x", "Bundle.entry[0].resource/*Patient/null*/")
    assert compare([issue("Bundle.entry[0].resource")], opinion(theirs)).agreed


def test_what_one_side_finds_is_shown_apart() -> None:
    theirs = Remark(ERROR, "x", "Patient.gender")
    made = compare([issue("Patient.name[0]")], opinion(theirs))
    assert [spot.expression for spot in made.only_ours] == ["Patient.name[0]"]
    assert [spot.expression for spot in made.only_theirs] == ["Patient.gender"]
    assert made.same_verdict is True


def test_a_warning_does_not_agree_with_an_error_at_the_same_place() -> None:
    made = compare([issue("Patient", WARNING)], opinion(Remark(ERROR, "x", "Patient")))
    assert not made.agreed
    assert made.same_verdict is False


def test_information_is_left_out() -> None:
    made = compare([issue("Patient", INFORMATION)], opinion(Remark(INFORMATION, "x", "Patient.id")))
    assert (made.agreed, made.only_ours, made.only_theirs) == ((), (), ())


def test_without_an_answer_nothing_is_compared() -> None:
    made = compare([issue("Patient")], opinion(problem="it is down"))
    assert made.same_verdict is None
    (line,) = comparison_lines(made)
    assert line.endswith("none, it is down")


def test_the_lines_name_both_sides_and_stay_inert() -> None:
    theirs = Remark(ERROR, "\x1b[2Jgone\n::error::", "Patient.gender\u202e")
    lines = list(comparison_lines(compare([issue("Patient.name[0]")], opinion(theirs))))
    assert lines[0] == "second opinion of https://other.example/validate: invalid, as we say"
    assert "  only ours: Patient.name[0]" in lines
    assert any(line.startswith("    theirs  error ") for line in lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("problem", ["", "it is down"])
def test_the_json_report_holds_the_comparison(problem: str) -> None:
    theirs = () if problem else (Remark(ERROR, "x", "Patient.gender", "Some_Id"),)
    made = compare([issue("Patient")], opinion(*theirs, problem=problem))
    checked = Checked(Origin("p.json"), (issue("Patient"),), second_opinion=made)
    report = to_json(Report(About("1", "4.0.1"), (checked,)))
    schema = json.loads((ROOT / "reports/schemas/validation.schema.json").read_text("utf-8"))
    jsonschema.validate(report, schema)
    said = report["results"][0]["second_opinion"]
    assert set(said) == set(schema["$defs"]["second_opinion"]["properties"])
