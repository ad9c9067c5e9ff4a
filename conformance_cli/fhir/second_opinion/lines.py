"""A comparison as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance_cli.fhir.outcome.inert import inert
from conformance_cli.fhir.outcome.text import shown
from conformance_cli.fhir.second_opinion.comparison import Comparison, Remark, Spot


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """Both verdicts, then each location: where both find a fault, and where one does."""
    opinion = comparison.opinion
    yield f"second opinion of {inert(opinion.service)}: {_verdict(comparison)}"
    for words, spots in (
        ("both", comparison.agreed),
        ("only ours", comparison.only_ours),
        ("only theirs", comparison.only_theirs),
    ):
        for spot in spots:
            yield from _spot(words, spot)


def _verdict(comparison: Comparison) -> str:
    opinion = comparison.opinion
    if opinion.problem:
        return f"none, {shown(opinion.problem)}"
    word = "valid" if opinion.valid else "invalid"
    return word + (", as we say" if comparison.same_verdict else ", unlike us")


def _spot(words: str, spot: Spot) -> Iterator[str]:
    yield f"  {words}: {shown(spot.expression) or 'the whole input'}"
    yield from _remarks("ours", spot.ours)
    yield from _remarks("theirs", spot.theirs)


def _remarks(whose: str, remarks: Sequence[Remark]) -> Iterator[str]:
    for remark in remarks:
        name = f" {shown(remark.id)}" if remark.id else ""
        yield f"    {whose:<6}  {remark.severity.value}{name} {shown(remark.text)}"
