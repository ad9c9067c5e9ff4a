"""Quantities: numbers with units, compared and calculated across units.

A unit is a UCUM code, the name of a calendar duration (``year``, ``days``: FHIRPath 2.0,
4.1.8), or what some other code system says, which is equal to itself only.  A calendar
year or month is no fixed number of seconds, so it is neither equal to UCUM's ``a`` or
``mo`` nor longer or shorter (6.1.1); it is equivalent to them (6.1.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_FIXED = {
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
_VARIABLE = {"year": "a", "month": "mo"}
#: Names of calendar durations, in singular and plural, to the singular.
CALENDAR = {name + s: name for name in (*_FIXED, *_VARIABLE) for s in ("", "s")}
#: UCUM codes of durations to the names of the calendar (FHIR R4, 2.9.1.7).
DURATIONS = {code: name for name, code in (_FIXED | _VARIABLE).items()}
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit."""

    value: Decimal
    unit: str
    #: The code system of the unit, where it is neither UCUM nor a calendar duration.
    system: str = ""


def same_amount(one: Quantity, other: Quantity) -> bool | None:
    """Whether both are the same amount; ``None`` where the units do not compare."""
    sign = in_order(one, other)
    return None if sign is None else sign == 0


def in_order(one: Quantity, other: Quantity) -> int | None:
    """-1, 0 or 1; ``None`` where the units do not compare."""
    first, second = one.value, other.value
    if (one.unit, one.system) != (other.unit, other.system):
        (unit, first), (other_unit, second) = in_base_unit(one), in_base_unit(other)
        if unit != other_unit:
            return None
    return int(first > second) - int(first < second)


def in_base_unit(quantity: Quantity) -> tuple[str, Decimal]:
    """The amount in a unit that all comparable quantities share."""
    if quantity.system:
        return f"{quantity.unit} of {quantity.system}", quantity.value
    name = CALENDAR.get(quantity.unit)
    if name in _VARIABLE:
        return "months", quantity.value * (12 if name == "year" else 1)
    from conformance_cli.fhir.terminology.ucum import canonical

    found = canonical(quantity.value, _code(quantity.unit))
    return (found[1], found[0]) if found else (f"'{quantity.unit}'", quantity.value)


def converted(quantity: Quantity, unit: str) -> Decimal | None:
    """The amount in another unit, if there is a way; calendar years count as UCUM years."""
    if quantity.system:
        return None
    if quantity.unit == unit:
        return quantity.value
    from conformance_cli.fhir.terminology.ucum import converted as in_ucum

    return in_ucum(quantity.value, _code(quantity.unit), _code(unit))


def comparable(one: Quantity, other: Quantity) -> bool:
    """Whether both have units of the same dimension."""
    if one.system or other.system:
        return (one.unit, one.system) == (other.unit, other.system)
    from conformance_cli.fhir.terminology.ucum import is_comparable

    return is_comparable(_code(one.unit), _code(other.unit))


def added(one: Quantity, other: Quantity) -> Quantity | None:
    """The sum in the unit of the first; ``None`` where the units do not compare."""
    if one.system == other.system and one.unit == other.unit:
        return Quantity(one.value + other.value, one.unit, one.system)
    amount = None if one.system else converted(other, one.unit)
    return None if amount is None else Quantity(one.value + amount, one.unit)


def multiplied(one: Quantity, other: Quantity) -> Quantity | None:
    """The product; ``None`` where a unit is not of UCUM."""
    return _composed(one.value * other.value, one, other, ".")


def divided(one: Quantity, other: Quantity) -> Quantity | None:
    """The quotient; ``None`` where a unit is not of UCUM.  ``ArithmeticError`` by zero."""
    return _composed(one.value / other.value, one, other, "/")


def _composed(value: Decimal, one: Quantity, other: Quantity, operator: str) -> Quantity | None:
    if one.system or other.system:
        return None
    from conformance_cli.fhir.terminology.ucum import is_valid_unit

    first, second = _code(one.unit), _code(other.unit)
    if second == "1":
        unit = first
    elif first == second and operator == "/":
        unit = "1"
    else:
        unit = f"({first}){operator}({second})" if first != "1" or operator == "/" else second
    valid = is_valid_unit(first) and is_valid_unit(second) and is_valid_unit(unit)
    return Quantity(value, unit) if valid else None


def _code(unit: str) -> str:
    """The UCUM code that a unit is, or that stands for a calendar duration."""
    name = CALENDAR.get(unit)
    return (_FIXED.get(name) or _VARIABLE[name]) if name else unit
