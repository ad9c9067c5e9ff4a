"""Limits that an element sets on its values: length, smallest and largest, digits, pattern."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance_cli.fhir.definitions.schema import Element, Pinned
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import Message, error, warning
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_DEFINITION = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition."
TOO_LONG = error(
    "value-too-long",
    "invalid",
    "The value has {length} characters; at most {limit} are allowed",
    f"ElementDefinition.maxLength ({_DEFINITION}maxLength).",
)
TOO_SHORT = error(
    "value-too-short",
    "invalid",
    "The value has {length} characters; at least {limit} are needed",
    "Extension http://hl7.org/fhir/StructureDefinition/minLength.",
)
BELOW = error(
    "value-below-minimum",
    "invalid",
    "{value} is less than {limit}, the smallest that is allowed",
    f"ElementDefinition.minValue[x] ({_DEFINITION}minValue_x_).",
)
ABOVE = error(
    "value-above-maximum",
    "invalid",
    "{value} is more than {limit}, the largest that is allowed",
    f"ElementDefinition.maxValue[x] ({_DEFINITION}maxValue_x_).",
)
TOO_PRECISE = error(
    "value-decimal-places",
    "structure",
    "{value} has {places} digit(s) after the point; at most {limit} are allowed",
    "Extension http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces.",
)
NO_MATCH = error(
    "value-pattern-mismatch",
    "invalid",
    "{value} does not match the pattern {pattern}",
    "Extension http://hl7.org/fhir/StructureDefinition/regex.",
)
UNUSABLE = warning(
    "value-pattern-unusable",
    "processing",
    "The pattern {pattern} could not be applied: {problem}",
    "A pattern that cannot be compiled, or that might run away on some text, is not used.",
)


def check_limits(
    session: Session, value: Json, element: Element, place: Place, profile: str | None = None
) -> None:
    """Check a primitive value in sound form against what the element allows."""
    if isinstance(value, str):
        _check_text(session, value, element, place, profile)
    check_places(session, value, element, place, profile)
    for message, limit, sign in ((BELOW, element.min_value, -1), (ABOVE, element.max_value, 1)):
        if limit is not None:
            _check_limit(session, value, limit, (message, sign), place, profile)


def check_places(
    session: Session, value: Json, element: Element, place: Place, profile: str | None = None
) -> None:
    """Check how many digits a decimal has after the point."""
    places = element.max_decimal_places
    if places is None or not isinstance(value, Decimal):
        return
    exponent = value.as_tuple().exponent
    used = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if used > places:
        facts: dict[str, Any] = {"value": shortened(str(value), 80), "places": used}
        session.report(TOO_PRECISE, place, profile=profile, limit=places, **facts)


def _check_text(
    session: Session, value: str, element: Element, place: Place, profile: str | None
) -> None:
    length = len(value)
    most, least = element.max_length, element.min_length
    if most and length > most:
        session.report(TOO_LONG, place, profile=profile, length=length, limit=most)
    if least and length < least:
        session.report(TOO_SHORT, place, profile=profile, length=length, limit=least)
    if element.regex:
        _check_pattern(session, value, element.regex, place, profile)


def _check_pattern(
    session: Session, value: str, pattern: str, place: Place, profile: str | None
) -> None:
    from conformance_cli.fhir.path.patterns import PatternError, compile_pattern

    shown = shortened(pattern, 80)
    try:
        matches = compile_pattern(pattern).matches(value)
    except PatternError as err:
        session.report(UNUSABLE, place, profile=profile, pattern=shown, problem=str(err))
        return
    if not matches:
        facts: dict[str, Any] = {"value": shortened(value, 80), "pattern": shown}
        session.report(NO_MATCH, place, profile=profile, **facts)


def _check_limit(
    session: Session,
    value: Json,
    limit: Pinned,
    rule: tuple[Message, int],
    place: Place,
    profile: str | None,
) -> None:
    message, sign = rule
    order = _order(value, limit)
    if order is not None and order * sign > 0:
        facts: dict[str, Any] = {
            "value": shortened(str(value), 80),
            "limit": shortened(str(limit.value), 80),
        }
        session.report(message, place, profile=profile, **facts)


def _order(value: Json, limit: Pinned) -> int | None:
    """-1, 0 or 1 as a value is less than, equal to or more than a limit; ``None``: unknown."""
    other = limit.value
    if _is_number(value) and _is_number(other):
        return (Decimal(value) > Decimal(other)) - (Decimal(value) < Decimal(other))
    if not (isinstance(value, str) and isinstance(other, str)):
        return None
    from conformance_cli.fhir.path.temporal import compare, parse_temporal, parse_time

    parse = parse_time if limit.type == "time" else parse_temporal
    left, right = parse(value), parse(other)
    if left is None or right is None or (left.kind == "Time") != (right.kind == "Time"):
        return None
    return compare(left, right)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
