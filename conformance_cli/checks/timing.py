"""The ``duration`` check: how long responses took, in milliseconds."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from conformance_cli.checks.arguments import ArgumentError, mapping_problems, number_problems
from conformance_cli.checks.finding import Claim, Finding
from conformance_cli.checks.subject import Subject, transport_error
from conformance_cli.model.exchange import Exchange, FailureKind

Json = Any

_DAY_MS = 86_400_000


def duration(argument: Json, subject: Subject) -> Finding:
    """``duration: {under: 5000}`` for every response, or with ``percentile`` over all of them.

    A request that timed out took longer than it waited: that breaks a limit within it.
    """
    limit, percentile = argument["under"], argument.get("percentile")
    if any(isinstance(value, str) for value in (limit, percentile)):
        raise ArgumentError("under and percentile must be numbers")
    who = (
        "Every response" if percentile is None else f"The {percentile:g}th percentile of responses"
    )
    claim = Claim(f"{who} takes under {limit:g} ms", f"under {limit:g} ms")
    for index, exchange in enumerate(subject.exchanges):
        if not _timed_out(exchange):
            broken = transport_error(exchange, claim)
            if broken is not None:
                return replace(broken, exchange=index)
    if percentile is None:
        return _slowest(claim, subject, limit)
    return _at_percentile(claim, subject, limit, percentile)


def duration_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``duration``."""
    problems = mapping_problems(argument, {"under", "percentile"}, required=("under",))
    if problems:
        return problems
    problems = number_problems("under (milliseconds)", argument["under"], 1, _DAY_MS)
    if argument.get("percentile") is not None:
        problems += number_problems("percentile", argument["percentile"], 1, 100)
    return problems


def _slowest(claim: Claim, subject: Subject, limit: float) -> Finding:
    index, slowest = max(
        enumerate(subject.exchanges), key=lambda pair: (pair[1].elapsed_ms, -pair[0])
    )
    return replace(_judged(claim, subject.exchanges, slowest, limit, ""), exchange=index)


def _at_percentile(claim: Claim, subject: Subject, limit: float, percentile: float) -> Finding:
    ordered = sorted(subject.exchanges, key=lambda e: (_timed_out(e), e.elapsed_ms))
    chosen = ordered[max(math.ceil(percentile / 100 * len(ordered)), 1) - 1]
    finding = _judged(claim, tuple(ordered), chosen, limit, f"; {percentile:g}th percentile")
    return replace(finding, exchange=subject.exchanges.index(chosen))


def _judged(
    claim: Claim, exchanges: tuple[Exchange, ...], decisive: Exchange, limit: float, note: str
) -> Finding:
    took = f"{decisive.elapsed_ms:.0f} ms"
    count = f" (of {len(exchanges)} requests{note})" if len(exchanges) > 1 else ""
    if not _timed_out(decisive):
        return claim.judged(decisive.elapsed_ms < limit, took + count, "elapsed time")
    if decisive.elapsed_ms >= limit:
        return claim.broken(f"no response within {took}{count}", "elapsed time")
    return transport_error(decisive, claim) or claim.broken(took)


def _timed_out(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind is FailureKind.TIMEOUT
