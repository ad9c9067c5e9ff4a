"""Limits that an element sets, whatever the type of the value is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.validation.datatypes import check_size
from conformance_cli.fhir.validation.limits import check_limits
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_QUANTITIES = frozenset(
    {"Quantity", "SimpleQuantity", "MoneyQuantity", "Age", "Count", "Distance", "Duration"}
)


def is_limited(element: Element) -> bool:
    """Whether an element limits its values further than their type does."""
    return limits_of(element) != _NONE


def limits_of(element: Element) -> tuple[Any, ...]:
    """All that limits values, to compare elements by."""
    return (
        element.max_length,
        element.min_value,
        element.max_value,
        element.regex,
        element.min_length,
        element.max_decimal_places,
        element.max_size,
        element.narrative_source,
        element.narrative_languages,
    )


def check_type_limits(
    session: Session,
    value: Json,
    type_name: str,
    element: Element,
    place: Place,
    scope: Scope,
    profile: str | None = None,
) -> None:
    """Check a value, whose form was checked before, against the limits of an element."""
    if not isinstance(value, Mapping):
        check_limits(session, value, element, place, profile)
    elif type_name in _QUANTITIES:
        from conformance_cli.fhir.validation.quantity_limits import check_quantity_limits

        check_quantity_limits(session, value, element, place, profile)
    elif type_name == "Narrative":
        from conformance_cli.fhir.validation.narrative_controls import check_narrative_controls

        check_narrative_controls(session, value, element, place, scope, profile)
    elif type_name == "Attachment":
        check_size(session, value, element, place, profile)


_NONE = limits_of(Element("", "", ""))
