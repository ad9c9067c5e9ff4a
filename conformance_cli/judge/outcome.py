"""The outcome of a run: one answer over all requirements of the profile.

*Outcome.*  Over SHALL and SHALL NOT: any failure → not-conformant; else any that applies
but has no verdict → undecided; else conformant.  No percentage decides.  Where not one
of them was decided there is nothing to call conformant, so the outcome is undecided; so
it is for a run that did not come to its end, unless something failed.

*What the outcome waits for.*  Under the gate ``run`` two kinds without a verdict are
listed and counted, but not waited for: what only a person can attest, and what HTTP
cannot show (``not-testable``, and no test names it).  Under ``certify`` it waits for
all.  A requirement that only an official suite asks for can at worst be warned about,
but is waited for like any other SHALL: the rules know no exception for not looking.

*Gate.*  The outcome is the truth and ignores waivers.  The gate is what somebody decided
to accept: waived failures are set aside (``judge.waivers`` says which waivers count),
and ``fail_on`` adds weaker findings that are not accepted.  Both gates say no for a
failure that is not waived, and neither says yes while something is undecided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from conformance_cli.judge.policy import Gate, Policy
from conformance_cli.judge.rollup import roll_up
from conformance_cli.judge.waivers import WaiverScope, overlay
from conformance_cli.model.judgement import Judgement, LevelCount, RequirementResult
from conformance_cli.model.pack import Effect
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Level
from conformance_cli.model.result import Cause, Reason, TestResult
from conformance_cli.model.run import Product, Run, RunState
from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.model.waiver import Waiver

_UNNAMED = Product()
_LEVELS = {
    "SHALL": (Level.SHALL, Level.SHALL_NOT),
    "SHOULD": (Level.SHOULD, Level.SHOULD_NOT),
    "MAY": (Level.MAY,),
}


def judge(
    profile: Profile,
    tests: Sequence[TestResult],
    *,
    options: Mapping[str, bool],
    policy: Policy,
    waivers: Sequence[Waiver] = (),
    today: date,
    product: Product = _UNNAMED,
    state: RunState = RunState.COMPLETE,
) -> Judgement:
    """Judge test results over all requirements of a profile.

    ``today`` is the day that waivers are held against; ``state`` is how the run ended,
    and only a complete one can be conformant.
    """
    scope = WaiverScope(profile, product, policy.gate, today)
    results, problems = overlay(roll_up(profile, tests, options, policy), waivers, scope)
    mandatory = [r for r in results if r.requirement.level.mandatory]
    failed = [r for r in mandatory if r.verdict is Verdict.FAIL]
    waiting = [r for r in mandatory if _waited_for(r, policy.gate)]
    shown = [r for r in mandatory if r.verdict.decisive]
    settled = state is RunState.COMPLETE and bool(shown) and not waiting

    if failed:
        outcome, decided_by = Outcome.NOT_CONFORMANT, failed
    elif settled:
        outcome, decided_by = Outcome.CONFORMANT, shown
    else:
        outcome, decided_by = Outcome.UNDECIDED, waiting

    refused = _REFUSED[policy.fail_on]
    gate_met = not any(refused(result) and not result.waived for result in results)
    accepted = Outcome.CONFORMANT if settled else Outcome.UNDECIDED
    return Judgement(
        outcome=outcome,
        requirements=results,
        levels=tuple(_count(name, results) for name in _LEVELS),
        decided_by=_ids(decided_by),
        gate_met=gate_met,
        gate_outcome=accepted if gate_met else Outcome.NOT_CONFORMANT,
        waiver_problems=problems,
    )


def judge_run(
    run: Run,
    *,
    today: date,
    policy: Policy | None = None,
    waivers: Sequence[Waiver] | None = None,
) -> Judgement:
    """Judge a saved run, by its own settings and waivers unless others are given.

    Planned tests that have no result count as interrupted, and so does a run that lacks
    any.  A run without TLS verification is never conformant when certifying, because it
    does not show who answered.
    """
    settings = run.header.settings
    policy = Policy.of(settings) if policy is None else policy
    missing = _missing(run)
    unsafe = settings.insecure and policy.gate == "certify"
    return judge(
        run.header.profile,
        (*run.tests, *missing),
        options=settings.options,
        policy=policy,
        waivers=run.header.waivers if waivers is None else waivers,
        today=today,
        product=run.header.product,
        state=RunState.INCOMPLETE if unsafe or missing else run.state,
    )


def _missing(run: Run) -> tuple[TestResult, ...]:
    """What planned tests without a result amount to."""
    have = {test.id for test in run.tests}
    could_verify = run.header.planned_requirements
    reason = (
        Reason(Cause.SETUP, "the set-up failed before this test", "see preflight, then run again")
        if run.state is RunState.SETUP_FAILED
        else Reason(Cause.INTERRUPTED, "the run ended before this test", "resume the run")
    )
    return tuple(
        TestResult(
            id=test,
            title=test,
            pack="",
            effect=Effect.READ,
            verdict=Verdict.NOT_TESTED,
            requirements=could_verify.get(test, ()),
            reason=reason,
        )
        for test in run.header.planned
        if test not in have
    )


def _waited_for(result: RequirementResult, gate: Gate) -> bool:
    """Whether a requirement without a verdict keeps the outcome open."""
    if result.verdict not in (Verdict.ERROR, Verdict.NOT_TESTED):
        return False
    if gate == "certify":
        return True
    causes = {reason.cause for reason in result.reasons}
    only_a_person = result.attested and causes == {Cause.ATTESTATION}
    nobody = bool(result.requirement.not_testable) and causes == {Cause.NO_TEST}
    return not (only_a_person or nobody)


def _failed(result: RequirementResult) -> bool:
    return result.verdict is Verdict.FAIL


def _should_fail(result: RequirementResult) -> bool:
    """Failures, SHOULDs warned about, and SHALLs not met that only a suite asks for."""
    found = {assertion.verdict for assertion in result.assertions}
    if result.requirement.level in _LEVELS["SHOULD"]:
        return _warned(result)
    softened = result.requirement.level.mandatory and result.verdict is Verdict.WARNING
    return _failed(result) or (softened and Verdict.FAIL in found)


def _warned(result: RequirementResult) -> bool:
    """Anything not met, even where the verdict says that more is unknown."""
    found = {assertion.verdict for assertion in result.assertions}
    applies = result.verdict is not Verdict.NOT_APPLICABLE
    return applies and bool(found & {Verdict.FAIL, Verdict.WARNING})


#: What each ``--fail-on`` does not accept.
_REFUSED: Mapping[str, Callable[[RequirementResult], bool]] = {
    "must": _failed,
    "should": _should_fail,
    "warning": _warned,
}


def _count(name: str, results: Iterable[RequirementResult]) -> LevelCount:
    mine = [r for r in results if r.requirement.level in _LEVELS[name]]
    verdicts = Counter(result.verdict for result in mine)
    return LevelCount(
        level=name,
        total=len(mine),
        verdicts={verdict.value: verdicts[verdict] for verdict in Verdict},
        waived=sum(result.waived for result in mine),
        attested=sum(result.attested for result in mine),
    )


def _ids(results: Iterable[RequirementResult]) -> tuple[str, ...]:
    return tuple(result.requirement.id for result in results)
