"""Resources that are handed over as objects: what others read, as we would have read it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.source.numbers import read_decimal
from conformance_cli.fhir.source.reading import (
    MAX_DEPTH,
    NOWHERE,
    TOO_DEEP,
    Problem,
    Reading,
    unread,
)
from conformance_cli.fhir.validation.place import Place

Json = Any

#: What readers of JSON make, and needs no second look.
_PLAIN = frozenset({str, int, bool, type(None)})
#: Bits of the largest whole number that is taken as one (in text: digits).
_MOST_BITS = 3_000


def read_given(data: Mapping[str, Json]) -> Reading:
    """The resource that an object holds, bounded in depth.

    The object itself where it is plain JSON.  Otherwise a copy in which floats are decimals
    with the digits that they are written with, tuples are lists, and other mappings are
    dicts; numbers that are none, or monstrous, are text.
    """
    is_plain = type(data) is dict
    waiting: list[tuple[Json, int]] = [(data, 1)]
    while waiting:
        holder, depth = waiting.pop()
        if depth > MAX_DEPTH and holder:
            return unread(Problem(TOO_DEEP, Place(None, NOWHERE), None, {"limit": MAX_DEPTH}))
        if isinstance(holder, Mapping):
            is_plain = is_plain and all(type(key) is str for key in holder)
            holder = holder.values()
        for value in holder:
            kind = type(value)
            if kind is dict or kind is list:
                waiting.append((value, depth + 1))
            elif kind not in _PLAIN or (kind is int and value.bit_length() > _MOST_BITS):
                is_plain = False
                if isinstance(value, Mapping | list | tuple):
                    waiting.append((value, depth + 1))
    resource: dict[str, Json] = data if type(data) is dict and is_plain else _exact(data)
    return Reading(resource, (), lambda _: None)


def read_doubtful(data: dict[str, Json], keys: Collection[str]) -> Reading:
    """The same, where all that stands under other keys is known to be plain JSON."""
    doubtful = {key: data[key] for key in keys if key in data}
    if not all(type(key) is str for key in doubtful):
        return read_given(data)
    reading = read_given(doubtful)
    if reading.resource is None:
        return reading
    is_plain = reading.resource is doubtful
    return Reading(data if is_plain else {**data, **reading.resource}, (), reading.position)


def _exact(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {_name(key): _exact(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(one) for one in value]
    if isinstance(value, float | Decimal):
        return _decimal(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"{'-' if value < 0 else ''}2**{value.bit_length() - 1}"
    return value


def _name(key: Json) -> str:
    return str.__str__(key) if isinstance(key, str) else str(key)


def _decimal(value: float | Decimal) -> Decimal | str:
    """The number with the digits that it is written with, or these where it is none."""
    literal = repr(value) if isinstance(value, float) else str(value)
    if not math.isfinite(value):
        return literal
    try:
        return read_decimal(literal)
    except ValueError:
        return literal
