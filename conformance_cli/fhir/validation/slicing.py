"""Slicing: which slice each value belongs to, and whether the slices have what they need.

FHIR R4, 5.1.0.13 (http://hl7.org/fhir/R4/profiling.html#slicing).
"""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.outcome.message import Message, error, information
from conformance_cli.fhir.validation.demands import Demand
from conformance_cli.fhir.validation.navigation import Item
from conformance_cli.fhir.validation.session import Session

_SLICING = "Slicing (http://hl7.org/fhir/R4/profiling.html#slicing)."
MINIMUM = error(
    "slice-minimum",
    "structure",
    "{path}:{slice} must be there at least {minimum} time(s); found {count}",
    _SLICING,
)
MAXIMUM = error(
    "slice-maximum",
    "structure",
    "{path}:{slice} may be there at most {maximum} time(s); found {count}",
    _SLICING,
)
CLOSED = error(
    "slice-unknown",
    "invalid",
    "The value is of none of the slices of {path} ({slices}), and no others are allowed",
    _SLICING,
)
SEVERAL = error(
    "slice-ambiguous",
    "invalid",
    "The value is of several slices of {path}: {slices}",
    _SLICING,
)
ORDER = error(
    "slice-order",
    "invalid",
    "The value is of slice {slice}, which must stand before {after}",
    "ElementDefinition.slicing.ordered: slices stand in the order of the profile.",
)
AT_END = error(
    "slice-not-at-end",
    "invalid",
    "A value of no slice must stand after all values of {path} that are of one",
    "ElementDefinition.slicing.rules openAtEnd.",
)
UNDECIDABLE = information(
    "slice-undecidable",
    "processing",
    "Whether a value is of slice {slice} cannot be decided: {reason}",
    "A slice needs something fixed at the path of its discriminator.",
)

_DEFAULT = "@default"


def assign(
    session: Session, parent: Item, demand: Demand, items: list[Item], profile: str
) -> list[tuple[Item, Demand]]:
    """Pair each value with the demands that it has to meet; report what is wrong with slices.

    What is asked of the sliced element holds for the values of every slice.
    """
    pairs: list[tuple[Item, Demand]] = []
    counts: dict[str, int] = {}
    unsure = _undecidable(session, parent, demand, profile)
    latest, ended = -1, None
    for item in items:
        index = _slice_of(session, demand, item, profile)
        if index is None or _is_ruled_out(demand, index):
            ended = ended or item
            pairs.append((item, demand))
            if not unsure:
                _outside(session, demand, item, profile)
            continue
        one = demand.slices[index]
        counts[one.element.id] = counts.get(one.element.id, 0) + 1
        if demand.asks_of_values:
            pairs.append((item, demand))
        pairs.append((item, one))
        _in_order(session, demand, item, index, latest, ended, profile)
        latest = max(latest, index)
    _count(session, parent, demand, counts, profile, len(items))
    return _sliced_again(session, parent, demand, pairs, profile)


def _sliced_again(
    session: Session,
    parent: Item,
    demand: Demand,
    pairs: list[tuple[Item, Demand]],
    profile: str,
) -> list[tuple[Item, Demand]]:
    """Values of slices that are sliced themselves, paired with those inner slices."""
    done = [(item, one) for item, one in pairs if one is demand or not one.slices]
    for one in demand.slices:
        if one.slices:
            inside = [item for item, found in pairs if found is one]
            done.extend(assign(session, parent, one, inside, profile))
    return done


def _slice_of(session: Session, demand: Demand, item: Item, profile: str) -> int | None:
    matching = [
        index
        for index, one in enumerate(demand.slices)
        if one.matches is not None and one.matches(item, session)
    ]
    if len(matching) > 1:
        names = ", ".join(str(demand.slices[index].element.slice_name) for index in matching)
        path = demand.element.path
        session.report(SEVERAL, item.place, profile=profile, path=path, slices=names)
    if matching:
        return matching[0]
    for index, one in enumerate(demand.slices):
        if one.element.slice_name == _DEFAULT:
            return index
    return None


def _is_ruled_out(demand: Demand, index: int) -> bool:
    """Whether a slice is one that must not be there, and no others than slices may."""
    slicing = demand.element.slicing
    is_closed = slicing is not None and slicing.rules == "closed"
    return is_closed and demand.slices[index].max == 0


def _undecidable(session: Session, parent: Item, demand: Demand, profile: str) -> bool:
    unsure = False
    for one in demand.slices:
        if one.undecidable and one.element.slice_name != _DEFAULT:
            unsure = True
            name = str(one.element.slice_name)
            session.report(
                UNDECIDABLE, parent.place, profile=profile, slice=name, reason=one.undecidable
            )
    return unsure


def _outside(session: Session, demand: Demand, item: Item, profile: str) -> None:
    slicing = demand.element.slicing
    if slicing is not None and slicing.rules == "closed":
        names = ", ".join(str(one.element.slice_name) for one in demand.slices)
        path = demand.element.path
        session.report(CLOSED, item.place, profile=profile, path=path, slices=names)


def _in_order(
    session: Session,
    demand: Demand,
    item: Item,
    index: int,
    latest: int,
    ended: Item | None,
    profile: str,
) -> None:
    slicing = demand.element.slicing
    if slicing is None:
        return
    if slicing.ordered and index < latest:
        name, after = (str(demand.slices[at].element.slice_name) for at in (index, latest))
        session.report(ORDER, item.place, profile=profile, slice=name, after=after)
    if slicing.rules == "openAtEnd" and ended is not None:
        session.report(AT_END, ended.place, profile=profile, path=demand.element.path)


def _count(
    session: Session,
    parent: Item,
    demand: Demand,
    counts: dict[str, int],
    profile: str,
    total: int,
) -> None:
    for one in demand.slices:
        count = counts.get(one.element.id, 0)
        values = {"path": one.element.path, "slice": str(one.element.slice_name), "count": count}
        if one.element.must_support:
            session.count(profile, one.element.id, present=count > 0)
        if one.undecidable and total:
            continue  # one of the values may be it
        if count < one.min:
            _tell(session, MINIMUM, parent, profile, {**values, "minimum": one.min})
        if one.max is not None and count > one.max:
            _tell(session, MAXIMUM, parent, profile, {**values, "maximum": one.max})


def _tell(
    session: Session, message: Message, parent: Item, profile: str, values: dict[str, Any]
) -> None:
    session.report(message, parent.place, severity=None, profile=profile, **values)
