"""Two answers about one resource, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.regex import Regex

#: The reference validator names the resource at a place: ``Bundle.entry[0].resource/*Patient/1*/``.
_COMMENT = Regex(r"/\*.{0,200}?\*/")


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding of either side; ``id`` is the rule, where the side names it."""

    severity: Severity
    text: str
    expression: str = ""
    id: str = ""

    @property
    def is_error(self) -> bool:
        """Whether a resource with this finding is invalid."""
        return self.severity.rank <= Severity.ERROR.rank


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a service said of one resource, or why it said nothing."""

    service: str
    remarks: tuple[Remark, ...] = ()
    #: Why there is no answer; empty where there is one.
    problem: str = ""

    @property
    def valid(self) -> bool | None:
        """Their verdict; ``None`` where there is no answer."""
        return None if self.problem else not any(remark.is_error for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Spot:
    """A location with what each side says of it."""

    expression: str
    ours: tuple[Remark, ...] = ()
    theirs: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both answers: spots where both find a fault, and spots where one does.

    Errors are compared with errors and warnings with warnings; mere information is left
    out, for no two validators give the same.
    """

    opinion: Opinion
    ours_valid: bool
    agreed: tuple[Spot, ...] = ()
    only_ours: tuple[Spot, ...] = ()
    only_theirs: tuple[Spot, ...] = ()

    @property
    def same_verdict(self) -> bool | None:
        """Whether both say valid or both say invalid; ``None`` without their answer."""
        return None if self.opinion.valid is None else self.opinion.valid == self.ours_valid


def compare(issues: Iterable[Issue], opinion: Opinion) -> Comparison:
    """Set our issues beside their remarks, by location and gravity."""
    ours = [Remark(i.severity, i.text, i.expression, i.id) for i in issues]
    valid = not any(remark.is_error for remark in ours)
    if opinion.problem:
        return Comparison(opinion, valid)
    spots: dict[tuple[bool, str], tuple[list[Remark], list[Remark]]] = {}
    for side, remarks in enumerate((ours, opinion.remarks)):
        for remark in remarks:
            if remark.severity is not Severity.INFORMATION:
                key = not remark.is_error, normal(remark.expression)
                spots.setdefault(key, ([], []))[side].append(remark)
    made = [Spot(at, tuple(a), tuple(b)) for (_, at), (a, b) in sorted(spots.items(), key=_first)]
    return Comparison(
        opinion,
        valid,
        agreed=tuple(spot for spot in made if spot.ours and spot.theirs),
        only_ours=tuple(spot for spot in made if not spot.theirs),
        only_theirs=tuple(spot for spot in made if not spot.ours),
    )


def normal(expression: str) -> str:
    """A location without what only one validator writes."""
    return _COMMENT.sub("", expression).strip()


def _first(item: tuple[tuple[bool, str], object]) -> tuple[bool, str]:
    return item[0]
