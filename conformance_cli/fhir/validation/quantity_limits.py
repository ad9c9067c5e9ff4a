"""Limits that an element sets on a Quantity: smallest, largest, digits after the point."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.definitions.schema import Element, Pinned
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.terminology.ucum import converted
from conformance_cli.fhir.validation.limits import ABOVE, BELOW, check_places
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

UCUM = "http://unitsofmeasure.org"

_LIMITS = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_"
NO_VALUE = warning(
    "quantity-limit-without-value",
    "invalid",
    "The quantity has no value, so its limit of {limit} cannot be checked",
    _LIMITS,
)
OTHER_UNIT = warning(
    "quantity-limit-unit",
    "invalid",
    "The quantity is in {unit}, its limit in {other}: the two cannot be compared",
    _LIMITS,
)
NOT_CONVERTIBLE = error(
    "quantity-limit-not-convertible",
    "invalid",
    "The quantity is in {unit}, which cannot be converted to {other}, the unit of its limit",
    f"{_LIMITS}; https://ucum.org/ucum",
)


def check_quantity_limits(
    session: Session,
    value: Mapping[str, Json],
    element: Element,
    place: Place,
    profile: str | None = None,
) -> None:
    """Check a Quantity against what an element allows; units are converted where UCUM can."""
    amount = value.get("value")
    check_places(session, amount, element, place, profile)
    for message, limit, sign in ((BELOW, element.min_value, -1), (ABOVE, element.max_value, 1)):
        if limit is None or not isinstance(limit.value, Mapping):
            continue
        order = _order(session, value, limit, place, profile)
        if order is not None and order * sign > 0:
            facts: dict[str, Any] = {"value": _shown(value), "limit": _shown(limit.value)}
            session.report(message, place, profile=profile, **facts)


def _order(
    session: Session, value: Mapping[str, Json], limit: Pinned, place: Place, profile: str | None
) -> int | None:
    """-1, 0 or 1 as a quantity is less than, equal to or more than a limit."""
    wanted = limit.value
    bound, amount = _number(wanted.get("value")), _number(value.get("value"))
    if bound is None:
        return None
    if amount is None:
        session.report(NO_VALUE, place, profile=profile, limit=_shown(wanted))
        return None
    units: dict[str, Any] = {"unit": _unit(value), "other": _unit(wanted)}
    source, target = value.get("code"), wanted.get("code")
    if value.get("system") != wanted.get("system"):
        session.report(OTHER_UNIT, place, profile=profile, **units)
        return None
    if source != target:
        if value.get("system") != UCUM:
            session.report(OTHER_UNIT, place, profile=profile, **units)
            return None
        changed = converted(amount, str(source), str(target))
        if changed is None:
            session.report(NOT_CONVERTIBLE, place, profile=profile, **units)
            return None
        amount = changed
    return (amount > bound) - (amount < bound)


def _number(value: Json) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _unit(quantity: Mapping[str, Json]) -> str:
    return shortened(str(quantity.get("code") or quantity.get("unit") or "no unit"), 40)


def _shown(quantity: Mapping[str, Json]) -> str:
    return f"{shortened(str(quantity.get('value')), 40)} {_unit(quantity)}"
