"""Functions that convert values, and that say whether they would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.path.comparison import bare, is_number, quantity_of
from conformance_cli.fhir.path.functions.function import Function, plain
from conformance_cli.fhir.path.quantities import CALENDAR, Quantity
from conformance_cli.fhir.path.runtime import Frame, Items, of, single
from conformance_cli.fhir.path.temporal import Temporal, parse_temporal, parse_time
from conformance_cli.fhir.regex import Regex

_INTEGER = Regex(r"[+-]?[0-9]{1,18}")
_DECIMAL = Regex(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_QUANTITY = Regex(r"([+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?)\s*(?:'([^']{1,60})'|([a-z]{1,12}))?")
#: Calendar units that are written without quotes; UCUM codes never are.
_WORDS = frozenset(CALENDAR)
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})


def to_boolean(value: Any) -> bool | None:
    """What the value is as a Boolean, if it is one."""
    if isinstance(value, bool):
        return value
    if is_number(value):
        return {1: True, 0: False}.get(value)
    word = value.lower() if isinstance(value, str) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def to_integer(value: Any) -> int | None:
    """What the value is as an Integer, if it is one."""
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    return None


def to_decimal(value: Any) -> Decimal | None:
    """What the value is as a Decimal, if it is one."""
    if isinstance(value, bool) or is_number(value):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def to_string(value: Any) -> str | None:
    """How the value is written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, Temporal):
        return value.text
    if isinstance(value, Quantity):
        return f"{value.value} {value.unit if value.unit in _WORDS else repr(value.unit)}"
    return format(value, "f" if isinstance(value, Decimal) else "d") if is_number(value) else None


def to_date(value: Any) -> Temporal | None:
    """The date that the value is or begins with."""
    found = parse_temporal(value) if isinstance(value, str) else value
    if not isinstance(found, Temporal) or found.kind == "Time":
        return None
    return Temporal("Date", found.text.partition("T")[0], found.parts[:3])


def to_date_time(value: Any) -> Temporal | None:
    """The dateTime that the value is."""
    found = parse_temporal(value) if isinstance(value, str) else value
    if not isinstance(found, Temporal) or found.kind == "Time":
        return None
    return Temporal("DateTime", found.text, found.parts, found.offset)


def to_time(value: Any) -> Temporal | None:
    """The time of day that the value is."""
    found = parse_time(value) if isinstance(value, str) else value
    return found if isinstance(found, Temporal) and found.kind == "Time" else None


def to_quantity(value: Any) -> Quantity | None:
    """The quantity that the value is; a number has the unit ``1``."""
    if isinstance(value, bool) or is_number(value):
        return Quantity(Decimal(value), "1")
    if isinstance(value, str):
        match = _QUANTITY.fullmatch(value)
        if match is None or (match[3] and match[3] not in _WORDS):
            return None
        return Quantity(Decimal(match[1]), match[2] or match[3] or "1")
    return quantity_of(value)


def _converting(convert: Callable[[Any], Any]) -> Function:
    return plain(lambda _, focus: of(convert(bare(single(focus)))) if focus else [])


def _convertible(convert: Callable[[Any], Any]) -> Function:
    def run(_: Frame, focus: Items) -> Items:
        return [convert(bare(single(focus))) is not None] if focus else []

    return plain(run)


_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Decimal": to_decimal,
    "String": to_string,
    "Date": to_date,
    "DateTime": to_date_time,
    "Time": to_time,
    "Quantity": to_quantity,
}
CONVERSION: Mapping[str, Function] = {
    **{f"to{name}": _converting(convert) for name, convert in _CONVERSIONS.items()},
    **{f"convertsTo{name}": _convertible(convert) for name, convert in _CONVERSIONS.items()},
}
