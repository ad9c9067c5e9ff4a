"""Every word and code that the tool says can be explained."""

from __future__ import annotations

import itertools

import pytest

from conformance_cli.cli.explaining import built_in
from conformance_cli.cli.explaining.codes import CODES, TABLES
from conformance_cli.cli.explaining.words import CAUSES, EFFECTS, EXIT_CODES, OUTCOMES, VERDICTS
from conformance_cli.model.diagnostics import ExitCode
from conformance_cli.model.pack import Effect
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Outcome, Verdict
from tests.cli.codes import Source
from tests.cli.program import conformance

USES = list(Source().uses())

#: Codes that are put together from data, which reading the source cannot follow.
COMPUTED = {
    "conformance_cli/load/lint.py": {"unused-section", "unused-source", "unused-option"},
    "conformance_cli/load/lint_pack.py": {
        "unused-fixture", "unused-interaction", "unused-procedure", "unused-value",
    },
    "conformance_cli/load/schemas.py": set(),  # its codes are those of ``Flaw``
}  # fmt: skip

USED = set(itertools.chain(*(use.codes for use in USES), *COMPUTED.values()))


def test_the_codes_of_every_diagnostic_are_known_from_the_source() -> None:
    unknown = {use.place for use in USES if not use.codes}
    assert {place.rpartition(":")[0] for place in unknown} == set(COMPUTED)


def test_reading_the_source_finds_codes_behind_parameters_and_inside_text() -> None:
    assert {"ca-bundle-missing", "token-url-invalid", "duplicate-pack", "too-deep"} <= USED


@pytest.mark.parametrize("code", sorted(USED))
def test_every_code_in_the_source_is_explained(code: str) -> None:
    assert code in CODES, f"add it to conformance_cli/cli/explaining/codes/: {code}"


def test_no_code_is_explained_that_nothing_uses() -> None:
    assert sorted(set(CODES) - USED) == []


def test_no_code_is_explained_twice() -> None:
    assert sum(map(len, TABLES)) == len(CODES)


def test_every_verdict_outcome_cause_effect_and_exit_code_is_explained() -> None:
    assert set(VERDICTS) == {verdict.value for verdict in Verdict} | {"waived"}
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}
    assert set(CAUSES) == {cause.value for cause in Cause}
    assert set(EFFECTS) == {effect.value for effect in Effect}
    assert set(EXIT_CODES) == set(ExitCode)


@pytest.mark.parametrize("word", ["not-tested", "NOT-TESTED", "not tested", "not_tested"])
def test_a_word_is_found_however_it_is_written(word: str) -> None:
    assert built_in.text(word).startswith("not-tested  (verdict)")


@pytest.mark.parametrize("word", ["3", "exit-3"])
def test_an_exit_code_is_found_by_its_number(word: str) -> None:
    assert built_in.text(word).startswith("3 undecided  (exit code)")


def test_a_number_that_is_no_exit_code_is_not_explained() -> None:
    assert built_in.text("7") == ""


def test_a_word_with_two_meanings_is_explained_twice() -> None:
    text = built_in.text("effect")
    assert "effect  (error code)" in text
    assert "effect  (reason for no verdict)" in text


def test_a_validation_message_is_shown_as_it_reads_and_with_what_states_its_rule() -> None:
    lines = built_in.text("element-minimum").splitlines()
    assert lines[0] == "element-minimum  (validation message)"
    assert lines[1] == "  <path> must be there at least <minimum> time(s); found <count>"
    assert "cardinality" in built_in.text("element-minimum")
    assert "  Source     http" in built_in.text("primitive-date")


@pytest.mark.parametrize("word", sorted(set(built_in.names())))
def test_every_built_in_word_is_explained(word: str) -> None:
    assert built_in.text(word)


def test_the_exit_codes_are_listed_with_their_precedence(tmp_path) -> None:
    ended = conformance("explain", "exit-codes", cwd=tmp_path)
    assert ended.code == 0
    for code in ExitCode:
        assert f"{int(code):>3}  " in ended.out
    assert ended.out.rstrip().endswith("130, then 4, 2, 1, 3, 0.")


def test_a_requirement_shows_its_level_text_source_and_tests(tmp_path) -> None:
    ended = conformance("explain", "bars-slt-006", cwd=tmp_path)
    assert ended.code == 0
    assert ended.out.startswith("BARS-SLT-006  SHALL")
    for said in ("Section", "Source", "https://", "Verified by bars@", "expects", "Status"):
        assert said in ended.out


def test_a_requirement_can_be_looked_up_in_another_version_of_the_profile(tmp_path) -> None:
    ended = conformance("explain", "BARS-SLT-006", "--profile", "bars@1.1.0", cwd=tmp_path)
    assert "bars@1.1.0" in ended.out.splitlines()[0]


def test_a_test_shows_what_it_sends_and_expects(tmp_path) -> None:
    ended = conformance("explain", "slot-status-missing", cwd=tmp_path)
    assert ended.code == 0
    for said in ("Verifies", "BARS-SLT-006", "Step 1", "/Slot", "expects"):
        assert said in ended.out


def test_the_id_of_an_assertion_leads_to_its_test(tmp_path) -> None:
    ended = conformance("explain", "slot-status-missing:1.1", cwd=tmp_path)
    assert "slot-status-missing" in ended.out.splitlines()[0]


def test_an_unknown_word_is_answered_with_the_nearest_ones(tmp_path) -> None:
    ended = conformance("explain", "BARS-SLT-0006", cwd=tmp_path)
    assert ended.code == 2
    assert "error[nothing-to-explain]" in ended.err
    assert '"BARS-SLT-006"' in ended.err
