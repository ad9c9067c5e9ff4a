"""Smaller inputs that fail in the same way."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.fhir.generated.inputs import Input
from tests.fhir.generated.judging import Failure, Judge

Json = Any
#: How often a smaller input is tried.
_MOST = 400


def minimised(failure: Failure, judge: Judge) -> Input:
    """The input of a failure, as small as it still fails with the same signature."""
    given = failure.input
    numbers = (0, 1)  # those whose turn it is to be held against other validators

    def fails(tried: Input) -> bool:
        found = (judge.failure(tried, number) for number in numbers)
        return any(one is not None and one.signature == failure.signature for one in found)

    if given.supporting and fails(replace(given, supporting={})):
        given = replace(given, supporting={})
    for profile in given.profiles:
        fewer = replace(given, profiles=tuple(one for one in given.profiles if one != profile))
        given = fewer if fails(fewer) else given
    if isinstance(given.data, bytes):
        data: Json = _text(given.data, lambda data: fails(replace(given, data=data)))
    else:
        data = _object(given.data, lambda data: fails(replace(given, data=data)))
    given = replace(given, data=data)
    for number in range(len(given.definitions)):
        given = _less_defined(given, number, fails)
    return given


def _less_defined(given: Input, number: int, fails: Callable[[Input], bool]) -> Input:
    def with_one(one: Json) -> Input:
        definitions = (*given.definitions[:number], one, *given.definitions[number + 1 :])
        return replace(given, definitions=definitions)

    return with_one(_object(given.definitions[number], lambda one: fails(with_one(one))))


def _object(value: Json, fails: Callable[[Json], bool]) -> Json:
    """A resource without the members that do not matter."""
    left = _MOST
    found = True
    while found and left > 0:
        found = False
        for path in _paths(value):
            left -= 1
            tried = _without(value, path)
            if left > 0 and fails(tried):
                value, found = tried, True
                break
    return value


def _text(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """A text without the stretches that do not matter."""
    left, size = _MOST, max(1, len(data) // 2)
    while size and left > 0:
        at = 0
        while at < len(data) and left > 0:
            left -= 1
            tried = data[:at] + data[at + size :]
            if fails(tried):
                data = tried
            else:
                at += size
        size //= 2
    return data


def _paths(value: Json) -> list[tuple[Json, ...]]:
    """The ways to all members, outer ones first."""
    found: list[tuple[Json, ...]] = []
    waiting: list[tuple[Json, tuple[Json, ...]]] = [(value, ())]
    while waiting and len(found) < _MOST:
        current, at = waiting.pop(0)
        if isinstance(current, dict | list):
            members = current.items() if isinstance(current, dict) else enumerate(current)
            for key, one in members:
                found.append((*at, key))
                waiting.append((one, (*at, key)))
    return found


def _without(value: Json, path: tuple[Json, ...]) -> Json:
    made = copy.deepcopy(value)
    owner = made
    for step in path[:-1]:
        owner = owner[step]
    del owner[path[-1]]
    return made
