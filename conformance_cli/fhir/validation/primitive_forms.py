"""The forms of primitive types: what a value may look like (FHIR R4, 2.24.0.1).

http://hl7.org/fhir/R4/datatypes.html#primitive
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.regex import Regex

Json = Any
Test = Callable[[Json], bool]

#: Characters of a string, at most (R4: 1 MB).
MAX_STRING = 1_048_576
MAX_ID = 64
_LONGEST_DATE = len("2000-01-01")

_YEAR = "(?!0000)[0-9]{4}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DAY = "(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
#: Days that every year has, so that no calendar is needed.
_PLAIN_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
#: Years that nobody will take for a slip of the pen.
_PLAIN_YEAR = "(?:1[89]|20)[0-9]{2}"
_PLAIN_DATE_TIME = rf"{_PLAIN_YEAR}(?:-(?:{_PLAIN_DAY}(?:T{_CLOCK}{_ZONE})?|0[1-9]|1[0-2]))?"
_PLAIN_MOMENT = rf"{_PLAIN_YEAR}-{_PLAIN_DAY}T{_CLOCK}{_ZONE}"

DATE = Regex(rf"{_YEAR}(?:-(?:0[1-9]|1[0-2]|{_DAY}))?")
DATE_TIME = Regex(rf"{_YEAR}(?:-(?:0[1-9]|1[0-2]|{_DAY}(?:T{_CLOCK}{_ZONE}?)?))?")
INSTANT = Regex(rf"{_YEAR}-{_DAY}T{_CLOCK}{_ZONE}")
#: Dates, with a time or without, that need no calendar.
_PLAIN = Regex(_PLAIN_DATE_TIME)
#: Moments whose day needs no calendar, and whose year nobody will take for a slip.
PLAIN_MOMENT = Regex(_PLAIN_MOMENT)
TIME = Regex(_CLOCK)
ZONE = Regex(rf"T{_CLOCK}{_ZONE}$")
ID = Regex(r"[A-Za-z0-9\-.]{1,64}")
UUID = Regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
OID = Regex(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
INTEGER = Regex("-?(?:0|[1-9][0-9]*)")
DECIMAL = Regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
SPACE = Regex(r"\s")
#: Control characters that strings should not hold: all but tab, line feed, carriage return.
CONTROL = Regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

#: What a browser takes for a tag.
TAG = Regex(r"</?[A-Za-z][A-Za-z0-9_]*(?:\s[^<>]*)?/?>")

#: The values of the integer types; http://hl7.org/fhir/R4/datatypes.html#integer.
RANGES: Mapping[str, tuple[int, int]] = {
    "integer": (-(2**31), 2**31 - 1),
    "unsignedInt": (0, 2**31 - 1),
    "positiveInt": (1, 2**31 - 1),
    "integer64": (-(2**63), 2**63 - 1),
}


def is_real_day(text: str) -> bool:
    """Whether the day that a date in sound form begins with is in the calendar."""
    day = text[:10]
    if len(day) < _LONGEST_DATE:
        return True
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def is_base64(text: str) -> bool:
    """Whether a text is base64 without any white space."""
    try:
        a2b_base64(text, strict_mode=True)
    except (Error, ValueError):
        return False
    return bool(text)


def is_code(text: str) -> bool:
    """No white space, but for single spaces inside."""
    return bool(text) and " ".join(text.split()) == text


def _fits(pattern: str) -> Test:
    regex = Regex(pattern)

    def test(value: Json) -> bool:
        return type(value) is str and regex.fullmatch(value) is not None

    return test


def _is_boolean(value: Json) -> bool:
    return type(value) is bool


def _is_number(value: Json) -> bool:
    return type(value) is Decimal or type(value) is int


def _is_within(type_name: str) -> Test:
    lowest, highest = RANGES[type_name]

    def test(value: Json) -> bool:
        return type(value) is int and lowest <= value <= highest

    return test


def _is_plain_date_time(value: Json) -> bool:
    return type(value) is str and _PLAIN.fullmatch(value) is not None


def _is_plain_date(value: Json) -> bool:
    return (
        type(value) is str and len(value) <= _LONGEST_DATE and _PLAIN.fullmatch(value) is not None
    )


def _is_plain_text(value: Json) -> bool:
    return (
        type(value) is str
        and value.isprintable()
        and value != ""
        and value[0] != " "
        and value[-1] != " "
        and "<" not in value
        and len(value) <= MAX_STRING
    )


def _is_plain_code(value: Json) -> bool:
    return type(value) is str and value != "" and value.isprintable() and " " not in value


def _is_plain_url(value: Json) -> bool:
    return (
        type(value) is str
        and value.startswith(("http://", "https://"))
        and value.isprintable()
        and " " not in value
        and "example." not in value
        and "acme." not in value
    )


def _is_plain_base64(value: Json) -> bool:
    return type(value) is str and is_base64(value)


def _is_filled(value: Json) -> bool:
    return type(value) is str and value != ""


#: Whether a value of a type is surely fine.  ``False`` means only that it has to be looked at.
QUICK: Mapping[str, Test] = {
    "boolean": _is_boolean,
    "integer": _is_within("integer"),
    "unsignedInt": _is_within("unsignedInt"),
    "positiveInt": _is_within("positiveInt"),
    "decimal": _is_number,
    "string": _is_plain_text,
    "markdown": _is_plain_text,
    "code": _is_plain_code,
    "id": _fits(ID.pattern),
    "uri": _is_plain_url,
    "url": _is_plain_url,
    "canonical": _is_plain_url,
    "oid": _fits(f"urn:oid:{OID.pattern}"),
    "uuid": _fits(f"urn:uuid:{UUID.pattern}"),
    "base64Binary": _is_plain_base64,
    "date": _is_plain_date,
    "dateTime": _is_plain_date_time,
    "instant": _fits(_PLAIN_MOMENT),
    "time": _fits(_CLOCK),
    "xhtml": _is_filled,
}
