"""Judgements: what the rules of judgement make of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance_cli.model.requirement import Requirement
from conformance_cli.model.result import AssertionResult, Reason
from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """The verdict of one requirement of the profile, and what it stands on."""

    requirement: Requirement
    verdict: Verdict
    #: Every assertion that named this requirement.
    assertions: tuple[AssertionResult, ...] = ()
    #: Why not decisive, one per distinct cause.
    reasons: tuple[Reason, ...] = ()
    #: The overlay; the verdict beneath stays what it is.
    waiver: Waiver | None = None
    #: Only a person can decide it.
    attested: bool = False

    @property
    def waived(self) -> bool:
        """Whether a valid waiver covers it."""
        return self.waiver is not None


@dataclass(frozen=True, slots=True)
class LevelCount:
    """The denominator of one level (SHALL counts SHALL and SHALL NOT together)."""

    level: str
    total: int
    #: Verdict value to how many requirements.
    verdicts: Mapping[str, int]
    waived: int
    attested: int


@dataclass(frozen=True, slots=True)
class WaiverProblem:
    """A waiver that does not do what its author thinks: expired, unused or not allowed."""

    waiver: Waiver
    #: ``expired``, ``unused``, ``not-waivable``, ``unknown-requirement`` or
    #: ``invalid-range``.
    problem: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of a run over all requirements of its profile."""

    outcome: Outcome
    requirements: tuple[RequirementResult, ...]
    levels: tuple[LevelCount, ...]
    #: Requirement ids that made the outcome what it is.
    decided_by: tuple[str, ...]
    #: Whether what ``--fail-on`` names was met; decides exit code 1.
    gate_met: bool
    waiver_problems: tuple[WaiverProblem, ...] = ()
    #: The answer of the gate: the outcome with accepted failures set aside and what
    #: ``--fail-on`` refuses added.  Not-conformant exactly where ``gate_met`` is false.
    gate_outcome: Outcome = Outcome.UNDECIDED


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement whose verdict differs between two runs."""

    requirement: str
    text: str
    before: Verdict | None
    after: Verdict | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two runs, and what else changed with them."""

    regressions: tuple[Change, ...]
    fixes: tuple[Change, ...]
    other: tuple[Change, ...]
    new: tuple[Change, ...]
    gone: tuple[Change, ...]
    outcome_before: Outcome
    outcome_after: Outcome
    #: Which of ``target``, ``product``, ``profile``, ``pack``, ``tool``, ``settings`` differ.
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequirementCoverage:
    """How a requirement is verified by the packs at hand."""

    requirement: Requirement
    #: ``proven``, ``tested``, ``attested`` or ``not-testable`` or ``untested``.
    status: str
    tests: tuple[str, ...] = ()
    #: Faults whose expectation names it.
    faults: tuple[str, ...] = ()
    reason: str = ""
