"""Coverage: what the packs can show about each requirement, and what they cannot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.judge import coverage
from conformance_cli.model.judgement import RequirementCoverage
from conformance_cli.model.pack import (
    AssertionSpec,
    Effect,
    FaultExpectation,
    Observation,
    TestCase,
    TestPack,
)
from conformance_cli.model.requirement import Method, Requirement
from tests.judge.cases import profile, requirement
from tests.strategies import packs, profiles


def pack(*verified: str, breaks: tuple[str, ...] = (), observed: tuple[str, ...] = ()) -> TestPack:
    """A pack with one test, one fault and one observation."""
    return TestPack(
        name="p",
        version="1.0.0",
        title="",
        certifies=("bars@*",),
        tests=(TestCase("t", "", Effect.READ, (), requirements=verified),),
        faults=(FaultExpectation("broken", breaks),),
        observations=(Observation("seen", "", (AssertionSpec("status", 200, observed),)),),
    )


def covered(of: Requirement, *given_packs: TestPack) -> RequirementCoverage:
    return coverage(profile(of), given_packs)[0]


def test_proven_when_a_fault_shows_that_its_test_can_fail() -> None:
    result = covered(requirement(), pack("R", breaks=("R",)))
    assert (result.status, result.tests, result.faults) == ("proven", ("t",), ("broken",))


def test_only_tested_when_no_fault_breaks_it() -> None:
    assert covered(requirement(), pack("R", breaks=("S",))).status == "tested"


def test_a_fault_of_another_pack_proves_nothing() -> None:
    assert covered(requirement(), pack("R"), pack("S", breaks=("R",))).status == "tested"


def test_an_observation_counts_as_a_test() -> None:
    result = covered(requirement(), pack("S", breaks=("R",), observed=("R",)))
    assert (result.status, result.tests) == ("proven", ("observe:seen",))


def test_attested_whatever_tests_there_are() -> None:
    of = requirement(method=Method.ATTESTED, not_testable="a contract shows it")
    result = covered(of, pack("R", breaks=("R",)))
    assert (result.status, result.reason) == ("attested", "a contract shows it")


def test_not_testable_gives_its_reason() -> None:
    result = covered(requirement(not_testable="a log shows it"), pack("S"))
    assert (result.status, result.reason) == ("not-testable", "a log shows it")


def test_untested_when_nothing_verifies_it_and_nobody_says_why() -> None:
    assert covered(requirement()).status == "untested"


@given(st.data())
def test_every_requirement_is_covered_once_and_nothing_is_proven_without_a_test(
    data: st.DataObject,
) -> None:
    of = data.draw(profiles())
    results = coverage(of, data.draw(st.lists(packs(of), max_size=2)))
    assert tuple(result.requirement for result in results) == of.requirements
    for result in results:
        assert result.tests or result.status not in ("proven", "tested")
        assert result.faults or result.status != "proven"
