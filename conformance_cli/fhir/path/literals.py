"""Python values as FHIRPath literals."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.regex import Regex

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
_UNSAFE = Regex(r"[\\'\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def literal(value: Any) -> str:
    r"""A FHIRPath literal that means this value, whatever it holds.

    Text stays text even where it looks like a date; ``None`` is the empty collection; a
    list is the union of its items.  ``TypeError`` for what FHIRPath has no literal for.
    """
    if isinstance(value, str):
        return "'" + _UNSAFE.sub(_escaped, value) + "'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return "@" + value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return "@" + value.isoformat()
    if value is None:
        return "{}"
    if isinstance(value, list | tuple):
        return "(" + " | ".join(map(literal, value)) + ")" if value else "{}"
    raise TypeError(f"FHIRPath has no literal for a {type(value).__name__}")


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def _number(value: float | Decimal) -> str:
    number = Decimal(str(value))
    if not number.is_finite():
        raise TypeError("FHIRPath has no literal for a number that is not finite")
    text = format(number, "f")
    return f"({text})" if text.startswith("-") else text
