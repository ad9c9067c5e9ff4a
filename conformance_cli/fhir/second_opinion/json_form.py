"""A comparison as the JSON report writes it (``reports/schemas/validation.schema.json``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance_cli.fhir.second_opinion.comparison import Comparison, Remark, Spot

Json = Any


def comparison_json(comparison: Comparison) -> dict[str, Json]:
    """The comparison as JSON values."""
    opinion = comparison.opinion
    return {
        "service": opinion.service,
        "problem": opinion.problem,
        "same_verdict": comparison.same_verdict,
        "valid": opinion.valid,
        "agreed": _spots(comparison.agreed),
        "only_ours": _spots(comparison.only_ours),
        "only_theirs": _spots(comparison.only_theirs),
    }


def _spots(spots: Sequence[Spot]) -> list[Json]:
    return [
        {"expression": s.expression, "ours": _remarks(s.ours), "theirs": _remarks(s.theirs)}
        for s in spots
    ]


def _remarks(remarks: Sequence[Remark]) -> list[Json]:
    return [{"severity": r.severity.value, "text": r.text, "id": r.id} for r in remarks]
