"""Coverage: how well the packs at hand can verify each requirement of a profile."""

from __future__ import annotations

from collections.abc import Sequence

from conformance_cli.model.judgement import RequirementCoverage
from conformance_cli.model.pack import TestPack
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Method, Requirement


def coverage(profile: Profile, packs: Sequence[TestPack]) -> tuple[RequirementCoverage, ...]:
    """The status of every requirement, in the profile's order.

    ``proven``: a test verifies it, and the same pack expects a planted fault to break it,
    so the test is known to be able to fail.  ``tested``: a test verifies it, and nothing
    shows that it can fail.  ``attested``: only a person can decide it, whatever tests
    there are.  ``not-testable``: no test, and the profile says why.  ``untested``: no
    test, for no reason.

    An observation of a pack counts as a test named ``observe:<name>``, because it judges
    every exchange of every test.
    """
    return tuple(_coverage(requirement, packs) for requirement in profile.requirements)


def _coverage(requirement: Requirement, packs: Sequence[TestPack]) -> RequirementCoverage:
    tests: list[str] = []
    faults: list[str] = []
    proven = False
    for pack in packs:
        verifying = _tests(requirement.id, pack)
        breaking = [f.fault for f in pack.faults if requirement.id in f.breaks]
        proven = proven or bool(verifying and breaking)
        tests += verifying
        faults += breaking
    if requirement.method is Method.ATTESTED:
        status, reason = "attested", requirement.not_testable
    elif tests:
        status, reason = "proven" if proven else "tested", ""
    elif requirement.not_testable:
        status, reason = "not-testable", requirement.not_testable
    else:
        status, reason = "untested", "no test in the packs verifies it"
    return RequirementCoverage(requirement, status, tuple(tests), tuple(faults), reason)


def _tests(requirement_id: str, pack: TestPack) -> list[str]:
    tests = [test.id for test in pack.tests if requirement_id in test.requirements]
    if not pack.tests:
        return tests
    observations = [
        f"observe:{observation.name}"
        for observation in pack.observations
        if any(requirement_id in assertion.verifies for assertion in observation.expect)
    ]
    return tests + observations
