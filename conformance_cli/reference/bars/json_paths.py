"""Looking into JSON that anybody may have sent: missing and misshapen parts are just absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from re import compile as pattern
from typing import Any

import msgspec

from conformance_cli.reference.bars.vocabulary import same_system

Json = Any

#: Deepest nesting that is read; resources of the standard stay far below it.
MAX_DEPTH = 64

_UUID = pattern(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_INSTANT = pattern(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", flags=0)
_DATE = pattern(r"\d{4}-\d\d-\d\d")


def decoded(raw: bytes) -> Json:
    """The JSON that bytes hold; ``None`` where they hold none, or nest beyond all measure."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
    return value if _depth_is_bounded(value) else None


def _depth_is_bounded(value: Json) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return True
    return False


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def every(value: Json, *path: str) -> Iterator[Json]:
    """All values at the end of a path of element names; lists on the way are opened."""
    if isinstance(value, list):
        for item in value:
            yield from every(item, *path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from every(value[path[0]], *path[1:])


def first(value: Json, *path: str) -> Json:
    """The first value at the end of a path, or ``None``."""
    return next(every(value, *path), None)


def text(value: Json, *path: str) -> str:
    """The first value at the end of a path if it is text; else an empty text."""
    found = first(value, *path)
    return found if isinstance(found, str) else ""


def texts(value: Json, *path: str) -> Iterator[str]:
    """All values at the end of a path that are text."""
    return (found for found in every(value, *path) if isinstance(found, str))


def objects(value: Json, *path: str) -> Iterator[dict[str, Json]]:
    """All values at the end of a path that are objects."""
    return (found for found in every(value, *path) if isinstance(found, dict))


def codes(value: Json, system: str) -> Iterator[str]:
    """The codes of this system among Codings, in lower case."""
    for coding in objects(value):
        if same_system(text(coding, "system"), system):
            yield text(coding, "code").lower()


def identifiers(value: Json, system: str) -> Iterator[str]:
    """The values of this system among Identifiers."""
    for identifier in objects(value):
        if same_system(text(identifier, "system"), system):
            yield text(identifier, "value")


def rewritten(value: Json, change: Callable[[dict[str, Json]], Json]) -> Json:
    """A copy in which ``change`` has replaced every object, inner ones first."""
    if isinstance(value, dict):
        return change({key: rewritten(item, change) for key, item in value.items()})
    if isinstance(value, list):
        return [rewritten(item, change) for item in value]
    return value


def is_uuid(value: str) -> bool:
    """Whether a text is a UUID in its canonical form, in either case."""
    return _UUID.fullmatch(value) is not None


def instant(value: str) -> datetime | None:
    """The moment that a FHIR instant or dateTime with an offset names; else ``None``.

    Any number of fractional digits up to nine is read; past six they are cut off.
    """
    match = _INSTANT.fullmatch(value)
    if match is None:
        return None
    start, seconds, fraction, offset = match.groups()
    clean = f"{start}{seconds or ':00'}.{(fraction or '0')[:6].ljust(6, '0')}"
    try:
        return datetime.fromisoformat(clean + offset.replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(value: str, at: time) -> datetime | None:
    """The moment ``at`` (UTC) on a FHIR date; else ``None``."""
    if _DATE.fullmatch(value) is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(value), at, tzinfo=UTC)
    except ValueError:
        return None


def stamp(moment: datetime) -> str:
    """A FHIR instant in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
