"""Requirement verdicts: what is known about each requirement after a run.

The evidence about a requirement is every assertion that names it and every test that
could have verified it.  The first of these lines that holds gives its verdict:

1. its condition is known to be false                     → not-applicable
2. an assertion failed                                    → fail (or warning, see below)
3. only a person can decide it                            → not-tested, attested
4. an assertion, or a test as a whole, broke              → error
5. nothing decisive ran, or part of it did not run        → not-tested
6. an assertion warned                                    → warning
7. otherwise                                              → pass

*Softened failures.*  A failure is a warning where the level is SHOULD, SHOULD NOT or
MAY, and where only an official suite asks for the requirement but the run is judged by
the specification.

*Part of it did not run* (line 5).  Say three tests verify a requirement, two passed and
the third was not run.  Those who wrote the pack needed three tests to call it shown, and
a supplier could drop exactly the test that fails: by leaving out a fixture, by
``--exclude``, by a short ``--max-time``.  A green that proves nothing is the worst thing
this tool could print, so such a requirement is not shown, and the reasons say what would
decide it.  Every cause counts so, also one that is not given, except two: a test switched
off by an *option* does not concern this product, and an assertion with *nothing to
judge* looked and found no case of what is forbidden.  Those two do not spoil what other
assertions showed; alone they prove nothing either.

A test that stopped half-way holds an entry for every assertion that it did not reach, so
its assertions say all there is to know about the requirements they name.  For the others
that it could have verified, the reason of the test as a whole stands.

*Evidence against an attested requirement* (line 2 before 3).  No test can show that it
is met, but a failure shows that it is not.  Where such a test was not run, the reasons
hold its cause besides the attestation, and the outcome waits for it like for any other.

The causes *attestation* and *no-test* are given here and by no test.

A condition that cannot be evaluated is not known to be false: the requirement applies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from conformance_cli.expressions import ExpressionError, truth
from conformance_cli.judge.policy import Policy
from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Basis, Method, Requirement
from conformance_cli.model.result import AssertionResult, Cause, Reason, TestResult
from conformance_cli.model.verdict import Verdict

#: Not run for a cause that takes nothing away from what the other assertions showed.
_HARMLESS = frozenset({Cause.OPTION, Cause.NOTHING_TO_JUDGE})
#: A test that stopped for one of these broke; for any other it was not run.
_BROKEN = frozenset({Cause.TRANSPORT, Cause.TOOL})
#: How many different texts of one cause a reason spells out.
_SPELLED_OUT = 3


@dataclass(slots=True)
class _Evidence:
    """All that speaks about one requirement, gathered test by test."""

    assertions: list[AssertionResult] = field(default_factory=list)
    #: Why tests that could have verified it say nothing about it.
    stops: list[Reason] = field(default_factory=list)
    tests: int = 0

    def verdicts(self) -> set[Verdict]:
        return {assertion.verdict for assertion in self.assertions}

    def broke(self) -> bool:
        """Whether the tool, the set-up or the network stood in the way."""
        return Verdict.ERROR in self.verdicts() or any(r.cause in _BROKEN for r in self.stops)

    def incomplete(self) -> bool:
        """Whether something that could have spoken against it did not run."""
        skipped = [a.reason for a in self.assertions if a.verdict is Verdict.NOT_TESTED]
        return any(
            reason is None or reason.cause not in _HARMLESS for reason in (*skipped, *self.stops)
        )

    def reasons(self) -> Iterable[Reason]:
        """Why what did not decide anything did not."""
        for assertion in self.assertions:
            if assertion.verdict in (Verdict.ERROR, Verdict.NOT_TESTED):
                unknown = f'"{assertion.title}" has no verdict, and no reason was given'
                yield assertion.reason or Reason(Cause.TOOL, unknown)
            elif assertion.verdict is Verdict.NOT_APPLICABLE and assertion.reason is not None:
                yield assertion.reason
        yield from self.stops


def roll_up(
    profile: Profile, tests: Sequence[TestResult], options: Mapping[str, bool], policy: Policy
) -> tuple[RequirementResult, ...]:
    """One result for every requirement of the profile, in its order.

    ``options`` override the defaults of the profile.  Assertions about requirements that
    the profile does not have are passed over: they belong to another version of it.
    """
    evidence = _gather(tests)
    scope = {"option": {o.name: o.default for o in profile.options} | dict(options)}
    return tuple(
        _result(requirement, evidence.get(requirement.id, _Evidence()), scope, policy)
        for requirement in profile.requirements
    )


def softened(requirement: Requirement, policy: Policy) -> bool:
    """Whether not meeting the requirement is no more than a warning."""
    suite_only = requirement.basis is Basis.SUITE and policy.basis == "specification"
    return suite_only or not requirement.level.mandatory


def _gather(tests: Sequence[TestResult]) -> Mapping[str, _Evidence]:
    evidence: defaultdict[str, _Evidence] = defaultdict(_Evidence)
    for test in tests:
        spoken_of = {name for assertion in test.assertions for name in assertion.requirements}
        for name in spoken_of.union(test.requirements):
            evidence[name].tests += 1
            if name not in spoken_of and test.reason is not None:
                evidence[name].stops.append(test.reason)
        for assertion in test.assertions:
            for name in set(assertion.requirements):
                evidence[name].assertions.append(assertion)
    return evidence


def _result(
    requirement: Requirement, evidence: _Evidence, scope: Mapping[str, object], policy: Policy
) -> RequirementResult:
    assertions = tuple(evidence.assertions)
    doubt: tuple[Reason, ...] = ()
    try:
        if not truth(requirement.applies_if, scope):
            reason = Reason(Cause.OPTION, f"its condition is false: {requirement.applies_if}")
            return RequirementResult(requirement, Verdict.NOT_APPLICABLE, assertions, (reason,))
    except ExpressionError as err:
        doubt = (Reason(Cause.TOOL, f"its condition cannot be evaluated: {err}"),)
    if Verdict.FAIL in evidence.verdicts():
        verdict = Verdict.WARNING if softened(requirement, policy) else Verdict.FAIL
        return RequirementResult(requirement, verdict, assertions)
    if requirement.method is Method.ATTESTED:
        reasons = (_attestation(requirement), *_unheard(evidence), *doubt)
        return RequirementResult(
            requirement, Verdict.NOT_TESTED, assertions, _merged(reasons), attested=True
        )
    verdict = _without_failure(evidence)
    if verdict.decisive:
        return RequirementResult(requirement, verdict, assertions)
    reasons = (*(tuple(evidence.reasons()) or (_silence(requirement, evidence),)), *doubt)
    return RequirementResult(requirement, verdict, assertions, _merged(reasons))


def _attestation(requirement: Requirement) -> Reason:
    why = requirement.not_testable or "only a person can decide it"
    return Reason(Cause.ATTESTATION, why, "have it attested")


def _unheard(evidence: _Evidence) -> tuple[Reason, ...]:
    """Why evidence against an attested requirement may be missing."""
    return tuple(evidence.reasons()) if evidence.broke() or evidence.incomplete() else ()


def _without_failure(evidence: _Evidence) -> Verdict:
    seen = evidence.verdicts()
    if evidence.broke():
        return Verdict.ERROR
    if evidence.incomplete() or not any(verdict.decisive for verdict in seen):
        return Verdict.NOT_TESTED
    return Verdict.WARNING if Verdict.WARNING in seen else Verdict.PASS


def _silence(requirement: Requirement, evidence: _Evidence) -> Reason:
    if evidence.tests:
        return Reason(Cause.NOTHING_TO_JUDGE, "no test that ran said anything about it")
    return Reason(Cause.NO_TEST, requirement.not_testable or "nothing in this run spoke of it")


def _merged(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """One reason for each cause, whatever order they came in."""
    by_cause: dict[Cause, list[Reason]] = {}
    for reason in reasons:
        by_cause.setdefault(reason.cause, []).append(reason)
    return tuple(
        Reason(
            cause,
            _spelled_out(reason.text for reason in by_cause[cause]),
            _spelled_out(reason.remedy for reason in by_cause[cause]),
        )
        for cause in Cause
        if cause in by_cause
    )


def _spelled_out(texts: Iterable[str]) -> str:
    distinct = sorted({text for text in texts if text})
    more = len(distinct) - _SPELLED_OUT
    said = "; ".join(distinct[:_SPELLED_OUT])
    return f"{said}; and {more} more" if more > 0 else said
