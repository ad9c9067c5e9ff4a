"""Requirement verdicts, rule by rule."""

from __future__ import annotations

import pytest

from conformance_cli.judge import Policy
from conformance_cli.model.profile import Option
from conformance_cli.model.requirement import Basis, Level, Method
from conformance_cli.model.result import Cause, Reason
from conformance_cli.model.verdict import Verdict
from tests.judge.cases import (
    assertion,
    judged,
    not_run,
    profile,
    ran,
    requirement,
    result_of,
    verdict_of,
    verdicts,
)

PASS, FAIL, WARNING = Verdict.PASS, Verdict.FAIL, Verdict.WARNING
ERROR, NOT_TESTED, NOT_APPLICABLE = Verdict.ERROR, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE

SPOILING = [
    Cause.EFFECT,
    Cause.EXCLUDED,
    Cause.DEADLINE,
    Cause.INTERRUPTED,
    Cause.FIXTURE,
    Cause.PRECONDITION,
    Cause.SETUP,
]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([PASS], PASS),
        ([PASS, WARNING], WARNING),
        ([PASS, WARNING, ERROR], ERROR),
        ([PASS, WARNING, ERROR, FAIL], FAIL),
        ([NOT_APPLICABLE], NOT_TESTED),
        ([NOT_APPLICABLE, PASS], PASS),
        ([], NOT_TESTED),
    ],
)
def test_the_worst_assertion_gives_the_verdict(seen: list[Verdict], expected: Verdict) -> None:
    assert verdict_of(verdicts(*seen)) is expected


@pytest.mark.parametrize("level", [Level.SHOULD, Level.SHOULD_NOT, Level.MAY])
def test_a_should_that_is_not_met_is_a_warning(level: Level) -> None:
    assert verdict_of(verdicts(FAIL, PASS), requirement(level=level)) is WARNING


@pytest.mark.parametrize("level", [Level.SHALL, Level.SHALL_NOT])
def test_a_shall_that_is_not_met_is_a_failure(level: Level) -> None:
    assert verdict_of(verdicts(FAIL, PASS), requirement(level=level)) is FAIL


def test_what_only_a_suite_asks_for_is_a_warning_unless_judged_by_the_suite() -> None:
    of = requirement(basis=Basis.SUITE)
    assert verdict_of(verdicts(FAIL), of) is WARNING
    assert verdict_of(verdicts(FAIL), of, policy=Policy(basis="suite")) is FAIL


def test_what_specification_and_suite_both_ask_for_is_a_failure() -> None:
    assert verdict_of(verdicts(FAIL), requirement(basis=Basis.BOTH)) is FAIL


@pytest.mark.parametrize("cause", SPOILING)
def test_a_pass_is_not_shown_while_another_of_its_tests_was_not_run(cause: Cause) -> None:
    result = result_of([*verdicts(PASS), not_run(cause)])
    assert result.verdict is NOT_TESTED
    assert [reason.cause for reason in result.reasons] == [cause]
    assert result.reasons[0].remedy == f"remedy of {cause.value}"


@pytest.mark.parametrize("cause", SPOILING)
def test_a_pass_is_not_shown_while_one_of_its_assertions_was_not_reached(cause: Cause) -> None:
    test = ran(assertion(PASS), assertion(NOT_TESTED, cause=cause))
    assert verdict_of([test]) is NOT_TESTED


@pytest.mark.parametrize("cause", [Cause.OPTION, Cause.NOTHING_TO_JUDGE])
def test_what_does_not_concern_the_product_does_not_spoil_a_pass(cause: Cause) -> None:
    assert verdict_of([*verdicts(PASS), not_run(cause)]) is PASS
    assert verdict_of([ran(assertion(PASS), assertion(NOT_TESTED, cause=cause))]) is PASS


@pytest.mark.parametrize("cause", [Cause.OPTION, Cause.NOTHING_TO_JUDGE])
def test_what_does_not_concern_the_product_proves_nothing_alone(cause: Cause) -> None:
    result = result_of([not_run(cause)])
    assert result.verdict is NOT_TESTED
    assert [reason.cause for reason in result.reasons] == [cause]


@pytest.mark.parametrize("cause", [Cause.TRANSPORT, Cause.TOOL])
def test_a_test_that_broke_before_its_assertions_is_an_error(cause: Cause) -> None:
    assert verdict_of([*verdicts(PASS), not_run(cause)]) is ERROR


def test_an_assertion_left_undecided_without_a_reason_spoils_a_pass() -> None:
    result = result_of([ran(assertion(PASS), assertion(NOT_TESTED))])
    assert result.verdict is NOT_TESTED
    assert [reason.cause for reason in result.reasons] == [Cause.TOOL]


def test_a_stopped_test_leaves_what_it_had_judged_and_spoils_the_rest() -> None:
    stopped = ran(
        assertion(PASS, "A"),
        assertion(NOT_TESTED, "B", cause=Cause.PRECONDITION),
        requirements=("A", "B", "C"),
        reason=Reason(Cause.PRECONDITION, "no slot"),
    )
    also = ran(assertion(PASS, "B", "C"))
    of = profile(*(requirement(name) for name in "ABC"))
    assert [r.verdict for r in judged([stopped, also], of).requirements] == [
        PASS,
        NOT_TESTED,
        NOT_TESTED,
    ]


def test_a_failure_stands_although_other_tests_were_not_run() -> None:
    result = result_of([*verdicts(FAIL), not_run(Cause.EFFECT)])
    assert result.verdict is FAIL
    assert result.reasons == ()


def test_a_requirement_without_tests_says_so() -> None:
    assert result_of([]).reasons == (Reason(Cause.NO_TEST, "nothing in this run spoke of it"),)


def test_a_requirement_that_cannot_be_tested_says_why() -> None:
    of = requirement(not_testable="only the supplier's logs show it")
    assert result_of([], of).reasons == (Reason(Cause.NO_TEST, "only the supplier's logs show it"),)


def test_a_test_that_never_came_to_its_assertion_had_nothing_to_judge() -> None:
    silent = ran(assertion(PASS, "OTHER"), requirements=("OTHER", "R"))
    result = result_of([silent])
    assert result.verdict is NOT_TESTED
    assert [reason.cause for reason in result.reasons] == [Cause.NOTHING_TO_JUDGE]


def test_reasons_are_one_for_each_cause_and_name_each_text_once() -> None:
    def missing(fixture: str) -> Reason:
        return Reason(Cause.FIXTURE, f"no {fixture}", f"give {fixture}")

    tests = [
        ran(name=f"t{n}", requirements=("R",), reason=reason)
        for n, reason in enumerate(
            [missing("b"), missing("a"), Reason(Cause.EFFECT, "writes"), missing("a")]
        )
    ]
    assert result_of(tests).reasons == (
        Reason(Cause.FIXTURE, "no a; no b", "give a; give b"),
        Reason(Cause.EFFECT, "writes"),
    )


def test_many_texts_of_one_cause_are_counted_not_listed() -> None:
    tests = [
        ran(name=str(n), requirements=("R",), reason=Reason(Cause.FIXTURE, f"no {n}"))
        for n in range(6)
    ]
    assert result_of(tests).reasons[0].text == "no 0; no 1; no 2; and 3 more"


def test_a_false_condition_is_the_only_way_to_not_applicable() -> None:
    of = requirement(applies_if="option.booking")
    assert verdict_of(verdicts(PASS), of, options={"booking": False}) is NOT_APPLICABLE
    assert verdict_of(verdicts(PASS), of, options={"booking": True}) is PASS


def test_an_option_that_was_not_given_has_the_default_of_the_profile() -> None:
    of = profile(
        requirement(applies_if="option.booking"), options=(Option("booking", "Books", False),)
    )
    assert judged([], of).requirements[0].verdict is NOT_APPLICABLE


def test_a_condition_that_cannot_be_evaluated_does_not_excuse() -> None:
    of = requirement(applies_if="option.no-such-option")
    assert verdict_of(verdicts(FAIL), of) is FAIL
    result = result_of([], of)
    assert result.verdict is NOT_TESTED
    assert {reason.cause for reason in result.reasons} == {Cause.NO_TEST, Cause.TOOL}


def test_what_only_a_person_can_decide_is_not_tested_however_many_tests_pass() -> None:
    result = result_of(verdicts(PASS, PASS), requirement(method=Method.ATTESTED))
    assert (result.verdict, result.attested) == (NOT_TESTED, True)
    assert [reason.cause for reason in result.reasons] == [Cause.ATTESTATION]


def test_evidence_against_an_attested_requirement_counts() -> None:
    result = result_of(verdicts(PASS, FAIL), requirement(method=Method.ATTESTED))
    assert (result.verdict, result.attested) == (FAIL, False)


def test_evidence_about_requirements_of_another_profile_version_is_passed_over() -> None:
    judgement = judged([ran(assertion(FAIL, "OLD"), assertion(PASS, "R"))])
    assert [r.requirement.id for r in judgement.requirements] == ["R"]
    assert judgement.requirements[0].verdict is PASS


def test_a_requirement_named_twice_by_an_assertion_gets_it_once() -> None:
    assert len(result_of([ran(assertion(PASS, "R", "R"))]).assertions) == 1
