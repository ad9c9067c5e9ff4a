"""Gaps: requirements without a decisive verdict, by cause, and what would decide them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.result import Cause, Reason
from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.view import ReportView

#: Each cause in the reader's words.
CAUSE_WORDS: Mapping[Cause, str] = {
    Cause.FIXTURE: "test data is missing",
    Cause.EFFECT: "the run was not allowed to write",
    Cause.EXCLUDED: "left out of this run",
    Cause.OPTION: "the product does not offer it",
    Cause.PRECONDITION: "a precondition was not met",
    Cause.NOTHING_TO_JUDGE: "nothing came back to judge",
    Cause.TRANSPORT: "the endpoint did not answer properly",
    Cause.DEADLINE: "time ran out",
    Cause.INTERRUPTED: "the run was interrupted",
    Cause.SETUP: "the set-up was not ready",
    Cause.PACKAGE: "a FHIR package is not loaded",
    Cause.NO_TEST: "no test could show it",
    Cause.ATTESTATION: "only a person can attest it",
    Cause.TOOL: "the test itself broke",
}
_UNKNOWN = Reason(Cause.NO_TEST, "no reason was recorded")


@dataclass(frozen=True, slots=True)
class Gap:
    """Requirements that one and the same thing would decide.

    Every undecided requirement is in exactly one gap, that of its first reason, so the
    sizes of all gaps of a verdict add up to its count.
    """

    #: ``not-tested`` or ``error``.
    verdict: Verdict
    cause: Cause
    #: What would decide it; the reason itself where nothing is known to help.
    remedy: str
    #: Distinct reasons, in the order met.
    texts: tuple[str, ...]
    results: tuple[RequirementResult, ...]

    @property
    def words(self) -> str:
        """The cause in the reader's words."""
        return CAUSE_WORDS[self.cause]

    @property
    def size(self) -> int:
        """How many requirements it holds."""
        return len(self.results)


def gaps(view: ReportView) -> tuple[Gap, ...]:
    """All gaps: errors before what was not tested, the largest first."""
    found: dict[tuple[Verdict, Cause, str], list[RequirementResult]] = {}
    for result in view.judgement.requirements:
        if result.verdict in (Verdict.ERROR, Verdict.NOT_TESTED):
            reason = reason_of(result)
            found.setdefault((result.verdict, reason.cause, reason.remedy), []).append(result)
    made = [_gap(*key, results) for key, results in found.items()]
    return tuple(
        sorted(made, key=lambda gap: (gap.verdict is not Verdict.ERROR, -len(gap.results)))
    )


def reason_of(result: RequirementResult) -> Reason:
    """The first reason of a requirement, or one that admits there is none."""
    return result.reasons[0] if result.reasons else _UNKNOWN


def _gap(verdict: Verdict, cause: Cause, remedy: str, results: list[RequirementResult]) -> Gap:
    texts = tuple(dict.fromkeys(reason_of(result).text for result in results))
    return Gap(verdict, cause, remedy, texts, tuple(results))
