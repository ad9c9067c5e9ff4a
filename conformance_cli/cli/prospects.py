"""What a plan could prove and could not: the view behind ``conformance plan``.

Pure: it reads a plan and its profile, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance_cli.engine.plan import Plan, PlannedTest
from conformance_cli.engine.script import ScriptStep, unfold
from conformance_cli.expressions import truth
from conformance_cli.model.pack import Effect, Fixture, TestPack
from conformance_cli.model.requirement import Method, Requirement
from conformance_cli.model.result import Cause, Reason
from conformance_cli.model.verdict import Verdict

_NOTHING_TO_OBSERVE = Reason(
    Cause.NO_TEST, "it is judged while other tests run, and none would", "let some test run"
)


@dataclass(frozen=True, slots=True)
class Prospect:
    """Whether the plan can decide one requirement, and otherwise what would."""

    requirement: Requirement
    #: ``decides``, ``undecided``, ``attested``, ``not-testable`` or ``not-applicable``.
    status: str
    #: Ids of the tests that will be sent and verify it; ``observe:name`` for observations.
    tests: tuple[str, ...] = ()
    #: Why it stays undecided, one per distinct cause.
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingFixture:
    """A fixture that was not given, and the tests that wait for it."""

    fixture: Fixture
    tests: tuple[str, ...]


def prospects(plan: Plan) -> tuple[Prospect, ...]:
    """One prospect per requirement of the profile, in its order."""
    tests: dict[str, list[PlannedTest]] = {}
    for planned in plan.tests:
        for requirement_id in planned.test.requirements:
            tests.setdefault(requirement_id, []).append(planned)
    return tuple(
        _prospect(requirement, tests.get(requirement.id, ()), plan)
        for requirement in plan.profile.requirements
    )


def missing_fixtures(plan: Plan) -> tuple[MissingFixture, ...]:
    """Fixtures that have no value although a test needs them, the most wanted first."""
    missing = []
    for fixture in {f.name: f for pack in plan.packs for f in pack.fixtures}.values():
        if fixture.name in plan.fixtures:
            continue
        tests = tuple(
            p.test.id
            for p in plan.tests
            if fixture.name in p.test.fixtures and p.verdict is not Verdict.NOT_APPLICABLE
        )
        if tests:
            missing.append(MissingFixture(fixture, tests))
    return tuple(sorted(missing, key=lambda m: -len(m.tests)))


def least_requests(planned: PlannedTest) -> int:
    """How many requests a test sends if no conditional step and no cleanup is sent."""
    script = unfold(planned.test, planned.pack)
    return sum(item.step.repeat * item.step.together for item in script if _certain(item))


def effects(tests: Sequence[PlannedTest]) -> dict[str, int]:
    """How many tests have each effect."""
    return {effect.value: sum(p.test.effect is effect for p in tests) for effect in Effect}


def _prospect(requirement: Requirement, tests: Sequence[PlannedTest], plan: Plan) -> Prospect:
    if not truth(requirement.applies_if, {"option": plan.options}):
        reason = Reason(Cause.OPTION, f"applies only if {requirement.applies_if}")
        return Prospect(requirement, "not-applicable", (), (reason,))
    sent = tuple(p.test.id for p in tests if p.runnable)
    sent += _observers(requirement.id, [p for p in plan.packs if _sends(p, plan)])
    if sent:
        return Prospect(requirement, "decides", sent)
    if requirement.method is Method.ATTESTED:
        reason = Reason(Cause.ATTESTATION, "only a person can attest it")
        return Prospect(requirement, "attested", (), (reason,))
    if requirement.not_testable and not tests:
        reason = Reason(Cause.NO_TEST, requirement.not_testable)
        return Prospect(requirement, "not-testable", (), (reason,))
    reasons = tuple(dict.fromkeys(p.skip for p in tests if p.skip is not None))
    if not reasons and _observers(requirement.id, plan.packs):
        reasons = (_NOTHING_TO_OBSERVE,)
    return Prospect(
        requirement, "undecided", (), reasons or (Reason(Cause.NO_TEST, "no test verifies it"),)
    )


def _observers(requirement_id: str, packs: Sequence[TestPack]) -> tuple[str, ...]:
    """Observations that verify a requirement on every exchange of their pack's tests."""
    return tuple(
        f"observe:{observation.name}"
        for pack in packs
        for observation in pack.observations
        if any(requirement_id in spec.verifies for spec in observation.expect)
    )


def _sends(pack: TestPack, plan: Plan) -> bool:
    return any(planned.runnable and planned.pack is pack for planned in plan.tests)


def _certain(item: ScriptStep) -> bool:
    frame = item.frame
    while frame is not None:
        if frame.when:
            return False
        frame = frame.caller
    return not item.step.when
