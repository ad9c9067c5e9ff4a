"""Where things stand in a sound JSON text, found only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source.reading import Lines, Position
from conformance_cli.fhir.validation.place import Pointer

_SPACE = Regex(r"[ \t\r\n]*")
_GAP = Regex(r"[ \t\r\n]*,?[ \t\r\n]*")
#: A step into a container, where its label begins (a key, or the item itself), and its value.
_Member = tuple[str | int, int, int]


class JsonLocator:
    """Finds the places of elements in JSON that is known to be well-formed.

    Values that do not lie on the way are skipped by the standard library's scanner, and a
    container that was passed through once is remembered as far as it was read.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = ""
        self._lines: Lines | None = None
        self._containers: dict[int, _Container] = {}

    def __call__(self, pointer: Pointer) -> Position:
        """Line and column of the element, or of the nearest around it."""
        if self._lines is None:
            self._text = self._data.decode()
            self._lines = Lines(self._text)
        value = label = _skip(self._text, 0)
        for step in pointer:
            container = self._containers.get(value)
            if container is None:
                container = self._containers[value] = _Container(self._text, value)
            found = container.find(step)
            if found is None:
                break
            label, value = found
        return self._lines.at(label)


class _Container:
    """An object or array whose members are looked at one after the other, as far as needed."""

    def __init__(self, text: str, start: int) -> None:
        self._known: dict[str | int, tuple[int, int]] = {}
        self._rest = _members(text, start)

    def find(self, step: str | int) -> tuple[int, int] | None:
        """Where a member's label and value begin; of doubled keys, the first."""
        known = self._known
        if step in known:
            return known[step]
        for name, label, value in self._rest:
            known.setdefault(name, (label, value))
            if name == step:
                break
        return known.get(step)


def _members(text: str, start: int) -> Iterator[_Member]:
    if text[start] == "{":
        yield from _properties(text, start)
    elif text[start] == "[":
        yield from _items(text, start)


def _properties(text: str, start: int) -> Iterator[_Member]:
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, end = _decode(text, at)
        value = _skip(text, _skip(text, end) + 1)
        yield key, at, value
        at = _after(text, _decode(text, value)[1])


def _items(text: str, start: int) -> Iterator[_Member]:
    at = _skip(text, start + 1)
    index = 0
    while text[at] != "]":
        yield index, at, at
        index += 1
        at = _after(text, _decode(text, at)[1])


def _decode(text: str, at: int) -> tuple[Any, int]:
    return _scanner()(text, at)


@cache
def _scanner() -> Callable[[str, int], tuple[Any, int]]:
    from json import JSONDecoder

    return JSONDecoder().raw_decode


def _skip(text: str, at: int) -> int:
    return _end(_SPACE, text, at)


def _after(text: str, at: int) -> int:
    """Past the space, and the comma, that follow a member."""
    return _end(_GAP, text, at)


def _end(pattern: Regex, text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()
