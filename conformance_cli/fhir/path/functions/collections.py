"""Functions over collections: existence, filtering, subsetting, combining, tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cmp_to_key
from typing import Any

from conformance_cli.fhir.path.comparison import bare, distinct, identity, order
from conformance_cli.fhir.path.functions.function import Function, lazy, plain
from conformance_cli.fhir.path.navigation import children, descendants
from conformance_cli.fhir.path.runtime import (
    Compiled,
    EvaluationError,
    Frame,
    Items,
    boolean,
    integer,
    single,
    text,
)
from conformance_cli.fhir.path.variables import is_reserved


def _over(frame: Frame, focus: Items, expression: Compiled) -> Iterator[tuple[Any, Items]]:
    """Each item with what the expression yields for it."""
    frame.run.spend(len(focus))
    for index, item in enumerate(focus):
        yield item, expression(frame.of(item, index), [item])


def _where(frame: Frame, focus: Items, criterion: Compiled) -> Items:
    return [item for item, result in _over(frame, focus, criterion) if boolean(result)]


def _select(frame: Frame, focus: Items, projection: Compiled) -> Items:
    return [found for _, result in _over(frame, focus, projection) for found in result]


def _exists(frame: Frame, focus: Items, criterion: Compiled | None = None) -> Items:
    if criterion is None:
        return [bool(focus)]
    return [any(boolean(result) for _, result in _over(frame, focus, criterion))]


def _all(frame: Frame, focus: Items, criterion: Compiled) -> Items:
    return [all(boolean(result) for _, result in _over(frame, focus, criterion))]


def _repeat(frame: Frame, focus: Items, projection: Compiled) -> Items:
    found: Items = []
    seen: set[str] = set()
    level = focus
    while level:
        fresh: Items = []
        for item in _select(frame, level, projection):
            key = identity(item)
            if key not in seen:
                seen.add(key)
                fresh.append(item)
        found.extend(fresh)
        level = fresh
    return found


def _iif(frame: Frame, focus: Items, test: Compiled, then: Compiled, *other: Compiled) -> Items:
    single(focus, "one item or none")
    inner = replace(frame, this=focus) if focus else frame
    result = test(inner, focus)
    if len(result) == 1 and not isinstance(bare(result[0]), bool):
        raise EvaluationError("iif() needs a Boolean")
    if boolean(result):
        return then(inner, focus)
    return other[0](inner, focus) if other else []


def _aggregate(frame: Frame, focus: Items, step: Compiled, *start: Compiled) -> Items:
    total = start[0](frame, frame.this) if start else []
    for index, item in enumerate(focus):
        frame.run.spend(1)
        total = step(replace(frame.of(item, index), total=total), [item])
    return total


def _coalesce(frame: Frame, focus: Items, *choices: Compiled) -> Items:
    for choice in choices:
        result = choice(frame, focus)
        if result:
            return result
    return []


def _sort(frame: Frame, focus: Items, *keys: tuple[Compiled, int]) -> Items:
    """By each key in turn, upwards or, where its sign is -1, downwards; nothing counts as most."""
    signs = [sign for _, sign in keys] or [1]

    def compare(one: tuple[Any, list[Any]], other: tuple[Any, list[Any]]) -> int:
        for left, right, direction in zip(one[1], other[1], signs, strict=True):
            if left is None or right is None:
                sign = (left is None) - (right is None)
            else:
                sign = _order(left, right)
            if sign:
                return sign * direction
        return 0

    frame.run.spend(len(focus) * (len(focus).bit_length() + len(keys)))
    rows = [
        (item, [single(key(frame.of(item, i), [item])) for key, _ in keys] if keys else [item])
        for i, item in enumerate(focus)
    ]
    return [row[0] for row in sorted(rows, key=cmp_to_key(compare))]


def _order(left: Any, right: Any) -> int:
    try:
        return order(left, right) or 0
    except ValueError as err:
        raise EvaluationError(str(err)) from err


def _booleans(quantify: Callable[[Iterator[bool]], bool], wanted: bool) -> Function:  # noqa: FBT001
    def run(_: Frame, focus: Items) -> Items:
        values = [bare(item) for item in focus]
        if not all(isinstance(value, bool) for value in values):
            raise EvaluationError("every item must be a Boolean")
        return [quantify(value is wanted for value in values)]

    return plain(run)


def _not(_: Frame, focus: Items) -> Items:
    value = boolean(focus)
    return [] if value is None else [not value]


def _distinct(_: Frame, focus: Items) -> Items:
    return distinct(focus)


def _is_distinct(frame: Frame, focus: Items) -> Items:
    return [len(_distinct(frame, focus)) == len(focus)]


def _keys(items: Items) -> set[str]:
    return {identity(item) for item in items}


def _intersect(frame: Frame, focus: Items, other: Items) -> Items:
    keys = _keys(other)
    return [item for item in _distinct(frame, focus) if identity(item) in keys]


def _exclude(_: Frame, focus: Items, other: Items) -> Items:
    keys = _keys(other)
    return [item for item in focus if identity(item) not in keys]


def _single(_: Frame, focus: Items) -> Items:
    single(focus)
    return focus


def _skip(_: Frame, focus: Items, count: Items) -> Items:
    return focus[max(integer(count) or 0, 0) :]


def _take(_: Frame, focus: Items, count: Items) -> Items:
    return focus[: max(integer(count) or 0, 0)]


def _trace(frame: Frame, focus: Items, name: Compiled, *projection: Compiled) -> Items:
    """Returns its input.  Nothing is printed, for it may hold personal data: services may ask."""
    services = frame.run.services
    if services is not None:
        shown = _select(frame, focus, *projection) if projection else focus
        services.trace(text(name(frame, focus)) or "", [bare(item) for item in shown])
    return focus


def _define_variable(
    frame: Frame, focus: Items, name: Compiled, value: Compiled | None = None
) -> Items:
    """Names its input, or a value, for what follows in the same path (FHIRPath 3.0, 5.8)."""
    called = text(name(frame, focus))
    names = frame.names if frame.names is not None else {}
    if called is None or called in names or is_reserved(called):
        raise EvaluationError(f"defineVariable() cannot define %{called or ''!s:.60}")
    names[called] = focus if value is None else value(frame, focus)
    frame.names = names
    return focus


COLLECTIONS: Mapping[str, Function] = {
    "empty": plain(lambda _, focus: [not focus]),
    "exists": lazy(_exists, 0, 1),
    "all": lazy(_all),
    "not": plain(_not),
    "count": plain(lambda _, focus: [len(focus)]),
    "allTrue": _booleans(all, wanted=True),
    "anyTrue": _booleans(any, wanted=True),
    "allFalse": _booleans(all, wanted=False),
    "anyFalse": _booleans(any, wanted=False),
    "subsetOf": plain(lambda _, focus, other: [_keys(focus) <= _keys(other)], 1),
    "supersetOf": plain(lambda _, focus, other: [_keys(focus) >= _keys(other)], 1),
    "distinct": plain(_distinct),
    "isDistinct": plain(_is_distinct),
    "where": lazy(_where),
    "select": lazy(_select),
    "repeat": lazy(_repeat),
    "aggregate": lazy(_aggregate, 1, 2),
    "iif": lazy(_iif, 2, 3),
    "coalesce": lazy(_coalesce, 1, 10),
    "sort": Function(_sort, 0, 5, takes_keys=True),
    "trace": lazy(_trace, 1, 2),
    "defineVariable": lazy(_define_variable, 1, 2),
    "single": plain(_single),
    "first": plain(lambda _, focus: focus[:1]),
    "last": plain(lambda _, focus: focus[-1:]),
    "tail": plain(lambda _, focus: focus[1:]),
    "skip": plain(_skip, 1),
    "take": plain(_take, 1),
    "union": plain(lambda frame, focus, other: _distinct(frame, focus + other), 1),
    "combine": plain(lambda _, focus, other: focus + other, 1),
    "intersect": plain(_intersect, 1),
    "exclude": plain(_exclude, 1),
    "children": plain(lambda frame, focus: children(frame.run, focus)),
    "descendants": plain(lambda frame, focus: descendants(frame.run, focus)),
}
