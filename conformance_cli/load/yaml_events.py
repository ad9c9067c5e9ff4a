"""Builds plain data from YAML events, within bounds on depth and size."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from conformance_cli.load.marks import Marks, Position
from conformance_cli.model.diagnostics import DefinitionError, Location
from conformance_cli.model.pack import Json

#: How deep mappings and lists may nest.
MAX_DEPTH = 64
#: How many values a file may have, counting what aliases repeat.
MAX_VALUES = 200_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
#: A longer one is an identifier, and Python limits what it converts.
_MAX_DIGITS = 400
_SURROGATES = re.compile(
    r"((?<!\\)(?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
)
_NOT_YAML = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
#: What PyYAML says, and what helps.
_REMEDIES = (
    ("tab character", "a tab stands where only spaces may", "indent with spaces"),
    ("'\\t'", "a tab stands where only spaces may", "indent with spaces"),
    ("mapping values are not allowed", 'a second ": " on this line', 'quote text that holds ": "'),
    ("expected ':'", "a key without its colon", 'write "key: value", with a space after the colon'),
    ("expected key", "this line fits neither the one above nor a key", "check its indentation"),
    ("end of stream", "a quote is never closed", "close it, or drop the opening one"),
    ("expected ',' or", "a bracket is never closed", "close it, and put commas between items"),
    ("expected '-' indicator", "an item without its dash", "check the indentation of the list"),
    ("cannot start any token", "a text starts with a reserved character", "quote the text"),
    ("unknown escape", "no such escape", "use single quotes, or write \\\\ for a backslash"),
)


def build(file: str, text: str) -> tuple[Json, dict[int, Marks]]:
    """The data of a YAML text, and the places of its mappings and lists by ``id``.

    Raises:
        DefinitionError: with one diagnostic that says where and what to do.

    """
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(file, (mark.line + 1, mark.column + 1) if mark else (0, 0), str(error.problem))
    except yaml.YAMLError as error:
        # a reader error knows only its offset
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise DefinitionError.of(
            "bad-yaml",
            "the file holds a character that YAML does not allow",
            place=Location(file, line),
            hint="remove control characters; write them as escapes in double quotes",
        ) from error
    return builder.result(), builder.marks


def as_yaml(json_text: str) -> str:
    """JSON text as YAML that means the same, on the same lines.

    YAML folds line breaks that are none in JSON, refuses a few characters, and writes
    those beyond U+FFFF as one escape.
    """

    def joined(match: re.Match[str]) -> str:
        high, low = int(match[2], 16), int(match[3], 16)
        return f"{match[1]}\\U{0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF):08x}"

    def escaped(match: re.Match[str]) -> str:
        return f"\\u{ord(match[0]):04x}"

    return _NOT_YAML.sub(escaped, _SURROGATES.sub(joined, json_text))


def plain_scalar(text: str) -> Json:
    """What a scalar without quotes means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if (text[0].isdigit() or text[0] == "-") and len(text) <= _MAX_DIGITS:
        match = _NUMBER.fullmatch(text)
        if match is not None:
            number = float(text) if match[1] or match[2] else int(text)
            return number if math.isfinite(number) else text
    return text


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read."""

    container: dict[str, Json] | list[Json]
    start: Position
    anchor: str | None
    #: Values read before it.
    before: int
    keys: dict[str | int, Position] = field(default_factory=dict)
    values: dict[str | int, Position] = field(default_factory=dict)
    #: The key that waits for its value.
    key: str | None = None


class _Builder:
    """Takes the events of one file, one after the other."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[_Open] = []
        self._roots: list[Json] = []
        self._count = 0
        #: What an anchor stands for, and how many values that is.
        self._anchors: dict[str, tuple[Json, int]] = {}
        self.marks: dict[int, Marks] = {}

    def result(self) -> Json:
        if not self._roots:
            raise DefinitionError.of("empty-file", "the file is empty", place=self._file)
        return self._roots[0]

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._begin({}, event)
        elif kind is yaml.SequenceStartEvent:
            self._begin([], event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._end()
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent and self._roots:
            self._fail(event, "the file holds a second document", "keep one document per file")

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        top = self._open[-1] if self._open else None
        if top is not None and top.key is None and type(top.container) is dict:
            self._key(top, event)
            return
        # implicit[0]: no quotes and no block style, so the text decides its type
        value = plain_scalar(event.value) if event.implicit[0] else event.value
        self._grow(1, event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, event)

    def _key(self, top: _Open, event: Any) -> None:
        key, position = event.value, _position(event)
        if key in top.keys:
            line = top.keys[key][0]
            self._fail(
                event,
                f'"{key}" is given twice; first on line {line}',
                "keep one of them",
                "duplicate-key",
            )
        if key == "<<" and event.implicit[0]:
            self._fail(event, "merge keys (<<) are not part of the language", "write the keys out")
        top.keys[key] = position
        top.key = key
        if event.anchor:
            self._anchors[event.anchor] = (key, 1)

    def _begin(self, container: dict[str, Json] | list[Json], event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        if len(self._open) >= MAX_DEPTH:
            self._fail(event, f"nested more than {MAX_DEPTH} deep", "flatten it", "too-deep")
        self._refuse_complex_key(event)
        self._grow(1, event)
        if event.anchor:
            # until it ends, an alias to it would be a circle
            self._anchors.pop(event.anchor, None)
        self._open.append(_Open(container, _position(event), event.anchor, self._count))

    def _end(self) -> None:
        done = self._open.pop()
        self.marks[id(done.container)] = Marks(done.start, done.keys, done.values)
        if done.anchor:
            self._anchors[done.anchor] = (done.container, self._count - done.before + 1)
        self._put_at(done.container, done.start)

    def _alias(self, event: Any) -> None:
        self._refuse_complex_key(event)
        if event.anchor not in self._anchors:
            self._fail(
                event,
                f"there is no finished anchor &{event.anchor} above",
                "write the value out, or quote a text that starts with *",
            )
        value, count = self._anchors[event.anchor]
        self._grow(count, event)
        self._put(value, event)

    def _put(self, value: Json, event: Any) -> None:
        self._put_at(value, _position(event))

    def _put_at(self, value: Json, position: Position) -> None:
        if not self._open:
            self._roots.append(value)
            return
        top = self._open[-1]
        if isinstance(top.container, list):
            top.keys[len(top.container)] = position
            top.container.append(value)
        elif top.key is not None:
            top.container[top.key] = value
            top.values[top.key] = position
            top.key = None

    def _grow(self, count: int, event: Any) -> None:
        self._count += count
        if self._count > MAX_VALUES:
            self._fail(
                event,
                f"more than {MAX_VALUES} values, counting what aliases repeat",
                "split the file, or write less with aliases",
                "too-many-values",
            )

    def _refuse_complex_key(self, event: Any) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and top.key is None and isinstance(top.container, dict):
            self._fail(event, "a key must be plain text", "quote a key that starts with [, { or *")

    def _refuse_tag(self, event: Any) -> None:
        self._fail(
            event,
            f"the tag {event.tag} is not part of the language",
            "drop it; quote the value if it must be text",
        )

    def _fail(self, event: Any, message: str, hint: str, code: str = "bad-yaml") -> NoReturn:
        place = Location(self._file, *_position(event))
        raise DefinitionError.of(code, message, place=place, hint=hint)


def _position(event: Any) -> Position:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1)


def _refuse(file: str, position: Position, problem: str) -> NoReturn:
    known = (pair for words, *pair in _REMEDIES if words in problem)
    message, hint = next(known, [problem, "check the YAML here and on the line above"])
    raise DefinitionError.of("bad-yaml", message, place=Location(file, *position), hint=hint)
