"""Dates and times of any precision, and calendar arithmetic (FHIRPath 2.0, 5.5.5 to 6.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from conformance_cli.fhir.path.quantities import CALENDAR, DURATIONS, Quantity
from conformance_cli.fhir.regex import Regex

_DATE = r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
_TIME = r"(?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:\.[0-9]{1,18})?))?)?"
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
_DATE_TIME = Regex(rf"{_DATE}(?P<mark>T)?(?:{_TIME}{_ZONE})?")
_TIME_ONLY = Regex(rf"T?{_TIME}")
_ZONE_AT_END = Regex(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")
_DATE_PARTS = ("year", "month", "day", "hour", "minute", "second")

_SECONDS = {
    "week": Decimal(604800),
    "day": Decimal(86400),
    "hour": Decimal(3600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}


@dataclass(frozen=True, slots=True)
class Temporal:
    """A date, time or dateTime, with as many parts as were written."""

    #: ``Date``, ``DateTime`` or ``Time``.
    kind: str
    text: str
    #: Year, month, day, hour, minute, second; or hour, minute, second.
    parts: tuple[Decimal, ...]
    #: Minutes east of UTC, where an offset was written.
    offset: int | None = None


@lru_cache(maxsize=1024)
def parse_temporal(text: str) -> Temporal | None:
    """The date, dateTime or ``hh:mm`` time that a text is, if it is one."""
    if len(text) > 40:
        return None
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return parse_time(text)
    if match["hour"] and not (match["day"] and match["mark"]):
        return None
    parts = tuple(Decimal(match[name]) for name in _DATE_PARTS if match[name])
    offset = _offset(match["zone"])
    if not _possible(parts):
        return None
    return Temporal("DateTime" if match["mark"] else "Date", text, parts, offset)


def parse_time(text: str) -> Temporal | None:
    """The time of day that a text is, if it is one; a ``T`` may stand before it."""
    match = _TIME_ONLY.fullmatch(text)
    if match is None:
        return None
    parts = tuple(Decimal(match[name]) for name in _DATE_PARTS[3:] if match[name])
    if not _possible((Decimal(1), Decimal(1), Decimal(1), *parts)):
        return None
    return Temporal("Time", text.removeprefix("T"), parts)


def compare(left: Temporal, right: Temporal) -> int | None:
    """-1, 0 or 1; ``None`` where precision or a missing offset leaves it open.

    ``ValueError`` for a time of day and a date, which have no order.
    """
    if (left.kind == "Time") != (right.kind == "Time"):
        raise ValueError("a time of day cannot be compared with a date")
    if left.kind != "Time" and len(left.parts) > 3 and len(right.parts) > 3:
        if (left.offset is None) != (right.offset is None):
            return None
        left, right = _in_utc(left), _in_utc(right)
    for one, other in zip(left.parts, right.parts, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(left.parts) == len(right.parts) else None


def same_precision(left: Temporal, right: Temporal) -> bool:
    """Whether both were written with the same parts."""
    return len(left.parts) == len(right.parts)


def moved(when: Temporal, by: Quantity) -> Temporal:
    """A date or time moved by a calendar quantity; its precision stays as it is.

    UCUM's units up to weeks will do; its year and month are no calendar durations (FHIRPath
    2.0, 6.7.1).  ``ValueError`` for any other unit, or where the result is out of range.
    """
    unit = CALENDAR.get(by.unit) or DURATIONS.get(by.unit)
    if unit is None or by.unit in ("a", "mo"):
        raise ValueError(f"{by.unit!r} is no unit of time for dates")
    try:
        if when.kind == "Time":
            return _time_moved(when, unit, by.value)
        return _date_moved(when, unit, by.value)
    except OverflowError as err:
        raise ValueError("the date is out of range") from err


def days_in_month(when: Temporal) -> int:
    """How many days the month of a date has that is written to the month at least."""
    return _days(int(when.parts[0]), int(when.parts[1]))


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _possible(parts: tuple[Decimal, ...]) -> bool:
    try:
        _as_datetime(parts)
    except ValueError:
        return False
    return True


def _as_datetime(parts: tuple[Decimal, ...]) -> datetime:
    year, month, day, hour, minute, second = (*parts, *_FILL[len(parts) :])
    # Leap seconds are legal in FHIR instants; Python has none.
    micros = int(min(second, Decimal("59.999999")) * 1_000_000)
    if second > 60:
        raise ValueError("second must be in 0..60")
    start = datetime(int(year), int(month), int(day), int(hour), int(minute))  # noqa: DTZ001
    return start + timedelta(microseconds=micros)


_FILL = (Decimal(1), Decimal(1), Decimal(1), Decimal(0), Decimal(0), Decimal(0))


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes


def _in_utc(when: Temporal) -> Temporal:
    if not when.offset:
        return when
    try:
        shifted = _as_datetime(when.parts) - timedelta(minutes=when.offset)
    except OverflowError:
        return when
    parts = _parts_of(shifted, len(when.parts))
    if len(parts) == 6:
        parts = (*parts[:5], when.parts[5])
    return Temporal(when.kind, when.text, parts, 0)


def _parts_of(when: datetime, count: int) -> tuple[Decimal, ...]:
    second = Decimal(when.second) + Decimal(when.microsecond) / 1_000_000
    fields = (when.year, when.month, when.day, when.hour, when.minute)
    return (*map(Decimal, fields), second)[:count]


def _date_moved(when: Temporal, unit: str, amount: Decimal) -> Temporal:
    start = _as_datetime(when.parts)
    if unit in ("year", "month"):
        result = _months_later(start, int(amount) * (12 if unit == "year" else 1))
    else:
        seconds = amount * _SECONDS[unit] if unit in _FINE else int(amount) * _SECONDS[unit]
        if len(when.parts) < 3:
            days = int(seconds / 86400)
            result = _months_later(start, days // 30 if len(when.parts) == 2 else days // 365 * 12)
        else:
            whole = seconds if len(when.parts) == 6 else _whole(seconds, len(when.parts))
            result = start + timedelta(microseconds=int(whole * 1_000_000))
    return _written(when, _parts_of(result, len(when.parts)))


_FINE = ("second", "millisecond")


def _whole(seconds: Decimal, parts: int) -> Decimal:
    """Seconds cut to whole days, hours or minutes, as the precision has it."""
    size = {3: 86400, 4: 3600, 5: 60}[parts]
    return Decimal(int(seconds / size) * size)


def _months_later(start: datetime, months: int) -> datetime:
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise ValueError("the date is out of range")
    day = min(start.day, _days(year, month + 1))
    return start.replace(year=year, month=month + 1, day=day)


def _time_moved(when: Temporal, unit: str, amount: Decimal) -> Temporal:
    if unit not in _SECONDS:
        raise ValueError("a time of day cannot move by months or years")
    date = (Decimal(2000), Decimal(1), Decimal(1))
    seconds = amount * _SECONDS[unit]
    if len(when.parts) < 3:
        seconds = _whole(seconds, 3 + len(when.parts))
    result = _as_datetime((*date, *when.parts)) + timedelta(microseconds=int(seconds * 1_000_000))
    return _written(when, _parts_of(result, 6)[3 : 3 + len(when.parts)])


def _written(like: Temporal, parts: tuple[Decimal, ...]) -> Temporal:
    """The text of new parts, with the precision and the offset of what they came from."""
    widths = (2, 2, 2) if like.kind == "Time" else (4, 2, 2, 2, 2, 2)
    separators = ("", ":", ":") if like.kind == "Time" else ("", "-", "-", "T", ":", ":")
    text = ""
    for part, width, separator in zip(parts, widths, separators, strict=False):
        text += f"{separator}{int(part):0{width}d}"
    fraction = re.search(r"\.([0-9]+)", like.text)
    if fraction:
        digits = len(fraction[1])
        text += f".{int(parts[-1] % 1 * 10**digits):0{digits}d}"
    zone = _ZONE_AT_END.search(like.text) if like.offset is not None else None
    mark = "T" if like.kind == "DateTime" and len(parts) <= 3 else ""
    return Temporal(like.kind, text + mark + (zone[0] if zone else ""), parts, like.offset)
