"""Outcome, gate and denominators, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conformance_cli.judge import FailOn, Gate, Policy, judge_run
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.judgement import Judgement
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Basis, Level, Method
from conformance_cli.model.result import Cause, TestResult
from conformance_cli.model.run import Run, RunHeader, RunSettings, RunState
from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.model.waiver import Waiver
from tests.judge.cases import (
    TODAY,
    assertion,
    judged,
    not_run,
    profile,
    ran,
    requirement,
    verdicts,
)

PASS, FAIL, WARNING, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.WARNING, Verdict.ERROR
CONFORMANT, NOT_CONFORMANT, UNDECIDED = (
    Outcome.CONFORMANT,
    Outcome.NOT_CONFORMANT,
    Outcome.UNDECIDED,
)


def about(**seen: Verdict) -> list[TestResult]:
    """One test for each requirement named."""
    return [ran(assertion(verdict, name), name=name) for name, verdict in seen.items()]


def shalls(*names: str) -> Profile:
    return profile(*(requirement(name) for name in names))


def test_conformant_when_every_shall_passes() -> None:
    judgement = judged(about(A=PASS, B=WARNING), shalls("A", "B"))
    assert judgement.outcome is CONFORMANT
    assert judgement.decided_by == ("A", "B")


def test_one_failed_shall_outweighs_all_that_passed_or_is_unknown() -> None:
    judgement = judged(about(A=PASS, B=FAIL, C=ERROR), shalls("A", "B", "C", "D"))
    assert judgement.outcome is NOT_CONFORMANT
    assert judgement.decided_by == ("B",)


def test_undecided_while_a_shall_has_no_verdict() -> None:
    judgement = judged(about(A=PASS, B=ERROR), shalls("A", "B", "C"))
    assert judgement.outcome is UNDECIDED
    assert judgement.decided_by == ("B", "C")


def test_shoulds_never_decide() -> None:
    of = profile(requirement("A"), requirement("B", Level.SHOULD), requirement("C", Level.MAY))
    assert judged(about(A=PASS, B=FAIL), of).outcome is CONFORMANT


def test_a_profile_whose_shalls_all_do_not_apply_is_undecided() -> None:
    of = profile(requirement("A", applies_if="false"), requirement("B", Level.SHOULD))
    judgement = judged(about(A=PASS, B=PASS), of)
    assert judgement.outcome is UNDECIDED
    assert judgement.gate_outcome is UNDECIDED


def test_failing_what_only_a_suite_asks_for_does_not_decide_but_not_looking_does() -> None:
    of = profile(requirement("A"), requirement("B", basis=Basis.SUITE))
    assert judged(about(A=PASS, B=FAIL), of).outcome is CONFORMANT
    assert judged(about(A=PASS), of).outcome is UNDECIDED


@pytest.mark.parametrize(("gate", "outcome"), [("run", CONFORMANT), ("certify", UNDECIDED)])
def test_attestation_is_waited_for_only_when_certifying(gate: Gate, outcome: Outcome) -> None:
    of = profile(requirement("A"), requirement("B", method=Method.ATTESTED))
    judgement = judged(about(A=PASS), of, policy=Policy(gate=gate))
    assert judgement.outcome is outcome
    assert judgement.levels[0].attested == 1


@pytest.mark.parametrize(("gate", "outcome"), [("run", CONFORMANT), ("certify", UNDECIDED)])
def test_what_http_cannot_show_is_waited_for_only_when_certifying(
    gate: Gate, outcome: Outcome
) -> None:
    of = profile(requirement("A"), requirement("B", not_testable="a log shows it"))
    assert judged(about(A=PASS), of, policy=Policy(gate=gate)).outcome is outcome


def test_what_has_a_test_after_all_is_waited_for() -> None:
    of = profile(requirement("A"), requirement("B", not_testable="mostly"))
    assert judged([*about(A=PASS), not_run(Cause.EFFECT, "B")], of).outcome is UNDECIDED


def test_skipping_the_test_that_fails_an_attested_requirement_does_not_make_green() -> None:
    of = profile(requirement("A"), requirement("B", method=Method.ATTESTED))
    assert judged(about(A=PASS, B=FAIL), of).outcome is NOT_CONFORMANT
    assert judged([*about(A=PASS), not_run(Cause.EXCLUDED, "B")], of).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("fail_on", "met"), [("must", True), ("should", False), ("warning", False)]
)
def test_fail_on_should_refuses_a_should_that_is_not_met(fail_on: FailOn, met: bool) -> None:
    of = profile(requirement("A"), requirement("B", Level.SHOULD))
    judgement = judged(about(A=PASS, B=FAIL), of, policy=Policy(fail_on=fail_on))
    assert judgement.gate_met is met
    assert judgement.outcome is CONFORMANT


@pytest.mark.parametrize("level", [Level.SHALL, Level.MAY])
@pytest.mark.parametrize(("fail_on", "met"), [("must", True), ("should", True), ("warning", False)])
def test_only_fail_on_warning_refuses_other_warnings(
    level: Level, fail_on: FailOn, met: bool
) -> None:
    of = profile(requirement("A"), requirement("B", level))
    assert judged(about(A=PASS, B=WARNING), of, policy=Policy(fail_on=fail_on)).gate_met is met


def test_fail_on_should_refuses_a_shall_not_met_that_only_a_suite_asks_for() -> None:
    of = profile(requirement("A"), requirement("B", basis=Basis.SUITE))
    assert judged(about(A=PASS, B=FAIL), of, policy=Policy(fail_on="must")).gate_met
    assert not judged(about(A=PASS, B=FAIL), of, policy=Policy(fail_on="should")).gate_met


def test_a_warning_counts_at_the_gate_although_an_error_hides_it() -> None:
    of = profile(requirement("A"), requirement("B", Level.SHOULD))
    tests = [*about(A=PASS), *about(B=WARNING), *about(B=ERROR)]
    assert not judged(tests, of, policy=Policy(fail_on="warning")).gate_met


def test_a_word_that_is_no_policy_is_refused() -> None:
    with pytest.raises(ConformanceError, match='gate cannot be "Certify"') as caught:
        Policy(gate="Certify")  # type: ignore[arg-type]
    assert caught.value.diagnostics[0].code == "policy-unknown"


def test_denominators_count_both_verbs_of_a_level_together() -> None:
    of = profile(
        requirement("A"),
        requirement("B", Level.SHALL_NOT),
        requirement("C", Level.SHOULD_NOT),
        requirement("D", method=Method.ATTESTED),
    )
    shall, should, may = judged(about(A=PASS, B=FAIL), of).levels
    assert (shall.level, shall.total, shall.attested) == ("SHALL", 3, 1)
    assert (shall.verdicts["pass"], shall.verdicts["fail"]) == (1, 1)
    assert (should.level, should.total, should.verdicts["not-tested"]) == ("SHOULD", 1, 1)
    assert (may.level, may.total, set(may.verdicts.values())) == ("MAY", 0, {0})


# -- saved runs ---------------------------------------------------------------------------


def run_of(tests: list[TestResult], of: Profile, **settings: object) -> Run:
    header = RunHeader(
        id="run-1",
        tool_version="1.0.0",
        started=datetime(2026, 11, 23, tzinfo=UTC),
        endpoint="https://a.example.test",
        profile=of,
        packs=(),
        settings=RunSettings(**settings),  # type: ignore[arg-type]
        planned=tuple(test.id for test in tests),
    )
    return Run(header, RunState.COMPLETE, tuple(tests))


def outcome_of(run: Run) -> Outcome:
    return judge_run(run, today=TODAY).outcome


def test_a_saved_run_is_judged_by_its_own_settings() -> None:
    of = profile(requirement("A", basis=Basis.SUITE), requirement("B", applies_if="option.x"))
    run = run_of(about(A=FAIL), of, basis="suite", options={"x": False}, fail_on="warning")
    judgement = judge_run(run, today=TODAY)
    assert judgement.outcome is NOT_CONFORMANT
    milder = judge_run(run, today=TODAY, policy=Policy())
    assert milder.outcome is CONFORMANT


def test_waivers_of_a_saved_run_count_unless_others_are_given() -> None:
    waiver = Waiver("A", "known", "somebody", expires=TODAY)
    run = run_of(about(A=FAIL), shalls("A"))
    waived = replace(run, header=replace(run.header, waivers=(waiver,)))
    assert judge_run(waived, today=TODAY).gate_met
    assert not judge_run(waived, today=TODAY, waivers=()).gate_met


@pytest.mark.parametrize("state", [s for s in RunState if s is not RunState.COMPLETE])
def test_a_run_that_did_not_come_to_its_end_is_never_conformant(state: RunState) -> None:
    run = run_of(about(A=PASS), shalls("A"))
    assert outcome_of(run) is CONFORMANT
    assert outcome_of(replace(run, state=state)) is UNDECIDED
    failed = replace(run_of(about(A=FAIL), shalls("A")), state=state)
    assert outcome_of(failed) is NOT_CONFORMANT


def without_its_test(run: Run, test: str, requirements: tuple[str, ...] = ()) -> Judgement:
    header = replace(
        run.header,
        planned=(*run.header.planned, test),
        planned_requirements={test: requirements} if requirements else {},
    )
    return judge_run(replace(run, header=header), today=TODAY)


def test_a_planned_test_without_a_result_leaves_the_run_undecided() -> None:
    judgement = without_its_test(run_of(about(A=PASS), shalls("A")), "lost")
    assert judgement.outcome is UNDECIDED


def test_a_planned_test_without_a_result_spoils_what_it_could_have_verified() -> None:
    run = run_of(about(A=PASS, B=PASS), shalls("A", "B"))
    spoilt, kept = without_its_test(run, "lost", ("A",)).requirements
    assert (spoilt.verdict, kept.verdict) == (Verdict.NOT_TESTED, PASS)
    assert spoilt.reasons[0].cause is Cause.INTERRUPTED


def test_after_a_failed_set_up_the_reason_is_the_set_up() -> None:
    run = replace(run_of([], shalls("A")), state=RunState.SETUP_FAILED)
    result = without_its_test(run, "lost", ("A",)).requirements[0]
    assert result.reasons[0].cause is Cause.SETUP


def test_a_run_that_did_not_verify_the_certificate_is_never_certifiable() -> None:
    run = run_of(about(A=PASS), shalls("A"), insecure=True)
    assert outcome_of(run) is CONFORMANT
    certified = judge_run(run, today=TODAY, policy=Policy(gate="certify"))
    assert certified.outcome is UNDECIDED
    assert certified.gate_outcome is UNDECIDED


def test_a_saved_setting_that_is_no_policy_is_refused() -> None:
    run = run_of(verdicts(PASS), profile(), fail_on="never")
    with pytest.raises(ConformanceError, match='fail-on cannot be "never"'):
        judge_run(run, today=TODAY)
