"""The order of answers: numbers, dates, times, quantities with their units, and texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from conformance_cli.fhir.path.temporal import Temporal, parse_temporal, parse_time
from conformance_cli.fhir.resources.reading import Choice, number, text

Json = Any

UCUM: Final = "http://unitsofmeasure.org"

#: Types whose values have an order among each other.
_FAMILIES: Mapping[str, str] = {
    **dict.fromkeys(("integer", "decimal", "positiveInt", "unsignedInt", "integer64"), "number"),
    **dict.fromkeys(("date", "dateTime", "instant"), "date"),
    "time": "time",
    "boolean": "boolean",
    **dict.fromkeys(("string", "markdown", "code", "id", "uri", "url", "canonical"), "text"),
}


#: What makes two values the same answer.
Key = tuple[str, ...] | tuple[str, Decimal]


def key_of(value: Choice) -> Key | None:
    """What a value has in common with others that are the same; ``None`` for what has no sense.

    Codings are the same by system and code, References by what they refer to, numbers by
    their value, and all else by how it is written.
    """
    inner = value.value
    if isinstance(inner, Mapping):
        names = ("reference",) if value.type == "Reference" else ("system", "code")
        return (value.type, *(text(inner, name) or "" for name in names))
    family = _FAMILIES.get(value.type, value.type)
    if family == "number":
        amount = number(inner)
        return None if amount is None else (family, amount)
    return (family, inner) if isinstance(inner, str) else None


class NotComparableError(ValueError):
    """Two quantities whose units do not measure the same, or that have none."""


def compared(one: Choice, other: Choice) -> int | None:
    """-1, 0 or 1 as the first value is less, equal or greater; ``None`` where neither.

    A date that lacks a day or a time is the first moment of what it names.
    """
    if one.type == "Quantity" and other.type == "Quantity":
        return _compared_amounts(one.value, other.value)
    family = _FAMILIES.get(one.type)
    if family is None or family != _FAMILIES.get(other.type):
        return None
    first, second = _measure(one.value, family), _measure(other.value, family)
    if first is None or second is None:
        return None
    return -1 if first < second else int(first > second)


def _compared_amounts(one: Json, other: Json) -> int | None:
    """Where a unit is not coded, the numbers decide."""
    if _coded_unit(one) is None or _coded_unit(other) is None:
        return _order(_amount(one), _amount(other))
    try:
        return compared_quantities(one, other)
    except NotComparableError:
        return None


def compared_quantities(one: Json, other: Json) -> int | None:
    """Like ``compared``, by way of UCUM.  Raises ``NotComparableError``."""
    first, second = _coded_unit(one), _coded_unit(other)
    if first is None or second is None:
        raise NotComparableError("a unit lacks a system or a code")
    if first == second:
        return _order(_amount(one), _amount(other))
    if first[0] != UCUM or second[0] != UCUM:
        raise NotComparableError("the units are of different systems")
    return _order(_in_base_units(one, first[1]), _in_base_units(other, second[1]))


def _in_base_units(quantity: Json, code: str) -> tuple[str, Decimal] | None:
    from conformance_cli.fhir.terminology.ucum import canonical

    value = number(quantity.get("value"))
    if value is None:
        return None
    found = canonical(value, code)
    if found is None:
        raise NotComparableError(f"{code} is no UCUM unit")
    return found[1], found[0]


def _order(one: tuple[str, Decimal] | None, other: tuple[str, Decimal] | None) -> int | None:
    if one is None or other is None:
        return None
    if one[0] != other[0]:
        raise NotComparableError("the units do not measure the same")
    return -1 if one[1] < other[1] else int(one[1] > other[1])


def _amount(quantity: Json) -> tuple[str, Decimal] | None:
    value = number(quantity.get("value")) if isinstance(quantity, Mapping) else None
    return None if value is None else ("", value)


def _coded_unit(quantity: Json) -> tuple[str, str] | None:
    if not isinstance(quantity, Mapping):
        return None
    system, code = text(quantity, "system"), text(quantity, "code")
    return (system, code) if system and code else None


def _measure(value: Json, family: str) -> tuple[str, Decimal] | None:
    """What orders a value within its family: a text, or a number."""
    if family == "text":
        return (value, Decimal(0)) if isinstance(value, str) else None
    found: Decimal | None = None
    if family == "number":
        found = number(value)
    elif family == "boolean":
        found = Decimal(value) if isinstance(value, bool) else None
    elif isinstance(value, str):
        found = _moment(parse_time(value) if family == "time" else parse_temporal(value))
    return None if found is None else ("", found)


def _moment(when: Temporal | None) -> Decimal | None:
    """Seconds since the year 1, or since midnight; without an offset, as in UTC."""
    if when is None:
        return None
    days, clock = 0, when.parts
    if when.kind != "Time":
        year, month, day = (*map(int, when.parts[:3]), 1, 1)[:3]
        days, clock = date(year, month, day).toordinal(), when.parts[3:]
    hour, minute, second = (*clock, Decimal(0), Decimal(0), Decimal(0))[:3]
    return days * 86400 + (hour * 60 + minute - (when.offset or 0)) * 60 + second
