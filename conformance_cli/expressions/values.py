"""The values of the language: what they are called, and how they look as text and JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from conformance_cli.expressions.errors import ExpressionError

#: Characters that any text made by an expression or template may have (1 MiB).
MAX_TEXT = 1 << 20
#: How deep lazy values may refer to each other, and how many one rendering may compute.
MAX_LAZY_DEPTH = 32
MAX_LAZY_COUNT = 10_000
#: How deep a structure may nest that is rendered or turned into JSON.
MAX_STRUCTURE = 100


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time, as ``days(14)`` gives it."""

    delta: timedelta


@dataclass(slots=True)
class _Spent:
    depth: int = 0
    count: int = 0


_spent: ContextVar[_Spent | None] = ContextVar("lazy values in progress", default=None)


@dataclass(frozen=True, slots=True)
class Lazy:
    """A value of the scope that is computed each time it is used."""

    compute: Callable[[], Any]

    def force(self) -> Any:
        """Compute it, within the bounds on lazy values that refer to lazy values."""
        spent = _spent.get()
        token = None
        if spent is None:
            spent = _Spent()
            token = _spent.set(spent)
        try:
            spent.depth += 1
            spent.count += 1
            if spent.depth > MAX_LAZY_DEPTH or spent.count > MAX_LAZY_COUNT:
                raise ExpressionError("values refer to each other in a circle, or too often")
            return self.compute()
        finally:
            spent.depth -= 1
            if token is not None:
                _spent.reset(token)


#: Types of values that are their own JSON, and cannot hold others.
_ATOMS = frozenset({str, int, bool, float, type(None)})


def kind_of(value: Any) -> str:
    """What an author would call this value."""
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    return "null" if value is None else "an unknown value"


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "a truth value"),
    ((int, float, Decimal), "a number"),
    (str, "a text"),
    (datetime, "a time"),
    (date, "a date"),
    (Duration, "a duration"),
    (Mapping, "a mapping"),
    ((list, tuple), "a list"),
)


def is_number(value: Any) -> bool:
    """Whether it is a number; ``true`` and ``false`` are none."""
    if type(value) is str:
        return False
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def truthy(value: Any) -> bool:
    """False for ``null``, ``false``, zero, and for an empty text, list or mapping."""
    if value is True or value is False:
        return value
    kind = type(value)
    if kind is str or kind is dict or isinstance(value, list | tuple | Mapping):
        return len(value) > 0
    return value is not None and value is not False and not (is_number(value) and value == 0)


def to_text(value: Any) -> str:
    """How a value looks inside a text.  Raises ``ExpressionError`` where it has no such look."""
    if isinstance(value, str):
        return bounded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    advice = "; json(x) makes text of it" if isinstance(value, Mapping | list | tuple) else ""
    raise ExpressionError(f"{kind_of(value)} cannot be put into a text{advice}")


def number_text(value: int | float | Decimal) -> str:
    """A number as JSON writes it."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError("the number is not finite")
    try:
        return repr(value) if isinstance(value, float) else str(value)
    except ValueError as err:
        raise ExpressionError("the number is too long") from err


def bounded(text: str) -> str:
    """The text itself, if it is within the limit on size."""
    check_size(len(text))
    return text


def check_size(characters: int) -> None:
    """Refuse a text of this many characters before it is made, if that is too many."""
    if characters > MAX_TEXT:
        raise ExpressionError(f"the text grows beyond {MAX_TEXT} characters")


def plain(value: Any, depth: int = 0) -> Any:
    """The value as JSON has it: times become text, mappings and lists are copied."""
    if depth > MAX_STRUCTURE:
        raise ExpressionError(f"the structure nests more than {MAX_STRUCTURE} deep")
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is dict:
        below = depth + 1
        return {
            key if type(key) is str else str(key): (
                item if type(item) in _ATOMS and below <= MAX_STRUCTURE else plain(item, below)
            )
            for key, item in value.items()
        }
    if isinstance(value, Lazy):
        return plain(value.force(), depth)
    if isinstance(value, Mapping):
        return {str(key): plain(value[key], depth + 1) for key in value}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, date):
        return to_text(value)
    if value is None or isinstance(value, str | bool | int | float | Decimal):
        return value
    raise ExpressionError(f"{kind_of(value)} cannot stand in a document")
