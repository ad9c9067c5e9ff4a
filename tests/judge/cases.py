"""Small values for the judge's tests: say what matters, leave the rest at its plainest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from conformance_cli.judge import Policy, judge
from conformance_cli.model.judgement import Judgement, RequirementResult
from conformance_cli.model.pack import Effect
from conformance_cli.model.profile import Option, Profile, ProfileStatus
from conformance_cli.model.requirement import Basis, Level, Method, Requirement
from conformance_cli.model.result import AssertionResult, Cause, Reason, TestResult
from conformance_cli.model.verdict import Verdict
from tests.strategies import TEST_CAUSES

TODAY = date(2026, 11, 23)
POLICIES = [
    Policy(basis, gate, fail_on)
    for basis in ("specification", "suite")
    for gate in ("run", "certify")
    for fail_on in ("must", "should", "warning")
]


def requirement(name: str = "R", level: Level = Level.SHALL, **rest: Any) -> Requirement:
    return Requirement(name, level, f"text of {name}", **rest)


def profile(*requirements: Requirement, **rest: Any) -> Profile:
    plain: dict[str, Any] = {"version": "1.2.0", "title": "", "status": ProfileStatus.ACTIVE} | rest
    return Profile(name="bars", requirements=requirements or (requirement(),), **plain)


def assertion(
    verdict: Verdict, *names: str, cause: Cause | None = None, **rest: Any
) -> AssertionResult:
    """An assertion about the named requirements, or about ``R``."""
    plain: dict[str, Any] = {"id": "t:1.1", "kind": "status", "title": "it answers"} | rest
    reason = None if cause is None else Reason(cause, f"{plain['id']}: {cause.value}")
    return AssertionResult(requirements=names or ("R",), verdict=verdict, reason=reason, **plain)


def ran(*assertions: AssertionResult, name: str = "t", **rest: Any) -> TestResult:
    """A test that made these assertions."""
    named = tuple(dict.fromkeys(n for a in assertions for n in a.requirements))
    plain: dict[str, Any] = {"requirements": named, "verdict": Verdict.NOT_TESTED} | rest
    return TestResult(
        id=name, title=name, pack="p@1.0.0", effect=Effect.READ, assertions=assertions, **plain
    )


def verdicts(*seen: Verdict) -> list[TestResult]:
    """One test for each verdict, all about ``R``."""
    return [ran(assertion(verdict), name=f"t{n}") for n, verdict in enumerate(seen)]


def not_run(cause: Cause, *names: str, name: str = "u") -> TestResult:
    """A test about the named requirements, or about ``R``, that did not run at all."""
    reason = Reason(cause, f"{name}: {cause.value}", f"remedy of {cause.value}")
    return ran(name=name, requirements=names or ("R",), reason=reason)


def judged(tests: Sequence[TestResult], of: Profile | None = None, **rest: Any) -> Judgement:
    """The judgement over a profile, or over one that has only the SHALL ``R``."""
    plain: dict[str, Any] = {"options": {}, "policy": Policy(), "today": TODAY} | rest
    return judge(of or profile(), tests, **plain)


def verdict_of(tests: Sequence[TestResult], of: Requirement | None = None, **rest: Any) -> Verdict:
    return result_of(tests, of, **rest).verdict


def result_of(
    tests: Sequence[TestResult], of: Requirement | None = None, **rest: Any
) -> RequirementResult:
    return judged(tests, profile(of or requirement()), **rest).requirements[0]


#: What a test may show about requirements; ``None`` is one that does not run.
_SHOWINGS = (
    Verdict.FAIL,
    None,
    Verdict.PASS,
    Verdict.NOT_TESTED,
    Verdict.ERROR,
    Verdict.WARNING,
    Verdict.NOT_APPLICABLE,
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Profile, tuple[TestResult, ...]]:
    """A profile whose requirements mostly passed, and up to two tests that show otherwise.

    So every outcome is common, and so is the one test that makes the difference.
    """
    of = profile(
        *(draw(_requirements(f"R{n}")) for n in range(draw(st.integers(1, 3)))),
        options=(Option("booking", "", True), Option("referral", "", False)),
    )
    tests = [
        ran(assertion(Verdict.PASS, r.id, id=f"green-{r.id}:1.1"), name=f"green-{r.id}")
        for r in of.requirements
    ]
    names = st.lists(st.sampled_from([r.id for r in of.requirements]), unique=True, min_size=1)
    cause = draw(st.sampled_from(TEST_CAUSES))
    tests += [draw(_tests(f"t{n}", draw(names), cause)) for n in range(draw(st.integers(0, 2)))]
    if not draw(st.integers(0, 3)):
        tests.pop(0)
    return of, tuple(draw(st.permutations(tests)))


@st.composite
def _requirements(draw: st.DrawFn, name: str) -> Requirement:
    levels = [Level.SHALL, Level.SHALL, Level.SHALL_NOT, Level.SHOULD, Level.MAY]
    return requirement(
        name,
        draw(st.sampled_from(levels)),
        basis=draw(st.sampled_from([Basis.SPECIFICATION, Basis.SPECIFICATION, Basis.SUITE])),
        method=draw(st.sampled_from([*([Method.AUTOMATED] * 4), Method.ATTESTED])),
        applies_if=draw(
            st.sampled_from([*([""] * 4), "option.booking", "option.booking and true"])
            | st.just("not option.referral")
        ),
        not_testable=draw(st.sampled_from(["", "", "only a log shows it"])),
        waivable=draw(st.booleans()),
    )


@st.composite
def _tests(draw: st.DrawFn, name: str, names: Sequence[str], cause: Cause) -> TestResult:
    """A test about these requirements that ran, stopped half-way or never ran."""
    verdict = draw(st.sampled_from(_SHOWINGS))
    if verdict is None:
        return not_run(cause, *names, name=name)
    undecided = verdict in (Verdict.ERROR, Verdict.NOT_TESTED)
    first = assertion(verdict, *names, id=f"{name}:1.1", cause=cause if undecided else None)
    second = assertion(draw(st.sampled_from(Verdict)), names[0], id=f"{name}:1.2")
    return ran(first, second, name=name) if draw(st.booleans()) else ran(first, name=name)


def policies() -> st.SearchStrategy[Policy]:
    return st.sampled_from(POLICIES)
