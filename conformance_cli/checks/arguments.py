"""The parts that arguments of checks have in common, and what can be wrong with them.

Lint looks at arguments before they are rendered, so anything may still be a ``${...}``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from conformance_cli.expressions import ExpressionError, with_placeholders
from conformance_cli.fhir import FhirPathError, default_fhirpath
from conformance_cli.fhir.path.patterns import PatternError, compile_pattern

Json = Any


class ArgumentError(Exception):
    """A rendered argument that a check cannot use."""


def is_template(value: Json) -> bool:
    """Whether it is text that is still to be rendered."""
    return isinstance(value, str) and "${" in value


def shown(value: Json) -> str:
    """A value as an author would recognise it."""
    return f'"{value[:60]}"' if isinstance(value, str) else str(value)[:60]


def as_list(value: Json) -> list[Json]:
    """A list as it is, ``null`` as no items, anything else as one item."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def texts(value: Json) -> tuple[str, ...]:
    """A text or a list of texts as a tuple.  ``ArgumentError`` otherwise."""
    items = as_list(value)
    if not all(isinstance(item, str) for item in items):
        raise ArgumentError(f"{shown(value)} is neither a text nor a list of texts")
    return tuple(items)


def text_problems(name: str, value: Json) -> list[str]:
    """What keeps a value from being a text or a list of at least one text."""
    items = as_list(value)
    if items and all(isinstance(item, str) and item for item in items):
        return []
    return [f"{name} must be a text or a list of texts, not {shown(value)}"]


def mapping_problems(
    argument: Json, allowed: Collection[str], required: Collection[str] = ()
) -> list[str]:
    """What keeps an argument from being a mapping with these keys."""
    if not isinstance(argument, Mapping):
        return [f"must be a mapping of {', '.join(sorted(allowed))}, not {shown(argument)}"]
    problems = [f'needs "{key}"' for key in required if key not in argument]
    return problems + [
        f'unknown key "{key}"{nearest(str(key), allowed)}' for key in argument if key not in allowed
    ]


def nearest(name: str, known: Collection[str]) -> str:
    """``; did you mean "x"?``, or nothing."""
    close = get_close_matches(name[:100], [k for k in known if len(k) <= 100], n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def fhirpath_problems(name: str, expression: Json) -> list[str]:
    """What keeps a text from being FHIRPath; templates count as text literals."""
    if not isinstance(expression, str):
        return [f"{name} must be a FHIRPath text, not {shown(expression)}"]
    try:
        default_fhirpath().check(with_placeholders(expression, "''"))
    except (FhirPathError, ExpressionError) as err:
        return [f"{name}: {err}"]
    return []


def pattern_problems(name: str, patterns: Json) -> list[str]:
    """What keeps a text or list of texts from being usable regular expressions."""
    problems = text_problems(name, patterns)
    if problems:
        return problems
    for pattern in as_list(patterns):
        if not is_template(pattern):
            try:
                compile_pattern(pattern)
            except PatternError as err:
                problems.append(f"{name}: {err}")
    return problems


def number_problems(name: str, value: Json, low: float, high: float) -> list[str]:
    """What keeps a value from being a number between two bounds."""
    if is_template(value):
        return []
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return [f"{name} must be a number from {low:g} to {high:g}, not {shown(value)}"]
    return []


def flag_problems(name: str, value: Json) -> list[str]:
    """What keeps a value from being true or false."""
    if isinstance(value, bool) or is_template(value):
        return []
    return [f"{name} must be true or false, not {shown(value)}"]
