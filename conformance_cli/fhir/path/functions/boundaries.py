"""How precise a value is, and the least and greatest that it may stand for.

FHIRPath 3.0, 5.6.8 to 5.6.10.  Precision counts the digits after the point of a number, and
all digits of a date or time: ``@2014`` has 4, ``@T10:30`` has 4, milliseconds make 17 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from conformance_cli.fhir.path.comparison import bare, is_number, quantity_of
from conformance_cli.fhir.path.functions.function import Function, plain
from conformance_cli.fhir.path.quantities import comparable
from conformance_cli.fhir.path.runtime import EvaluationError, Frame, Items, integer, of, single
from conformance_cli.fhir.path.temporal import Temporal, days_in_month, parse_temporal, parse_time
from conformance_cli.fhir.path.types import Node

#: Digits after the point that a boundary has at most, and those that it has unless told.
_MOST, _USUAL = 31, 8
_EXACT = Context(prec=200)
#: Digits of a date or time to how many parts they are, and whether milliseconds follow.
_DATE_DIGITS = {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 6}
_TIME_DIGITS = {2: 1, 4: 2, 6: 3, 9: 3}
_KINDS = {"date": "Date", "dateTime": "DateTime", "instant": "DateTime", "time": "Time"}
_USUAL_DIGITS = {"Date": 8, "DateTime": 17, "Time": 9}


def _boundary(sign: int) -> Function:
    """``lowBoundary()`` for -1, ``highBoundary()`` for 1."""

    def run(_: Frame, focus: Items, precision: Items | None = None) -> Items:
        item = single(focus)
        digits = integer(precision) if precision else None
        if item is None or (precision is not None and digits is None):
            return []
        value = bare(item)
        if is_number(value):
            return of(_of_number(Decimal(value), digits, sign))
        when = temporal_of(item)
        if when is not None:
            return of(_of_time(when, digits, sign))
        amount = quantity_of(item)
        if amount is None:
            raise EvaluationError("only numbers, quantities, dates and times have boundaries")
        bound = _of_number(amount.value, digits, sign)
        return [] if bound is None else [replace(amount, value=bound)]

    return plain(run, 0, 1)


def _of_number(value: Decimal, digits: int | None, sign: int) -> Decimal | None:
    """Half of the last digit below or above; the bound nearer to zero is cut, the other rounded."""
    digits = _USUAL if digits is None else digits
    if not 0 <= digits <= _MOST or abs(value.adjusted()) > _MOST * 2:
        return None
    bound = _EXACT.add(value, Decimal(5).scaleb(-_decimals(value) - 1).copy_sign(Decimal(sign)))
    outward = bound.is_signed() == (sign < 0)
    rounding = ROUND_HALF_UP if outward else ROUND_DOWN
    return bound.quantize(Decimal(1).scaleb(-digits), rounding, _EXACT)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _of_time(when: Temporal, digits: int | None, sign: int) -> Temporal | None:
    digits = _USUAL_DIGITS[when.kind] if digits is None else digits
    is_time = when.kind == "Time"
    count = (_TIME_DIGITS if is_time else _DATE_DIGITS).get(digits)
    if count is None:
        return None
    parts = [] if is_time else [f"{int(part):0{4 if i == 0 else 2}d}" for i, part in _dates(when)]
    if not is_time:
        if len(parts) == 2:
            parts.append(f"{days_in_month(when):02d}" if sign > 0 else "01")
        elif len(parts) == 1:
            parts += ["12", "31"] if sign > 0 else ["01", "01"]
    parts += _clock_parts(when.parts[0 if is_time else 3 :], sign)
    milliseconds = parts.pop()
    text = _joined(parts[:count], is_time)
    if digits in (9, 17):
        text += f".{milliseconds}"
    if is_time:
        return parse_time(text)
    if count > 3:
        text += _zone(when, sign)
    return parse_temporal(text)


def _dates(when: Temporal) -> enumerate[Decimal]:
    return enumerate(when.parts[:3])


def _clock_parts(parts: tuple[Decimal, ...], sign: int) -> list[str]:
    """Hours, minutes, seconds and milliseconds, filled up downwards or upwards."""
    written = [f"{int(part):02d}" for part in parts]
    fill = ["23", "59", "59"] if sign > 0 else ["00", "00", "00"]
    fraction = ""
    if len(parts) == 3 and "." in (second := str(parts[2])):
        fraction = second.partition(".")[2]
    return [*written, *fill[len(written) :], (fraction + ("999" if sign > 0 else "000"))[:3]]


def _joined(parts: list[str], is_time: bool) -> str:  # noqa: FBT001 - one of two notations
    if is_time:
        return ":".join(parts)
    return "-".join(parts[:3]) + ("T" + ":".join(parts[3:]) if parts[3:] else "")


def _zone(when: Temporal, sign: int) -> str:
    """The offset that was written, or the one that makes the time earliest or latest."""
    offset = when.offset
    if offset is None:
        return "-12:00" if sign > 0 else "+14:00"
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"


def temporal_of(item: Any) -> Temporal | None:
    """The date or time that an item is, with the kind that its FHIR type says."""
    if isinstance(item, Temporal):
        return item
    kind = _KINDS.get(item.type) if isinstance(item, Node) else None
    if kind is None or not isinstance(item.data, str):
        return None
    found = parse_time(item.data) if kind == "Time" else parse_temporal(item.data)
    return found and replace(found, kind=kind)


def _precision(_: Frame, focus: Items) -> Items:
    item = single(focus)
    if item is None:
        return []
    value = bare(item)
    if is_number(value):
        return [_decimals(Decimal(value))]
    when = temporal_of(item)
    if when is None:
        raise EvaluationError("only numbers, dates and times have a precision")
    return [_digits_of(when)]


def _digits_of(when: Temporal) -> int:
    table = _TIME_DIGITS if when.kind == "Time" else _DATE_DIGITS
    fits = [digits for digits, count in table.items() if count == len(when.parts)]
    return fits[-1 if "." in when.text else 0]


def _comparable(_: Frame, focus: Items, other: Items) -> Items:
    one, another = quantity_of(single(focus)), quantity_of(single(other))
    if one is None or another is None:
        return [False] if focus and other else []
    return [comparable(one, another)]


BOUNDARIES: Mapping[str, Function] = {
    "lowBoundary": _boundary(-1),
    "highBoundary": _boundary(1),
    "precision": plain(_precision),
    "comparable": plain(_comparable, 1),
}
