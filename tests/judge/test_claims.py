"""The rules of judgement as claims that hold for every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from conformance_cli.judge import Policy, judge_run
from conformance_cli.judge.rollup import softened
from conformance_cli.model.judgement import Judgement
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Method
from conformance_cli.model.result import Cause, Reason, TestResult
from conformance_cli.model.run import Run, RunState
from conformance_cli.model.verdict import Outcome, Verdict
from tests.judge.cases import TODAY, assertion, cases, judged, policies, ran
from tests.strategies import TEST_CAUSES, runs, waivers

Case = tuple[Profile, tuple[TestResult, ...]]

#: Better is higher.
RANK = {Outcome.NOT_CONFORMANT: 0, Outcome.UNDECIDED: 1, Outcome.CONFORMANT: 2}
OPTIONS = st.fixed_dictionaries({"booking": st.booleans(), "referral": st.booleans()})
#: Causes that take something away from what the other tests showed.
SPOILING = [cause for cause in TEST_CAUSES if cause is not Cause.OPTION]


def judgement_of(case: Case, policy: Policy, more: Sequence[TestResult] = (), **rest: Any) -> Any:
    of, tests = case
    return judged([*tests, *more], of, policy=policy, **rest)


def by_id(judgement: Judgement) -> dict[str, Verdict]:
    return {r.requirement.id: r.verdict for r in judgement.requirements}


def evidence(draw: Any, case: Case, verdict: Verdict) -> TestResult:
    """One more test, about any requirements of the profile."""
    ids = [requirement.id for requirement in case[0].requirements]
    named = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    return ran(assertion(verdict, *named, id="more:1.1"), name="more")


@pytest.mark.parametrize("outcome", Outcome)
def test_the_cases_below_reach_every_outcome(outcome: Outcome) -> None:
    only_find = settings(phases=[Phase.generate], database=None, max_examples=1000)
    find(cases(), lambda c: judgement_of(c, Policy()).outcome is outcome, settings=only_find)


@given(cases(), policies(), OPTIONS)
def test_a_fail_is_never_lost(case: Case, policy: Policy, options: dict[str, bool]) -> None:
    judgement = judgement_of(case, policy, options=options)
    for result in judgement.requirements:
        failed = any(a.verdict is Verdict.FAIL for a in result.assertions)
        if not failed or result.verdict is Verdict.NOT_APPLICABLE:
            continue
        if softened(result.requirement, policy):
            assert result.verdict is Verdict.WARNING
        else:
            assert result.verdict is Verdict.FAIL
            assert judgement.outcome is Outcome.NOT_CONFORMANT
            assert result.requirement.id in judgement.decided_by
            assert not judgement.gate_met


@given(cases(), policies(), st.data())
def test_order_of_tests_and_assertions_does_not_matter(
    case: Case, policy: Policy, data: st.DataObject
) -> None:
    of, tests = case
    shuffled = [
        replace(test, assertions=tuple(data.draw(st.permutations(test.assertions))))
        for test in data.draw(st.permutations(tests))
    ]
    one, other = judged(tests, of, policy=policy), judged(shuffled, of, policy=policy)
    assert _without_assertions(one) == _without_assertions(other)


def _without_assertions(judgement: Judgement) -> Judgement:
    bare = tuple(replace(result, assertions=()) for result in judgement.requirements)
    return replace(judgement, requirements=bare)


@given(cases(), policies(), st.sampled_from(RunState))
def test_zero_tests_is_undecided(case: Case, policy: Policy, state: RunState) -> None:
    judgement = judged([], case[0], policy=policy, state=state)
    assert judgement.outcome is Outcome.UNDECIDED
    assert judgement.gate_outcome is Outcome.UNDECIDED


@settings(max_examples=300)
@given(cases(), policies(), st.sampled_from(SPOILING))
def test_skips_never_make_green(case: Case, policy: Policy, cause: Cause) -> None:
    """Not even skipping exactly the tests that did not pass."""
    of, tests = case
    fewer = [test if _is_green(test) else _skipped(test, cause) for test in tests]
    if judged(fewer, of, policy=policy).outcome is Outcome.CONFORMANT:
        assert judged(tests, of, policy=policy).outcome is Outcome.CONFORMANT


@given(cases(), policies(), st.sampled_from(SPOILING), st.data())
def test_skipping_some_test_never_makes_green(
    case: Case, policy: Policy, cause: Cause, data: st.DataObject
) -> None:
    of, tests = case
    one = data.draw(st.sampled_from([None, *tests]))
    fewer = [_skipped(test, cause) if test is one else test for test in tests]
    if judged(fewer, of, policy=policy).outcome is Outcome.CONFORMANT:
        assert judged(tests, of, policy=policy).outcome is Outcome.CONFORMANT


@given(cases(), policies(), st.sampled_from(TEST_CAUSES))
def test_skipping_everything_shows_nothing(case: Case, policy: Policy, cause: Cause) -> None:
    of, tests = case
    judgement = judged([_skipped(test, cause) for test in tests], of, policy=policy)
    assert judgement.outcome is Outcome.UNDECIDED
    assert not any(result.verdict.decisive for result in judgement.requirements)


def _is_green(test: TestResult) -> bool:
    return all(assertion.verdict is Verdict.PASS for assertion in test.assertions)


def _skipped(test: TestResult, cause: Cause) -> TestResult:
    return replace(test, assertions=(), reason=Reason(cause, "left out"))


@given(cases(), policies(), st.data())
def test_adding_failing_evidence_never_improves_an_outcome(
    case: Case, policy: Policy, data: st.DataObject
) -> None:
    """But where not looking is waited for and failing is a mere warning (suite only)."""
    of, tests = case
    strict = [r for r in of.requirements if not (r.level.mandatory and softened(r, policy))]
    case = replace(of, requirements=tuple(strict)), tests
    if not strict:
        return
    more = evidence(data.draw, case, Verdict.FAIL)
    before, after = judgement_of(case, policy), judgement_of(case, policy, [more])
    assert RANK[after.outcome] <= RANK[before.outcome]
    assert RANK[after.gate_outcome] <= RANK[before.gate_outcome]


@given(cases(), policies(), st.data())
def test_adding_passing_evidence_never_turns_a_fail(
    case: Case, policy: Policy, data: st.DataObject
) -> None:
    more = evidence(data.draw, case, Verdict.PASS)
    before, after = judgement_of(case, policy), judgement_of(case, policy, [more])
    for name, verdict in by_id(before).items():
        if verdict is Verdict.FAIL:
            assert by_id(after)[name] is Verdict.FAIL
    if before.outcome is Outcome.NOT_CONFORMANT:
        assert after.outcome is Outcome.NOT_CONFORMANT


@given(cases(), policies(), OPTIONS)
def test_not_applicable_only_if_the_condition_is_false(
    case: Case, policy: Policy, options: dict[str, bool]
) -> None:
    holds = {
        "": True,
        "option.booking": options["booking"],
        "not option.referral": not options["referral"],
        "option.booking and true": options["booking"],
    }
    for result in judgement_of(case, policy, options=options).requirements:
        applies = holds[result.requirement.applies_if]
        assert (result.verdict is Verdict.NOT_APPLICABLE) is not applies


@given(cases(), policies())
def test_every_requirement_of_the_profile_appears_exactly_once(case: Case, policy: Policy) -> None:
    judgement = judgement_of(case, policy)
    assert tuple(r.requirement for r in judgement.requirements) == case[0].requirements


@given(cases(), policies())
def test_level_counts_sum_to_totals(case: Case, policy: Policy) -> None:
    judgement = judgement_of(case, policy)
    assert all(sum(level.verdicts.values()) == level.total for level in judgement.levels)
    assert sum(level.total for level in judgement.levels) == len(case[0].requirements)


@given(cases(), policies())
def test_conformant_stands_on_requirements_that_were_shown(case: Case, policy: Policy) -> None:
    judgement = judgement_of(case, policy)
    if judgement.outcome is Outcome.CONFORMANT:
        assert judgement.decided_by
        verdicts = by_id(judgement)
        assert {verdicts[name] for name in judgement.decided_by} <= {Verdict.PASS, Verdict.WARNING}


@given(cases(), policies())
def test_whatever_is_not_shown_has_a_reason(case: Case, policy: Policy) -> None:
    for result in judgement_of(case, policy).requirements:
        assert bool(result.reasons) is not result.verdict.decisive


@given(cases(), policies(), st.data())
def test_waivers_never_change_a_verdict(case: Case, policy: Policy, data: st.DataObject) -> None:
    ids = [requirement.id for requirement in case[0].requirements]
    given_waivers = data.draw(st.lists(waivers(ids), max_size=4))
    plain, waived = judgement_of(case, policy), judgement_of(case, policy, waivers=given_waivers)
    assert by_id(waived) == by_id(plain)
    assert waived.outcome is plain.outcome
    assert waived.decided_by == plain.decided_by
    assert waived.gate_met or not plain.gate_met


@given(cases(), policies(), st.data())
def test_gate_certify_is_never_easier_than_gate_run(
    case: Case, policy: Policy, data: st.DataObject
) -> None:
    ids = [requirement.id for requirement in case[0].requirements]
    given_waivers = data.draw(st.lists(waivers(ids), max_size=4))
    run = judgement_of(case, replace(policy, gate="run"), waivers=given_waivers)
    certify = judgement_of(case, replace(policy, gate="certify"), waivers=given_waivers)
    assert RANK[certify.outcome] <= RANK[run.outcome]
    assert RANK[certify.gate_outcome] <= RANK[run.gate_outcome]
    assert run.gate_met or not certify.gate_met


@given(cases(), policies())
def test_a_stricter_fail_on_never_accepts_more(case: Case, policy: Policy) -> None:
    met = [
        judgement_of(case, Policy(policy.basis, policy.gate, fail_on)).gate_met
        for fail_on in ("must", "should", "warning")
    ]
    assert met == sorted(met, reverse=True)


@given(runs())
def test_the_gate_says_no_exactly_where_it_is_not_met(run: Run) -> None:
    judgement = judge_run(run, today=TODAY)
    assert (judgement.gate_outcome is Outcome.NOT_CONFORMANT) is not judgement.gate_met


@given(runs())
def test_without_waivers_the_gate_is_never_milder_than_the_outcome(run: Run) -> None:
    judgement = judge_run(run, today=TODAY, waivers=())
    assert RANK[judgement.gate_outcome] <= RANK[judgement.outcome]


@given(runs())
def test_only_a_complete_run_can_be_conformant(run: Run) -> None:
    if judge_run(run, today=TODAY).outcome is Outcome.CONFORMANT:
        assert run.state is RunState.COMPLETE


@given(cases(), policies())
def test_no_test_shows_that_an_attested_requirement_is_met(case: Case, policy: Policy) -> None:
    for result in judgement_of(case, policy).requirements:
        if result.requirement.method is Method.ATTESTED:
            assert result.verdict is not Verdict.PASS
