"""Generated tests of primitive values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.primitive_forms import QUICK, RANGES, UUID
from conformance_cli.fhir.validation.quick.workshop import Workshop

Json = Any

#: Types whose values are collected, and looked at together (see ``texts``).
TEXTS = frozenset({"string", "markdown"})
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: Years that nobody will take for a slip of the pen.
YEARS = frozenset(map(str, range(1800, 2100)))
#: What may follow the year in a date: nothing, a month, or a day that every year has.
DAYS = frozenset(
    {"", *(f"-{month:02}" for month in range(1, 13))}
    | {
        f"-{month:02}-{day:02}"
        for month, length in enumerate(_LENGTHS, 1)
        for day in range(1, length + 1)
    }
)
_NO_DATE = "{0}[4:] not in DAYS or {0}[:4] not in YEARS"
_DOUBTS: Mapping[str, str] = {
    "boolean": "{0} is not True and {0} is not False",
    "decimal": "type({0}) is not Decimal and type({0}) is not int",
    "date": _NO_DATE,
    "dateTime": f"({_NO_DATE}) and not is_moment({{0}})",
    "instant": "not is_moment({0})",
    "id": "not is_id({0})",
}
#: Where no URL is refused for being an example.
_URLS: Mapping[str, str] = dict.fromkeys(("uri", "url"), "not is_plain_uri({0})")


class Primitives:
    """Writes the tests of primitive values, as the options have it."""

    def __init__(self, options: Options, workshop: Workshop) -> None:
        self._doubts = {**_DOUBTS, **_URLS} if options.allow_examples else _DOUBTS
        self._workshop = workshop

    def doubt(self, type_name: str, variable: str) -> str | None:
        """Python that is true unless a value of a type is surely fine; it may raise.

        ``None`` for types that nothing quick is known of.
        """
        test: Callable[[Json], bool] | None = QUICK.get(type_name)
        if test is None:
            return None
        if type_name in self._doubts:
            return self._doubts[type_name].format(variable)
        if type_name in RANGES:
            lowest, highest = RANGES[type_name]
            return f"type({variable}) is not int or not {lowest} <= {variable} <= {highest}"
        return f"not {self._workshop.constant(test)}({variable})"


def is_plain_uri(value: str) -> bool:
    """Whether a URI is surely fine: on the web, or a UUID."""
    if value[:4] == "http":
        return value.isprintable() and " " not in value
    return value[:9] == "urn:uuid:" and UUID.fullmatch(value[9:]) is not None
