"""Comparing values with what a profile fixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.definitions.schema import Pinned
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.validation.navigation import Item
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

FIXED = error(
    "value-fixed",
    "value",
    "The value must be {expected}; found {actual}",
    "ElementDefinition.fixed[x]: the value has to be exactly this one "
    "(http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_).",
)
PATTERN = error(
    "value-pattern",
    "value",
    "The value must have {expected}; found {actual}",
    "ElementDefinition.pattern[x]: the value has to have at least this "
    "(http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_).",
)

FIXED_EXTENSION = error(
    "value-fixed-extension",
    "value",
    "The extensions of the value must be {expected}; found {actual}",
    "ElementDefinition.fixed[x]: what the fixed value lacks must be missing "
    "(http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_).",
)

#: A place in a value, what should stand there, and what stands there.
Difference = tuple[Place, Json, Json]


def is_equal(actual: Json, expected: Json) -> bool:
    """Whether two values are the same; decimals by their value, Booleans only as such."""
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        return actual.keys() == expected.keys() and all(
            is_equal(actual[key], expected[key]) for key in expected
        )
    if isinstance(actual, list) and isinstance(expected, list):
        return len(actual) == len(expected) and all(map(is_equal, actual, expected))
    if _is_number(actual) and _is_number(expected):
        return bool(Decimal(actual) == Decimal(expected))
    return type(actual) is type(expected) and bool(actual == expected)


def fits(actual: Json, pattern: Json) -> bool:
    """Whether a value has everything that a pattern has; each item of a list somewhere."""
    if isinstance(pattern, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and fits(actual[key], value) for key, value in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(actual, list) and all(
            any(fits(item, wanted) for item in actual) for wanted in pattern
        )
    return is_equal(actual, pattern)


def check_fixed(session: Session, item: Item, fixed: Pinned, profile: str | None) -> None:
    """Report where a value differs from the fixed one; ids of elements do not count."""
    given, wanted = _extensions(item.extra), _extensions(fixed.extra)
    if not is_equal(given, wanted):
        expected, actual = shown(wanted or None), shown(given or None)
        session.report(
            FIXED_EXTENSION, item.place, profile=profile, expected=expected, actual=actual
        )
    for at, wanted, given in _differences(item.value, fixed.value, item.place, whole=True):
        session.report(FIXED, at, profile=profile, expected=shown(wanted), actual=shown(given))


def check_pattern(session: Session, item: Item, pattern: Pinned, profile: str | None) -> None:
    """Report what a value lacks of its pattern."""
    given, wanted = _extensions(item.extra), _extensions(pattern.extra)
    if not fits(given, wanted):
        lacking, found = shown(wanted), shown(given or None)
        session.report(PATTERN, item.place, profile=profile, expected=lacking, actual=found)
    for at, lack, value in _differences(item.value, pattern.value, item.place, whole=False):
        session.report(PATTERN, at, profile=profile, expected=shown(lack), actual=shown(value))


def shown(value: Json) -> str:
    """A value for a message, shortened."""
    if value is None:
        return "nothing"
    text = f'"{value}"' if isinstance(value, str) else _compact(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _compact(value: Json) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _differences(
    actual: Json, expected: Json, place: Place, *, whole: bool
) -> Iterator[Difference]:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        yield from _members(actual, expected, place, whole=whole)
    elif not is_equal(actual, expected):
        yield place, expected, actual


def _members(
    actual: Mapping[str, Json], expected: Mapping[str, Json], place: Place, *, whole: bool
) -> Iterator[Difference]:
    for key, wanted in expected.items():
        if isinstance(wanted, list):
            given = actual.get(key)
            lacking = _lacking(given if isinstance(given, list) else [], wanted, whole=whole)
            if lacking:  # where it should be, nobody can say: it is told of the whole
                yield place, {key: lacking}, None if given is None else {key: given}
        elif key in actual:
            yield from _differences(actual[key], wanted, place.child(key), whole=whole)
        else:
            yield place.child(key), wanted, None
    for key in actual if whole else ():
        if key not in expected and key != "id":
            yield place.child(key), None, actual[key]


def _lacking(actual: list[Json], expected: list[Json], *, whole: bool) -> list[Json]:
    if whole:
        return [] if is_equal(actual, expected) else expected
    return [item for item in expected if not any(fits(one, item) for one in actual)]


def _extensions(companion: Json) -> list[Json]:
    found = companion.get("extension") if isinstance(companion, Mapping) else None
    return found if isinstance(found, list) else []


def _is_number(value: Json) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
