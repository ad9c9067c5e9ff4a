"""TOML files with the line of every key.

``tomllib`` gives data without places, so a small scanner finds the keys again.  It runs
only after ``tomllib`` has accepted the file, and so need not know what is wrong TOML.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance_cli.load.documents import Document, read_text
from conformance_cli.load.marks import Marks, Position
from conformance_cli.model.diagnostics import DefinitionError, Location
from conformance_cli.model.pack import Json

_KeyPath = tuple[str | int, ...]

_KEY = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*([.=\]])""")
_PLACE = re.compile(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")
#: What changes how the text after it is read; longest first.
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]')
_ESCAPED = re.compile(r"\\.", re.DOTALL)


def read_toml(path: Path) -> Document:
    """Read a TOML file.

    Raises:
        DefinitionError: it cannot be read, or is no TOML; with line and column.

    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _PLACE.search(message)
        line, column = (int(found[1]), int(found[2])) if found and found[1] else (_lines(text), 0)
        words = _PLACE.sub("", message)
        raise DefinitionError.of(
            "bad-toml",
            f"this is not TOML: {words[:1].lower()}{words[1:]}",
            place=Location(str(path), line, column),
            hint="text needs quotes; see https://toml.io",
        ) from error
    except RecursionError as error:
        raise DefinitionError.of("bad-toml", "the TOML nests too deep", place=str(path)) from error
    marks: dict[int, Marks] = {}
    _mark(data, (), (1, 1), _keys(text), marks)
    return Document(path, data, marks)


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _mark(
    value: Json,
    path: _KeyPath,
    start: Position,
    known: Mapping[_KeyPath, Position],
    marks: dict[int, Marks],
) -> None:
    """Give every mapping and list the places of its members; where unknown, its own."""
    if not isinstance(value, dict | list):
        return
    members: Iterator[tuple[str | int, Json]] = (
        iter(value.items()) if isinstance(value, dict) else iter(enumerate(value))
    )
    keys: dict[str | int, Position] = {}
    for name, item in members:
        keys[name] = known.get((*path, name), start)
        _mark(item, (*path, name), keys[name], known, marks)
    marks[id(value)] = Marks(start, keys, {})


def _keys(text: str) -> dict[_KeyPath, Position]:
    """Every table and key, by its path, where it is first written."""
    found: dict[_KeyPath, Position] = {}
    tables: dict[_KeyPath, int] = {}
    table: _KeyPath = ()
    for line, statement in _statements(text):
        column = len(statement) - len(statement.lstrip()) + 1
        if statement.lstrip().startswith("["):
            names = _names(statement.lstrip().lstrip("["))
            table = _within(names, tables)
            if statement.lstrip().startswith("[["):
                index = tables.get(table, -1) + 1
                tables[table] = index
                found.setdefault(table, (line, column))
                table = (*table, index)
        else:
            _note((*table, *_names(statement)), len(table), (line, column), found)
            continue
        _note(table, 0, (line, column), found)
    return found


def _note(path: _KeyPath, above: int, place: Position, found: dict[_KeyPath, Position]) -> None:
    for length in range(above + 1, len(path) + 1):
        found.setdefault(path[:length], place)


def _within(names: _KeyPath, tables: Mapping[_KeyPath, int]) -> _KeyPath:
    """A table's path, with the index of the last element of each array of tables above it."""
    path: _KeyPath = ()
    for number, name in enumerate(names, 1):
        path = (*path, name)
        if number < len(names) and path in tables:
            path = (*path, tables[path])
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which a key or table begins, with their numbers."""
    position, line = 0, 1
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        first = text[position:end]
        if first.strip() and not first.lstrip().startswith("#"):
            yield line, first
            if not first.lstrip().startswith("["):
                end = _end_of_value(text, position)
        line += text.count("\n", position, end + 1)
        position = end + 1


def _end_of_value(text: str, position: int) -> int:
    """The line end after the value of the key that begins here."""
    depth = 0
    while True:
        newline = text.find("\n", position)
        newline = len(text) if newline < 0 else newline
        token = _TOKEN.search(text, position)
        if token is None or (depth == 0 and token.start() > newline):
            return newline
        position = token.end()
        if token[0] in ('"""', "'''"):
            position = _end_of_text(text, position, token[0])
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1


def _end_of_text(text: str, position: int, quotes: str) -> int:
    """The end of a text of several lines."""
    while True:
        end = text.find(quotes, position)
        escape = _ESCAPED.search(text, position) if quotes == '"""' else None
        if escape is None or escape.start() > end:
            break
        position = escape.end()
    # up to two more quotes may belong to the text itself
    return end + 3 + min(2, len(text[end + 3 :]) - len(text[end + 3 :].lstrip(quotes[0])))


def _names(statement: str) -> _KeyPath:
    """A dotted key: the names up to ``=`` or ``]``."""
    names: list[str] = []
    position = 0
    while match := _KEY.match(statement, position):
        word: Any = match[1]
        names.append(tomllib.loads(f"x = {word}")["x"] if word[0] in "\"'" else word)
        position = match.end()
        if match[2] != ".":
            break
    return tuple(names)
