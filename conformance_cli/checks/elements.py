"""Checks of elements by FHIRPath: ``fhirpath``, ``each``, ``none``, ``unique``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance_cli.checks.arguments import (
    ArgumentError,
    fhirpath_problems,
    mapping_problems,
    shown,
)
from conformance_cli.checks.finding import Claim, Finding, clip, first_few
from conformance_cli.checks.matchers import described
from conformance_cli.checks.subject import Subject, judge_bodies

Json = Any


def fhirpath(argument: Json, subject: Subject) -> Finding:
    """``fhirpath: EXPRESSION``: it is exactly ``true``; empty is not true."""
    claim = Claim(f"It is true that {argument}", argument)

    def judge(value: Json) -> Finding:
        result = subject.fhirpath.evaluate(argument, value)
        return claim.judged(result == [True] and result[0] is True, _result(result), root(value))

    return judge_bodies(subject, claim, judge)


def fhirpath_argument_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``fhirpath``."""
    return fhirpath_problems("fhirpath", argument)


def each(argument: Json, subject: Subject) -> Finding:
    """``each: {in: PATH, satisfies: EXPR}``: every item does; no item is nothing to judge."""
    path, condition = _path(argument), argument["satisfies"]
    claim = Claim(f"Every {path} satisfies {condition}", condition)

    def judge(value: Json) -> Finding:
        items = subject.fhirpath.each(path, condition, value)
        if not items:
            return claim.nothing_to_judge(path, f"there is no {path}")
        wrong = [(i, item) for i, (item, held) in enumerate(items) if not held]
        if not wrong:
            return claim.met(f"all {len(items)} do")
        told = first_few([_named(item, i) for i, item in wrong])
        return claim.broken(f"{len(wrong)} of {len(items)} do not: {told}", place(path, *wrong[0]))

    return judge_bodies(subject, claim, judge)


def each_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``each``."""
    return _in_problems(argument, {"in", "satisfies"}, required=("in", "satisfies"))


def none(argument: Json, subject: Subject) -> Finding:
    """``none: {in: PATH}``, ``{in: PATH, satisfies: EXPR}``: no (such) item is there."""
    path, condition = _path(argument), argument.get("satisfies")
    which = path if condition is None else f"{path} where {condition}"
    claim = Claim(f"There is no {which}", f"no {which}")

    def judge(value: Json) -> Finding:
        if condition is None:
            items = [(item, True) for item in subject.fhirpath.evaluate(path, value)]
        else:
            items = subject.fhirpath.each(path, condition, value)
        there = [(i, item) for i, (item, held) in enumerate(items) if held]
        if not there:
            return claim.met(f"none of {len(items)}" if items else "none")
        told = first_few([_named(item, i) for i, item in there])
        return claim.broken(f"{len(there)}: {told}", place(path, *there[0]))

    return judge_bodies(subject, claim, judge)


def none_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``none``."""
    return _in_problems(argument, {"in", "satisfies"}, required=("in",))


def unique(argument: Json, subject: Subject) -> Finding:
    """``unique: {in: PATH}``: no two values are equal."""
    path = _path(argument)
    claim = Claim(f"No two {path} are equal", "no two equal values")

    def judge(value: Json) -> Finding:
        items = subject.fhirpath.evaluate(path, value)
        if not items:
            return claim.nothing_to_judge(path, f"there is no {path}")
        first_at: dict[str, int] = {}
        for index, item in enumerate(items):
            key = json.dumps(item, sort_keys=True, default=str)
            if key in first_at:
                told = f"items {first_at[key]} and {index} are both {described(item)}"
                return claim.broken(f"{told} (of {len(items)})", place(path, index, item))
            first_at[key] = index
        return claim.met(f"{len(items)} different values")

    return judge_bodies(subject, claim, judge)


def unique_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``unique``."""
    return _in_problems(argument, {"in"}, required=("in",))


def place(path: str, index: int, item: Json = None) -> str:
    """The FHIRPath of one item of a collection, and who it is where that can be told."""
    path = clip(path, 200)
    if set(path) & set(" |&+=<>~"):
        path = f"({path})"
    name = _identity(item)
    return f"{path}[{index}] ({name})" if name else f"{path}[{index}]"


def root(value: Json) -> str:
    """Where an expression over a whole body looks: its resource type."""
    kind = value.get("resourceType") if isinstance(value, Mapping) else None
    return kind if isinstance(kind, str) else "body"


def _path(argument: Mapping[str, Json]) -> str:
    path = argument["in"]
    if not isinstance(path, str) or not isinstance(argument.get("satisfies", ""), str):
        raise ArgumentError(f"in and satisfies must be FHIRPath texts, not {shown(path)}")
    return path


def _in_problems(argument: Json, allowed: set[str], required: tuple[str, ...]) -> list[str]:
    problems = mapping_problems(argument, allowed, required)
    if isinstance(argument, Mapping):
        for key in ("in", "satisfies"):
            if key in argument:
                problems += fhirpath_problems(key, argument[key])
    return problems


def _result(result: list[Json]) -> str:
    if not result:
        return "empty: there is nothing that it could be true of"
    if len(result) == 1:
        return described(result[0])
    return f"{len(result)} values: {first_few([described(item) for item in result])}"


def _named(item: Json, index: int) -> str:
    name = _identity(item) or ("" if isinstance(item, Mapping | list) else described(item))
    return f"[{index}] {name}".rstrip()


def _identity(item: Json) -> str:
    """What an element is called: ``Slot/abc``, its fullUrl, or its id."""
    if not isinstance(item, Mapping):
        return ""
    kind, identity, url = (item.get(key) for key in ("resourceType", "id", "fullUrl"))
    if isinstance(identity, str):
        return clip(f"{kind}/{identity}" if isinstance(kind, str) else f"id {identity}", 80)
    if isinstance(url, str):
        return clip(url, 80)
    return kind[:40] if isinstance(kind, str) else ""
