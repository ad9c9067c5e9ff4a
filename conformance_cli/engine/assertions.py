"""Assertions: templates rendered, checks called, findings turned into results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance_cli.checks import registry
from conformance_cli.checks.finding import Finding
from conformance_cli.checks.subject import Subject
from conformance_cli.expressions import ExpressionError, render, render_text, truth
from conformance_cli.fhir import literal
from conformance_cli.model.exchange import Exchange
from conformance_cli.model.pack import AssertionSpec, Grade, Json
from conformance_cli.model.result import AssertionResult, Cause, Reason
from conformance_cli.model.verdict import Verdict


def judge_assertion(
    spec: AssertionSpec,
    subject: Subject,
    scope: Mapping[str, Any],
    *,
    result_id: str,
    verifies: Sequence[str],
) -> AssertionResult | None:
    """The result of one assertion, or ``None`` where its ``when`` is false.

    A template that cannot be evaluated is an ``error`` of the pack, never a failure of
    the endpoint.
    """
    try:
        if not truth(spec.when, scope):
            return None
        finding = registry.find(spec.kind)(_argument(spec, scope), subject)
    except ExpressionError as error:
        finding = Finding(
            Verdict.ERROR,
            title=spec.title or spec.kind,
            reason=Reason(Cause.TOOL, f"the assertion cannot be evaluated: {error}"),
        )
    verdict = finding.verdict
    if verdict is Verdict.FAIL and spec.grade is Grade.WARNING:
        verdict = Verdict.WARNING
    return AssertionResult(
        id=result_id,
        kind=spec.kind,
        requirements=tuple(spec.verifies or verifies),
        verdict=verdict,
        title=spec.title or finding.title,
        expected=finding.expected,
        actual=finding.actual,
        where=finding.where,
        exchange=_exchange_id(subject.exchanges, finding.exchange),
        reason=finding.reason,
        source=str(spec.location),
    )


def unreached(
    spec: AssertionSpec, *, result_id: str, verifies: Sequence[str], reason: Reason
) -> AssertionResult:
    """The result of an assertion whose step was never sent."""
    return AssertionResult(
        id=result_id,
        kind=spec.kind,
        requirements=tuple(spec.verifies or verifies),
        verdict=Verdict.NOT_TESTED,
        title=spec.title or spec.kind,
        reason=reason,
        source=str(spec.location),
    )


def _argument(spec: AssertionSpec, scope: Mapping[str, Any]) -> Json:
    """The rendered argument; values inside FHIRPath become quoted literals."""
    argument = spec.argument
    if isinstance(argument, str) and spec.kind in registry.FHIRPATH_KEYS:
        return render_text(argument, scope, literal)
    if not isinstance(argument, Mapping):
        return render(argument, scope)
    return {
        key: render_text(value, scope, literal)
        if key in registry.FHIRPATH_KEYS and isinstance(value, str)
        else render(value, scope)
        for key, value in argument.items()
    }


def _exchange_id(exchanges: Sequence[Exchange], index: int) -> str:
    return exchanges[index].id if exchanges else ""
