"""Comparing two runs: what got worse, what was mended, and what else changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.judge import compare
from conformance_cli.model.judgement import Comparison
from conformance_cli.model.requirement import Level, Requirement
from conformance_cli.model.run import PackIdentity, Product, Run, RunSettings
from conformance_cli.model.verdict import Outcome, Verdict
from tests.judge.cases import TODAY, assertion, profile, ran, requirement
from tests.judge.test_outcome import run_of
from tests.strategies import profiles, runs

PASS, FAIL, WARNING = Verdict.PASS, Verdict.FAIL, Verdict.WARNING
ERROR, NOT_TESTED = Verdict.ERROR, Verdict.NOT_TESTED


def run_with(*requirements: Requirement, **seen: Verdict) -> Run:
    tests = [ran(assertion(verdict, name), name=name) for name, verdict in seen.items()]
    return run_of(tests, profile(*requirements))


def became(before: Verdict, after: Verdict, level: Level = Level.SHALL) -> Comparison:
    of = requirement(level=level)
    return compare(run_with(of, R=before), run_with(of, R=after), TODAY)


@pytest.mark.parametrize("after", [FAIL, WARNING, ERROR, NOT_TESTED])
def test_whatever_is_no_longer_shown_regressed(after: Verdict) -> None:
    (change,) = became(PASS, after).regressions
    assert (change.requirement, change.text) == ("R", "text of R")
    assert (change.before, change.after) == (PASS, after)


def test_a_warning_that_became_a_failure_regressed() -> None:
    assert len(became(WARNING, FAIL).regressions) == 1


@pytest.mark.parametrize("before", [FAIL, WARNING, ERROR, NOT_TESTED])
def test_whatever_is_shown_now_is_a_fix(before: Verdict) -> None:
    assert len(became(before, PASS).fixes) == 1


@pytest.mark.parametrize("after", [ERROR, NOT_TESTED])
def test_a_failure_that_was_not_tested_again_is_not_mended(after: Verdict) -> None:
    comparison = became(FAIL, after)
    assert comparison.fixes == comparison.regressions == ()
    assert len(comparison.other) == 1


def test_a_should_can_regress_and_a_may_cannot() -> None:
    assert len(became(PASS, FAIL, Level.SHOULD).regressions) == 1
    may = became(PASS, FAIL, Level.MAY)
    assert may.regressions == ()
    assert len(may.other) == 1


def test_what_stops_to_apply_did_not_regress() -> None:
    of = requirement(applies_if="option.booking")
    on, off = run_with(of, R=PASS), run_with(of, R=PASS)
    on = replace(on, header=replace(on.header, settings=RunSettings(options={"booking": True})))
    off = replace(off, header=replace(off.header, settings=RunSettings(options={"booking": False})))
    comparison = compare(on, off, TODAY)
    assert comparison.regressions == ()
    assert [change.after for change in comparison.other] == [Verdict.NOT_APPLICABLE]
    assert comparison.changed == ("settings",)


def test_requirements_of_one_profile_only_are_new_or_gone() -> None:
    comparison = compare(
        run_with(requirement("OLD"), requirement(), OLD=PASS, R=PASS),
        run_with(requirement(), requirement("NEW"), R=PASS, NEW=FAIL),
        TODAY,
    )
    assert [(c.requirement, c.before, c.after) for c in comparison.gone] == [("OLD", PASS, None)]
    assert [(c.requirement, c.before, c.after) for c in comparison.new] == [("NEW", None, FAIL)]
    assert comparison.regressions == comparison.fixes == comparison.other == ()


def test_outcomes_stand_beside_each_other() -> None:
    comparison = became(PASS, FAIL)
    assert comparison.outcome_before is Outcome.CONFORMANT
    assert comparison.outcome_after is Outcome.NOT_CONFORMANT


@pytest.mark.parametrize(
    ("name", "difference"),
    [
        ("target", {"endpoint": "https://b.example.test"}),
        ("target", {"environment": "int"}),
        ("product", {"product": Product("Acme", "2.0.0")}),
        ("profile", {"profile": replace(profile(), digest="sha256:00")}),
        ("pack", {"packs": (PackIdentity("p", "1.0.0", "sha256:00"),)}),
        ("tool", {"tool_version": "2.0.0"}),
        ("settings", {"settings": RunSettings(basis="suite")}),
    ],
)
def test_what_else_changed_is_named(name: str, difference: dict[str, Any]) -> None:
    old = run_with(requirement(), R=PASS)
    new = replace(old, header=replace(old.header, **difference))
    assert compare(old, new, TODAY).changed == (name,)


def test_another_time_or_run_id_is_no_change() -> None:
    old = run_with(requirement(), R=PASS)
    new = replace(old, header=replace(old.header, id="run-2"))
    assert compare(old, new, TODAY).changed == ()


@given(runs())
def test_a_run_compared_with_itself_shows_nothing(run: Run) -> None:
    comparison = compare(run, run, TODAY)
    assert not any(
        (
            comparison.regressions,
            comparison.fixes,
            comparison.other,
            comparison.new,
            comparison.gone,
            comparison.changed,
        )
    )
    assert comparison.outcome_before is comparison.outcome_after


@given(st.data())
def test_comparing_the_other_way_round_swaps_regressions_and_fixes(data: st.DataObject) -> None:
    # one profile for both, as a rule, or nothing could ever regress
    shared = data.draw(profiles(min_requirements=1) | st.none())
    one, other = data.draw(runs(shared)), data.draw(runs(shared))
    there, back = compare(one, other, TODAY), compare(other, one, TODAY)
    assert _moves(there.regressions) == _turned(_moves(back.fixes))
    assert _moves(there.fixes) == _turned(_moves(back.regressions))
    assert _moves(there.other) == _turned(_moves(back.other))
    assert _moves(there.new) == _turned(_moves(back.gone))
    assert there.changed == back.changed
    assert (there.outcome_before, there.outcome_after) == (back.outcome_after, back.outcome_before)


def _moves(changes: Any) -> set[tuple[str, Any, Any]]:
    return {(change.requirement, change.before, change.after) for change in changes}


def _turned(moves: set[tuple[str, Any, Any]]) -> set[tuple[str, Any, Any]]:
    return {(name, after, before) for name, before, after in moves}
