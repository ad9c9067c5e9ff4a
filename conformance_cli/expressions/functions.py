"""The functions of the language.  Each is total: a wrong argument is an ``ExpressionError``."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from conformance_cli.expressions.errors import ExpressionError
from conformance_cli.expressions.values import (
    Duration,
    bounded,
    check_size,
    is_number,
    kind_of,
    number_text,
    plain,
    to_text,
)

_DIRECTIVES = re.compile(r"%(?::z|[YmdHMSfzjyBbAaIpZ%])|[^%]")
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")


def _text_of(value: Any, function: str) -> str:
    if not isinstance(value, str):
        raise ExpressionError(f"{function}() needs a text, not {kind_of(value)}")
    return value


def _bytes_of(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as err:
        raise ExpressionError("the text holds a lone surrogate, which has no UTF-8 form") from err


def _duration(unit: str, amount: Any) -> Duration:
    if not is_number(amount):
        raise ExpressionError(f"{unit}() needs a number, not {kind_of(amount)}")
    try:
        return Duration(timedelta(**{unit: float(amount)}))
    except (OverflowError, ValueError) as err:
        raise ExpressionError(f"{unit}({amount}) is out of range") from err


def _instant(value: Any) -> datetime:
    """A time of a time, a date (midnight UTC) or an ISO 8601 text with an offset."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as err:
            raise ExpressionError(f"{value[:60]!r} is not an ISO 8601 time") from err
        if value.tzinfo is None and value.time() == time.min:
            value = value.replace(tzinfo=UTC)
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min, UTC)
    if not isinstance(value, datetime):
        raise ExpressionError(f"instant() needs a time or a text, not {kind_of(value)}")
    if value.tzinfo is None:
        raise ExpressionError(f"{value.isoformat()} has no offset from UTC")
    return value.replace(microsecond=0)


def _date(value: Any) -> date:
    """The calendar date of a time (in its own offset), date or ISO 8601 text."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as err:
            raise ExpressionError(f"{value[:60]!r} is not an ISO 8601 date") from err
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise ExpressionError(f"date() needs a time, a date or a text, not {kind_of(value)}")


def _format(value: Any, pattern: Any) -> str:
    if not isinstance(value, date):
        raise ExpressionError(f"format() needs a time or a date, not {kind_of(value)}")
    pattern = _text_of(pattern, "format")
    pieces = _DIRECTIVES.findall(pattern)
    if "".join(pieces) != pattern:
        raise ExpressionError(f"format() does not know all of {pattern[:60]!r}")
    # Piece by piece: only the directives reach strftime, so no text can upset it.
    return bounded("".join(_directive(value, p) if p[0] == "%" else p for p in pieces))


def _directive(value: date, piece: str) -> str:
    if piece == "%Y":
        return f"{value.year:04d}"
    if piece == "%:z":
        offset = value.strftime("%z")
        return f"{offset[:3]}:{offset[3:5]}" if offset else ""
    return value.strftime(piece)


def _unbase64(value: Any) -> str:
    try:
        return base64.b64decode(_bytes_of(_text_of(value, "unbase64")), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as err:
        raise ExpressionError("unbase64() needs base64 of UTF-8 text") from err


def _json(value: Any) -> str:
    try:
        return bounded(
            json.dumps(
                plain(value),
                ensure_ascii=False,
                separators=(",", ":"),
                allow_nan=False,
                default=lambda number: float(number_text(number)),
            )
        )
    except ValueError as err:
        raise ExpressionError(
            "json() cannot write a number that is not finite or too long"
        ) from err


def _replace(value: Any, old: Any, new: Any) -> str:
    text, old, new = (_text_of(part, "replace") for part in (value, old, new))
    if not old:
        raise ExpressionError("replace() needs a text to look for")
    check_size(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _length(value: Any) -> int:
    if not isinstance(value, str | list | tuple | Mapping):
        raise ExpressionError(f"length() needs a text, list or mapping, not {kind_of(value)}")
    return len(value)


def _number(value: Any) -> int | float | Decimal:
    if is_number(value):
        return value  # type: ignore[no-any-return]
    text = _text_of(value, "number").strip()
    if _NUMBER.fullmatch(text) is None:
        raise ExpressionError(f"{text[:60]!r} is not a number")
    number = float(text) if "." in text else int(text)
    if not math.isfinite(number):
        raise ExpressionError(f"{text[:60]!r} is out of range")
    return number


def _basic(user: Any, password: Any) -> str:
    """The value of an ``Authorization`` header (RFC 7617 section 2)."""
    user, password = _text_of(user, "basic"), _text_of(password, "basic")
    if ":" in user:
        raise ExpressionError("basic() cannot hold a user with a colon (RFC 7617)")
    return "Basic " + base64.b64encode(_bytes_of(f"{user}:{password}")).decode()


#: Functions of values alone.  ``default`` and ``uuid`` need the evaluator.
FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "days": (1, partial(_duration, "days")),
    "hours": (1, partial(_duration, "hours")),
    "minutes": (1, partial(_duration, "minutes")),
    "seconds": (1, partial(_duration, "seconds")),
    "date": (1, _date),
    "instant": (1, _instant),
    "format": (2, _format),
    "base64": (1, lambda x: base64.b64encode(_bytes_of(_text_of(x, "base64"))).decode()),
    "unbase64": (1, _unbase64),
    "json": (1, _json),
    "upper": (1, lambda x: bounded(_text_of(x, "upper").upper())),
    "lower": (1, lambda x: bounded(_text_of(x, "lower").lower())),
    "replace": (3, _replace),
    "length": (1, _length),
    "text": (1, to_text),
    "number": (1, _number),
    "urlencode": (1, lambda x: bounded(quote(_bytes_of(to_text(x)), safe=""))),
    "sha256": (1, lambda x: hashlib.sha256(_bytes_of(_text_of(x, "sha256"))).hexdigest()),
    "basic": (2, _basic),
}
#: How many arguments each function takes.
ARITIES: Mapping[str, int] = {
    **{name: arity for name, (arity, _) in FUNCTIONS.items()},
    "uuid": 0,
    "default": 2,
}
FUNCTION_NAMES = frozenset(ARITIES)
