"""Reads the body of a response as JSON, strictly and within bounds, and never raises."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

Json = Any

#: How deep arrays and objects of a body may nest.
MAX_DEPTH = 200
#: How many values a body may hold, about: each takes some hundred bytes once it is read,
#: many times what it takes on the wire.  Published GP records hold 21,000 to 31,000 a
#: megabyte, so a record of 8 MB passes.
MAX_VALUES = 250_000

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """A body as JSON, or why it is none."""

    value: Json = None
    #: Why there is no value; empty where there is one.
    problem: str = ""
    #: The problem is a bound of ours, not a fault of the endpoint.
    beyond_bounds: bool = False
    #: A fault that does not keep the value from being read.
    remark: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return not self.problem


class _NotJsonError(ValueError):
    """Something that ``json`` would let pass."""


class _OutOfBoundsError(ValueError):
    """Something that JSON allows but we do not take."""


def parse_body(body: bytes) -> ParsedBody:
    """The body as JSON (RFC 8259): UTF-8, no duplicate names, no NaN or Infinity.

    Numbers are Python's ``int`` and ``float``.  A byte order mark is passed over with a
    remark, for section 8.1 forbids senders to add one.
    """
    if not body.strip():
        return ParsedBody(problem="the body is empty")
    remark = "begins with a byte order mark" if body.startswith(_BOM) else ""
    try:
        text = body.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as err:
        return ParsedBody(problem=f"not UTF-8: byte {err.start} is wrong")
    return _parse(text, remark)


def _parse(text: str, remark: str) -> ParsedBody:
    # marks inside of texts count too: counting must be cheap, and the bound is generous
    if sum(map(text.count, ",{[")) > MAX_VALUES:
        problem = f"holds more than {MAX_VALUES} values"
        return ParsedBody(problem=problem, beyond_bounds=True)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
        if text.count("{") + text.count("[") > MAX_DEPTH:
            _bound_depth(value)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except (RecursionError, _OutOfBoundsError) as err:
        problem = str(err) if isinstance(err, _OutOfBoundsError) else _TOO_DEEP
        return ParsedBody(problem=problem, beyond_bounds=True)
    except UnicodeEncodeError:
        return ParsedBody(problem="not Unicode: a text holds half a surrogate pair")
    except _NotJsonError as err:
        return ParsedBody(problem=f"not JSON: {err}")
    except json.JSONDecodeError as err:
        return ParsedBody(problem=f"not JSON: {err.msg} at line {err.lineno} column {err.colno}")
    return ParsedBody(value, remark=remark)


_TOO_DEEP = f"nests more than {MAX_DEPTH} deep"


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _NotJsonError(f'the name "{name[:60]}" stands twice in one object')
            seen.add(name)
    return mapping


def _no_constant(name: str) -> NoReturn:
    raise _NotJsonError(f"{name} is no JSON number")


def _integer(digits: str) -> int:
    if len(digits) > 1000:
        raise _OutOfBoundsError("holds a number of more than 1000 digits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _OutOfBoundsError(f"holds the number {digits[:40]}, which no double can hold")
    return number


def _bound_depth(value: Json) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item for parent in level for item in _items(parent) if isinstance(item, dict | list)
        ]
        if not level:
            return
    raise _OutOfBoundsError(_TOO_DEEP)


def _items(value: Json) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
