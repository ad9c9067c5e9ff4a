"""JSON Schemas compiled into fast checks whose findings read like help.

Only the keywords that our own schemas use are known; any other is an error when the
schema is compiled, so that nothing written in a schema is silently not checked.  The
meaning of the known ones is that of JSON Schema draft 2020-12.  Two annotations of
editors are used for messages: ``title`` and ``patternErrorMessage``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.load.flaws import (
    NAMES,
    Flaw,
    bad_name,
    missing_key,
    type_of,
    unknown_key,
    wrong_type,
)
from conformance_cli.load.keywords import VALUE_KEYWORDS, Check
from conformance_cli.model.pack import Json

#: Finds the schema that a ``$ref`` names by its file.
Resolve = Callable[[str], dict[str, Any]]
Schema = Mapping[str, Any]

_ANNOTATIONS = frozenset(
    ("$schema", "$id", "$comment", "$defs", "title", "description", "examples", "default")
) | {"patternErrorMessage"}
_OBJECT = frozenset(("properties", "required", "additionalProperties", "propertyNames"))


class UnknownKeywordError(Exception):
    """A schema uses a keyword that this compiler does not know: our own mistake."""


class Compiler:
    """Compiles the schemas of one family, each referenced part once."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._done: dict[str, Check] = {}
        self._begun: set[str] = set()

    def compile(self, schema: Schema, home: str) -> Check:
        """The check of a schema; ``home`` is the file name that its ``$ref`` start from."""
        keywords = schema.keys() - _ANNOTATIONS
        parts: list[Check] = []
        if "$ref" in keywords:
            parts.append(self._reference(schema["$ref"], home))
        if "type" in keywords:
            parts.append(_typed(schema["type"]))
        if "anyOf" in keywords:
            parts.append(self._any_of(schema, home))
        parts.extend(make(schema) for key, make in VALUE_KEYWORDS.items() if key in keywords)
        if keywords & _OBJECT:
            parts.append(self._members(schema, home))
        if "items" in keywords:
            parts.append(_items(self.compile(schema["items"], home)))
        unknown = keywords - _OBJECT - VALUE_KEYWORDS.keys() - {"$ref", "type", "anyOf", "items"}
        if unknown:
            raise UnknownKeywordError(f"{home}: {', '.join(sorted(unknown))}")
        return _all_of(parts)

    def _reference(self, reference: str, home: str) -> Check:
        target, file = self._target(reference, home)
        full = f"{file}#{reference.partition('#')[2]}"
        if full in self._done:
            return self._done[full]
        if full in self._begun:
            # a schema that contains itself: look it up when it is needed
            return lambda *arguments: self._done[full](*arguments)
        self._begun.add(full)
        self._done[full] = self.compile(target, file)
        return self._done[full]

    def _target(self, reference: str, home: str) -> tuple[Schema, str]:
        file, _, pointer = reference.partition("#")
        target: Any = self._resolve(file or home)
        for step in filter(None, pointer.split("/")):
            target = target[step]
        return target, file or home

    def _members(self, schema: Schema, home: str) -> Check:
        known = {key: self.compile(s, home) for key, s in schema.get("properties", {}).items()}
        required = tuple(schema.get("required", ()))
        extra = schema.get("additionalProperties", {})
        other = None if extra is False else self.compile(extra, home)
        # beside known keys, a value of another type is rather a key misspelt
        others = self._types(extra, home) if extra is not False and known else _ANY
        names = schema.get("propertyNames")
        spelling = _spelling(self.compile(names or {}, home))
        title = schema.get("title", "")

        def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
            if type(value) is not dict:
                return
            for key, item in value.items():
                one = known.get(key, other)
                if one is None or (one is other and type_of(item) not in others):
                    out.append(unknown_key(value, key, known, title))
                else:
                    one(item, out, value, key)
            if names is not None:
                spelling(value, out, container, member)
            out.extend(
                missing_key(key, title, container, member) for key in required if key not in value
            )

        return check

    def _any_of(self, schema: Schema, home: str) -> Check:
        branches = [
            (self._types(s, home), self._required(s, home), self.compile(s, home))
            for s in schema["anyOf"]
        ]
        union = self._types(schema, home)
        accepted = [name for name in NAMES if name in union]
        title = schema.get("title", "")

        def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
            kind = type_of(value)
            fitting = [branch for types, _, branch in branches if kind in types]
            if kind == "object":
                # what a mapping must have tells which one is meant
                named = [b for types, keys, b in branches if kind in types and keys <= value.keys()]
                fitting = named or fitting
            best: list[Flaw] | None = None
            for branch in fitting:
                found: list[Flaw] = []
                branch(value, found, container, member)
                if not found:
                    return
                # the branch that finds least is the one that was meant
                if best is None or len(found) < len(best):
                    best = found
            if best is None:
                best = [wrong_type(value, accepted, container, member, title)]
            out.extend(best)

        return check

    def _required(self, schema: Schema, home: str) -> frozenset[str]:
        """The keys without which a mapping cannot be meant."""
        if "$ref" in schema:
            return self._required(*self._target(schema["$ref"], home))
        return frozenset(schema.get("required", ()))

    def _types(self, schema: Schema, home: str) -> frozenset[str]:
        """The JSON types that a schema can accept at all."""
        if "type" in schema:
            return _widened(schema["type"])
        if "$ref" in schema:
            return self._types(*self._target(schema["$ref"], home))
        if "anyOf" in schema:
            return frozenset().union(*(self._types(s, home) for s in schema["anyOf"]))
        return frozenset(type_of(one) for one in schema["enum"]) if "enum" in schema else _ANY


_ANY = frozenset(NAMES)


def _widened(types: str | list[str]) -> frozenset[str]:
    wanted = {types} if isinstance(types, str) else set(types)
    return frozenset(wanted | {"integer"} if "number" in wanted else wanted)


def _typed(types: str | list[str]) -> Check:
    wanted = _widened(types)
    listed = [types] if isinstance(types, str) else types

    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
        if type_of(value) not in wanted:
            out.append(wrong_type(value, listed, container, member))

    return check


def _spelling(one: Check) -> Check:
    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:  # noqa: ARG001
        for key in value:
            found: list[Flaw] = []
            one(key, found, value, key)
            out.extend(bad_name(value, key, flaw.hint) for flaw in found)

    return check


def _items(one: Check) -> Check:
    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:  # noqa: ARG001
        if type(value) is list:
            for index, item in enumerate(value):
                one(item, out, value, index)

    return check


def _all_of(parts: list[Check]) -> Check:
    if len(parts) == 1:
        return parts[0]

    def check(value: Json, out: list[Flaw], container: Json, member: str | int) -> None:
        before = len(out)
        for part in parts:
            part(value, out, container, member)
            if len(out) > before and part is parts[0]:
                return  # of the wrong type: nothing else about it helps

    return check
