"""Waivers lie over verdicts, and say so when they cover nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conformance_cli.judge import Gate, Policy
from conformance_cli.model.judgement import Judgement
from conformance_cli.model.requirement import Level
from conformance_cli.model.run import Product
from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.model.waiver import Waiver
from tests.judge.cases import TODAY, judged, profile, requirement, verdicts

WAIVER = Waiver("R", "mended in 2.1", "A. Assessor", expires=TODAY)
FAILED = verdicts(Verdict.FAIL)


def waived(*waivers: Waiver, waivable: bool = True, gate: Gate = "run") -> Judgement:
    of = profile(requirement(waivable=waivable))
    return judged(FAILED, of, waivers=waivers, policy=Policy(gate=gate))


def problems(judgement: Judgement) -> list[str]:
    return [problem.problem for problem in judgement.waiver_problems]


def test_a_waived_failure_stays_a_failure_and_is_accepted_by_the_gate() -> None:
    judgement = waived(WAIVER)
    assert judgement.requirements[0].verdict is Verdict.FAIL
    assert judgement.requirements[0].waiver == WAIVER
    assert judgement.outcome is Outcome.NOT_CONFORMANT
    assert (judgement.gate_met, judgement.gate_outcome) == (True, Outcome.CONFORMANT)
    assert judgement.levels[0].waived == 1
    assert problems(judgement) == []


def test_accepting_a_failure_does_not_hide_what_is_undecided() -> None:
    of = profile(requirement(), requirement("S"))
    judgement = judged(FAILED, of, waivers=[WAIVER])
    assert judgement.outcome is Outcome.NOT_CONFORMANT
    assert (judgement.gate_met, judgement.gate_outcome) == (True, Outcome.UNDECIDED)


def test_a_waiver_covers_the_day_it_expires_and_none_after() -> None:
    assert waived(WAIVER).gate_met
    judgement = waived(replace(WAIVER, expires=TODAY - timedelta(days=1)))
    assert not judgement.gate_met
    assert judgement.requirements[0].waiver is None
    assert problems(judgement) == ["expired"]


def test_of_several_waivers_the_one_that_lasts_longest_shows() -> None:
    longer = replace(WAIVER, expires=TODAY + timedelta(days=9))
    judgement = waived(longer, WAIVER)
    assert judgement.requirements[0].waiver == longer
    assert problems(judgement) == []


@pytest.mark.parametrize(("gate", "accepted"), [("run", True), ("certify", False)])
def test_what_is_not_waivable_is_never_waived_when_certifying(gate: Gate, accepted: bool) -> None:
    judgement = waived(WAIVER, waivable=False, gate=gate)
    assert judgement.gate_met is accepted
    assert judgement.requirements[0].waived is accepted
    assert problems(judgement) == ["not-waivable"]


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.ERROR, Verdict.NOT_APPLICABLE])
def test_a_waiver_without_a_finding_is_unused(verdict: Verdict) -> None:
    judgement = judged(verdicts(verdict), waivers=[WAIVER])
    assert judgement.requirements[0].waiver is None
    assert problems(judgement) == ["unused"]


def test_a_waiver_of_what_the_profile_does_not_have_is_reported() -> None:
    assert problems(waived(replace(WAIVER, requirement="OLD"))) == ["unknown-requirement"]


def test_a_waived_warning_is_accepted_too() -> None:
    of = profile(requirement(), requirement("S", Level.SHOULD))
    tests = [*verdicts(Verdict.PASS), *verdicts(Verdict.PASS)]
    failing = replace(tests[1].assertions[0], requirements=("S",), verdict=Verdict.FAIL)
    tests[1] = replace(tests[1], assertions=(failing,))
    policy = Policy(fail_on="should")
    assert not judged(tests, of, policy=policy).gate_met
    assert judged(tests, of, policy=policy, waivers=[replace(WAIVER, requirement="S")]).gate_met


@pytest.mark.parametrize(("product", "covered"), [("Acme", True), ("Other", False), ("", False)])
def test_a_waiver_for_a_product_covers_only_that_product(product: str, covered: bool) -> None:
    waiver = replace(WAIVER, product="Acme")
    judgement = judged(FAILED, waivers=[waiver], product=Product(product))
    assert judgement.gate_met is covered
    assert problems(judgement) == []


@pytest.mark.parametrize(
    ("versions", "covered"), [("", True), ("^1.1", True), ("~1.2", True), (">=2 <3", False)]
)
def test_a_waiver_for_profile_versions_covers_only_those(versions: str, covered: bool) -> None:
    judgement = waived(replace(WAIVER, profile_versions=versions))
    assert judgement.gate_met is covered
    assert problems(judgement) == []


def test_a_range_that_cannot_be_read_covers_nothing_and_is_reported() -> None:
    judgement = waived(replace(WAIVER, profile_versions="one or two"))
    assert not judgement.gate_met
    assert problems(judgement) == ["invalid-range"]
