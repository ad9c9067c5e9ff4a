"""The keywords of a schema that look at one value alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from conformance_cli.load.flaws import Flaw, bad_value, called, either, shown
from conformance_cli.load.problems import did_you_mean
from conformance_cli.model.pack import Json

#: Looks at a value and the place that it has; notes what is wrong with it.
Check = Callable[[Json, list[Flaw], Json, "str | int"], None]

_FORMATS: Mapping[str, Callable[[str], object]] = {"date": date.fromisoformat}


def _enum(schema: Mapping[str, Any]) -> Check:
    allowed = tuple(schema["enum"])
    words = [str(one) for one in allowed]

    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
        if not any(value == one and type(value) is type(one) for one in allowed):
            message = f"{called(member)} is {shown(value)}; it must be {either(words)}"
            hint = did_you_mean(value, words) if isinstance(value, str) else ""
            out.append(bad_value(container, member, message, hint))

    return check


def _pattern(schema: Mapping[str, Any]) -> Check:
    pattern = re.compile(schema["pattern"])
    wanted = schema.get("patternErrorMessage", f"it must match {schema['pattern']}")

    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
        if type(value) is str and not pattern.search(value):
            out.append(bad_value(container, member, f"{called(member)} is {shown(value)}", wanted))

    return check


def _format(schema: Mapping[str, Any]) -> Check:
    parse = _FORMATS[schema["format"]]

    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
        if type(value) is not str:
            return
        try:
            parse(value)
        except ValueError:
            message = f"{called(member)} is {shown(value)}, which is no date"
            out.append(bad_value(container, member, message, "write it as 2026-11-23"))

    return check


def _unique(schema: Mapping[str, Any]) -> Check:
    wanted = schema["uniqueItems"]

    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:  # noqa: ARG001
        if not wanted or type(value) is not list:
            return
        for index, item in enumerate(value):
            if any(type(item) is type(other) and item == other for other in value[:index]):
                message = f"{shown(item)} stands here twice"
                out.append(bad_value(value, index, message, "keep one of them"))

    return check


def _bound(
    keyword: str, met: Callable[[float, float], bool], words: str
) -> Callable[[Mapping[str, Any]], Check]:
    """A keyword that compares a number, or the size of a value, with a limit."""

    def make(schema: Mapping[str, Any]) -> Check:
        limit = schema[keyword]
        size = _SIZES[keyword[3:]]

        def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
            measured = size(value)
            if measured is not None and not met(measured, limit):
                message = f"{called(member)} {words.format(limit=limit)}"
                out.append(bad_value(container, member, message))

        return check

    return make


def _size_of(kind: type[str | list[Any] | dict[str, Any]]) -> Callable[[Json], float | None]:
    return lambda value: len(value) if isinstance(value, kind) else None


#: By what follows ``min`` or ``max`` in the keyword.
_SIZES: Mapping[str, Callable[[Json], float | None]] = {
    "Length": _size_of(str),
    "Items": _size_of(list),
    "Properties": _size_of(dict),
    "imum": lambda value: value if type(value) in (int, float) else None,
}

#: Keyword to what makes its check out of the schema that holds it.
VALUE_KEYWORDS: Mapping[str, Callable[[Mapping[str, Any]], Check]] = {
    "enum": _enum,
    "pattern": _pattern,
    "format": _format,
    "uniqueItems": _unique,
    "minLength": _bound("minLength", lambda n, limit: n >= limit, "must not be empty"),
    "minItems": _bound("minItems", lambda n, limit: n >= limit, "must not be empty"),
    "minProperties": _bound("minProperties", lambda n, limit: n >= limit, "says too little"),
    "minimum": _bound("minimum", lambda n, limit: n >= limit, "must be at least {limit}"),
    "maximum": _bound("maximum", lambda n, limit: n <= limit, "must be at most {limit}"),
}
