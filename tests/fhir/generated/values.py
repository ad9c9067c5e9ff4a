"""Primitive values in every sound form that their type has (FHIR R4, 2.24.0.1).

All choices come from a ``random.Random``: one of Hypothesis's where a property is tested
(so that it shrinks), a plain one with a seed where many inputs are wanted quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

Json = Any

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
_CONTENTS = (
    "<p>Made up</p>",
    '<p id="a">a &lt; b &amp; c</p><br/>',
    '<table><tr><td colspan="2">1</td></tr></table>',
    "Ünïcode <b>bold</b>",
)
_WORDS = (
    "made", "up", "ä", "naïve", "東京", "😀", "a<b", "x&y", '"quoted"', "it's", "1.0", "#hash",
    "Zoë", "{x}", "\\back", "a/b", "%20", "null", "true", "e\u0301",
)  # fmt: skip
_NAMES = ("a", "b2", "c-3", "d.4", "Z", "alpha", "beta-1", "x" * 40)
_YEARS = (1800, 1900, 1999, 2000, 2024, 2100)
_ZONES = ("Z", "+01:00", "-11:30", "+14:00", "-00:00")
_FRACTIONS = ("", ".0", ".123", ".123456789")
#: Days that every one of the years has, at the edges of months.
_DAYS = ("01-01", "02-28", "04-30", "12-31")


def word(source: Random) -> str:
    """Some text on one line, with no white space at its ends."""
    return " ".join(source.choice(_WORDS) for _ in range(source.randint(1, 3)))


def name(source: Random) -> str:
    """What may be an id, a code, or a part of a URL."""
    return source.choice(_NAMES)


def _lines(source: Random) -> str:
    return "\n\n".join(word(source) for _ in range(source.randint(1, 2)))


def _day(source: Random) -> str:
    return f"{source.choice(_YEARS)}-{source.choice(_DAYS)}"


def _date(source: Random) -> str:
    return _day(source)[: source.choice((4, 7, 10, 10))]


def _time(source: Random) -> str:
    hour, minute = source.randint(0, 23), source.randint(0, 59)
    second = source.choice((0, 59, 60))
    return f"{hour:02}:{minute:02}:{second:02}{source.choice(_FRACTIONS)}"


def _instant(source: Random) -> str:
    return f"{_day(source)}T{_time(source)}{source.choice(_ZONES)}"


def _date_time(source: Random) -> str:
    return source.choice((_date, _instant))(source)


def _decimal(source: Random) -> Json:
    digits = source.randint(-99_999, 99_999)
    if source.randint(0, 3) == 0:
        return digits
    return source.choice(
        (Decimal(digits).scaleb(-source.randint(1, 6)), Decimal("1.50"), Decimal("-0.0"))
    )


def _url(kind: str) -> Callable[[Random], str]:
    return lambda source: f"http://nowhere.test/{kind}/{name(source)}"


def _uri(source: Random) -> str:
    forms = (_url("uri"), _oid, _uuid, lambda _: "mailto:nobody@nowhere.test")
    return source.choice(forms)(source)


def _oid(source: Random) -> str:
    return f"urn:oid:2.16.840.1.{source.randint(0, 999)}"


def _uuid(source: Random) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{source.randint(0, 16**6):012x}"


PRIMITIVES: Mapping[str, Callable[[Random], Json]] = {
    "base64Binary": lambda source: source.choice(("aGVsbG8=", "AAAA", "/+8=")),
    "boolean": lambda source: source.choice((True, False)),
    "canonical": lambda source: _url("canonical")(source) + source.choice(("", "|1.2", "#part")),
    "code": lambda source: source.choice((name(source), "two words")),
    "date": _date,
    "dateTime": _date_time,
    "decimal": _decimal,
    "id": name,
    "instant": _instant,
    "integer": lambda source: source.choice((0, -1, 7, 2**31 - 1, -(2**31))),
    "integer64": lambda source: str(source.choice((0, 2**63 - 1, -(2**63)))),
    "markdown": _lines,
    "oid": _oid,
    "positiveInt": lambda source: source.choice((1, 2, 2**31 - 1)),
    "string": word,
    "time": _time,
    "unsignedInt": lambda source: source.choice((0, 3, 2**31 - 1)),
    "uri": _uri,
    "url": _url("url"),
    "uuid": _uuid,
    "xhtml": lambda source: DIV.format(source.choice(_CONTENTS)),
}
