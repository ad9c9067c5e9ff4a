"""Why a test could not decide, and what its results amount to."""

from __future__ import annotations

from collections.abc import Sequence

from conformance_cli.expressions import ExpressionError, MissingValue
from conformance_cli.model.result import AssertionResult, Cause, Reason
from conformance_cli.model.verdict import Verdict

#: What would decide a test that stopped because the endpoint did not do its part.
MEND = "mend what failed, then run again"


def missing_value(error: ExpressionError) -> Reason:
    """Why an expression has no value: a fixture, an earlier step, or the pack itself."""
    if not isinstance(error, MissingValue):
        text = f"an expression cannot be evaluated: {error}"
        return Reason(Cause.TOOL, text, "mend the pack")
    space, _, name = error.name.partition(".")
    if space == "fixture" and name:
        text = f"fixture {name} was not given"
        return Reason(Cause.FIXTURE, text, f"give --fixture {name}=VALUE")
    return Reason(Cause.PRECONDITION, f"there is no value for {error.name}", MEND)


def says_nothing(result: AssertionResult) -> bool:
    """Whether an assertion looked and found nothing that could meet or break it."""
    reason = result.reason
    return (
        result.verdict is Verdict.NOT_TESTED
        and reason is not None
        and reason.cause is Cause.NOTHING_TO_JUDGE
    )


def own_verdict(results: Sequence[AssertionResult]) -> Verdict:
    """The verdict of a test, for people; requirements are judged elsewhere."""
    verdicts = {r.verdict for r in results if not says_nothing(r)}
    for verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.NOT_TESTED, Verdict.WARNING):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS if Verdict.PASS in verdicts else Verdict.NOT_TESTED
