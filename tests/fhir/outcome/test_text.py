"""Lines for people: everything of a file is shown, and nothing of it is obeyed."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from conformance_cli.fhir.outcome import github
from conformance_cli.fhir.outcome.inert import inert, inert_json
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.report import Origin, Tally
from conformance_cli.fhir.outcome.text import (
    coverage_lines,
    issue_line,
    note_lines,
    place,
    summary_line,
    verdict_line,
)
from tests.fhir.outcome.samples import (
    BROKEN,
    HOSTILE,
    MISSING,
    UNKNOWN,
    hostile_issue,
    patient,
    supporting,
)


def test_an_issue_is_a_line_that_editors_understand() -> None:
    line = issue_line(Origin("a/patient.json"), replace(MISSING, profile=None))
    assert line == "a/patient.json:3:5: error element-minimum there is no name — at Patient"


def test_the_profile_whose_rule_it_is_is_named() -> None:
    line = issue_line(Origin("patient.json"), MISSING)
    assert line.endswith(f" — at Patient (profile {MISSING.profile})")


def test_what_is_unknown_is_left_out_of_the_line() -> None:
    assert issue_line(Origin("x.json"), UNKNOWN).startswith("x.json: information code-unknown ")
    assert issue_line(Origin("x.json"), BROKEN).endswith("comma")


def test_an_issue_of_ndjson_is_at_its_own_line() -> None:
    assert place(Origin("all.ndjson", 12), MISSING) == "all.ndjson:12:5"
    assert place(Origin("all.ndjson", 12), UNKNOWN) == "all.ndjson:12"


def test_the_verdict_says_what_was_found() -> None:
    assert verdict_line(patient()) == "patient.json: valid Patient"
    assert verdict_line(patient(UNKNOWN)) == "patient.json: valid Patient, 1 remark"
    line = verdict_line(patient(MISSING, MISSING, BROKEN))
    assert line == "patient.json: invalid Patient, 1 fatal error, 2 errors"


def test_the_summary_counts_resources_and_issues() -> None:
    tally = Tally([patient(MISSING), patient(), patient(UNKNOWN)])
    assert summary_line(tally) == "3 resources: 2 valid, 1 invalid; 1 error, 1 remark"
    assert summary_line(Tally([patient()])) == "1 resource: 1 valid, 0 invalid; no issues"


def test_coverage_names_what_is_lacking() -> None:
    (line,) = coverage_lines(supporting())
    assert line == (
        "must-support of https://example.org/p: 1 of 2 elements are there; not Patient.gender"
    )


def test_what_was_not_evaluated_is_said_once() -> None:
    assert list(note_lines(["a", "b", "a"])) == ["not evaluated: a", "not evaluated: b"]


@pytest.mark.parametrize("severity", list(Severity))
def test_hostile_text_stays_on_one_visible_line(severity: Severity) -> None:
    line = issue_line(Origin(f"{HOSTILE}.json"), hostile_issue(severity))
    assert line.isprintable()
    assert r"\x1b[31mred\x07" in line
    line.encode("utf-8")


def test_visible_text_of_any_script_stays_as_it_is() -> None:
    for text in ("Zoë", "患者", "مريض", "Ω≈ç√", "a — b", "👩‍⚕".replace("\u200d", "")):
        assert inert(text) == text


def test_letters_that_look_like_nothing_are_written_out() -> None:
    assert inert("a\u3164b\u00a0c") == r"a\u3164b\xa0c"


def test_json_stays_the_same_and_shows_all_that_is_in_it() -> None:
    value = {"a": f"{HOSTILE}\x9b\u2028\ufeff", "b": "Zoë"}
    text = inert_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(text) == value
    assert all(line.isprintable() for line in text.split("\n"))
    assert "Zoë" in text


def test_a_long_text_is_cut() -> None:
    assert len(issue_line(Origin("x"), replace(MISSING, text="y" * 10_000))) < 1_200


def test_an_annotation_names_file_line_and_rule() -> None:
    (line,) = github.commands([(patient(MISSING), MISSING)])
    assert line == (
        "::error file=patient.json,line=3,col=5,title=element-minimum::"
        f"there is no name — at Patient (profile {MISSING.profile})"
    )


def test_an_annotation_cannot_be_broken_out_of() -> None:
    issue = hostile_issue()
    (line,) = github.commands([(patient(issue, name="a,title=x::y\r\n.json"), issue)])
    assert "\n" not in line
    head, _, _ = line.removeprefix("::").partition("::")
    assert head.count(",") == 3
    assert "file=a%2Ctitle=x%3A%3Ay" in head


def test_annotations_are_capped_by_kind_and_say_how_many_are_hidden() -> None:
    found = [(patient(), MISSING)] * 25 + [(patient(), UNKNOWN)] * 3
    lines = list(github.commands(found))
    assert len([line for line in lines if line.startswith("::error ")]) == 10
    assert lines[9].startswith("::error title=and 16 more::")
    assert len([line for line in lines if line.startswith("::notice ")]) == 3


def test_a_log_line_is_no_command() -> None:
    assert github.plain_line("::error::x") == "| ::error::x"
    assert "##[" not in github.plain_line("x ##[error]")
