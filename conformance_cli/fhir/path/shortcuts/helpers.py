"""What generated conditions call where an expression over one object does not do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

Json = Any


class UnknownError(Exception):
    """Data of a shape that is left to the full evaluation."""


#: What a condition may raise over data of any shape; it then decides nothing.
FAILURES: Final = (
    UnknownError,
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)
_ENDS: Final = frozenset({"0001", "9999"})
#: The classes of JSON numbers; a boolean is none, and floats are left to the evaluation.
NUMBERS: Final = frozenset({int, Decimal})


def elements(source: Mapping[str, Json], key: str) -> Sequence[Json]:
    """The objects under a key, none of which is a resource."""
    found = values(source, key)
    for item in found:
        if item.__class__ is not dict or "resourceType" in item:
            raise UnknownError
    return found


def resources(source: Mapping[str, Json], key: str) -> Sequence[Json]:
    """The resources under a key."""
    found = values(source, key)
    for item in found:
        if item.__class__ is not dict or item["resourceType"].__class__ is not str:
            raise UnknownError
    return found


def values(source: Mapping[str, Json], key: str) -> Sequence[Json]:
    """The values under a key, none of which has a companion or is null."""
    if "_" + key in source:
        raise UnknownError
    found = source.get(key)
    if found is None:
        return ()
    if found.__class__ is not list:
        return (found,)
    for item in found:
        if item is None or item.__class__ is list:
            raise UnknownError
    return found


def across(
    items: Iterable[Mapping[str, Json]],
    step: Callable[[Mapping[str, Json], str], Sequence[Json]],
    key: str,
) -> list[Json]:
    """One step from many objects."""
    return [found for item in items for found in step(item, key)]


def only(items: Sequence[Json]) -> Json:
    """The one value, or ``None`` where there is none; several are left alone."""
    if len(items) > 1:
        raise UnknownError
    return items[0] if items else None


def differ(items: Iterable[Json]) -> bool:
    """Whether no two of many texts are the same."""
    texts = list(items)
    for text in texts:
        if text.__class__ is not str:
            raise UnknownError
    return len(set(texts)) == len(texts)


def more_children(source: Mapping[str, Json], number: int) -> bool:
    """Whether an object surely has more children than a number."""
    for key, value in source.items():
        if value is None or key[:1] == "_" or key == "resourceType":
            continue
        if value.__class__ is not list or (value and value[0] is not None):
            if number <= 0:
                return True
            number -= 1
    return False


def order_of_times(one: str, other: str) -> int:
    """-1, 0 or 1 for two dates, or two times with the same offset, that are written alike.

    Their order is then that of their letters, as it is where both are no dates at all.
    """
    length = len(one)
    if length != len(other) or one[4] != "-" or other[4] != "-":
        raise UnknownError
    if length != 10:
        offset = -1 if one[-1] == "Z" else -6
        if length < 20 or one[offset:] != other[offset:] or one[offset] not in "Z+-":
            raise UnknownError
        # Near the ends of the calendar, an offset may lead out of it.
        if one[10] != "T" or other[10] != "T" or {one[:4], other[:4]} & _ENDS:
            raise UnknownError
    return (one > other) - (one < other)
