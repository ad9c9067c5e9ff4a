"""YAML and JSON files as plain data that knows where each of its parts stands.

The YAML is that of version 1.2 with JSON's scalars: only ``true`` and ``false`` are
booleans, dates and version numbers with two dots are text, ``010`` is text.  There are
no tags and no merge keys.  Files are built from parser events and not by PyYAML's
composer, which recurses in C and so can be made to overflow the stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance_cli.load.marks import Marks
from conformance_cli.model.diagnostics import DefinitionError, Location
from conformance_cli.model.pack import Json

#: Bytes that one file may have.
MAX_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A file's content, and where every part of it was read."""

    path: Path
    data: Json
    #: By ``id`` of a mapping or list inside ``data``, which lives as long as this does.
    marks: Mapping[int, Marks] = field(default_factory=dict, repr=False)

    def location(self, *path: str | int) -> Location:
        """The place of the part that keys and indexes lead to, or of what is nearest."""
        place, part = self.at(self.data), self.data
        for step in path:
            try:
                inner = part[step]
            except (KeyError, IndexError, TypeError):
                return place
            place, part = self.at(part, step), inner
        return place

    def at(self, container: Json, member: str | int | None = None) -> Location:
        """The place of a mapping or list of this document, or of a member's key in it."""
        marks = self.marks.get(id(container))
        if marks is None:
            return Location(str(self.path))
        position = marks.start if member is None else marks.keys.get(member, marks.start)
        return Location(str(self.path), *position)

    def value_at(self, container: Json, member: str | int) -> Location:
        """The place of a member's value: where it begins, if it is a scalar."""
        marks = self.marks.get(id(container))
        if marks is not None and isinstance(container, dict):
            value = container.get(str(member))
            if member in marks.values and not isinstance(value, dict | list):
                return Location(str(self.path), *marks.values[member])
        return self.at(container, member)


def read_document(path: Path) -> Document:
    """Read one YAML or JSON file, by its suffix.

    Raises:
        DefinitionError: it is absent, too big, not UTF-8, not well-formed, nests too
            deep, repeats a key or uses what this YAML has not; with line and column.

    """
    text = read_text(path)
    if path.suffix == ".json":
        return _read_json(path, text)
    return _read_yaml(path, text)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file of bounded size; a byte order mark is passed over."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise DefinitionError.of(
            "file-not-found", f"there is no file {path.name}", place=str(path)
        ) from error
    except OSError as error:
        raise DefinitionError.of(
            "file-unreadable",
            f"{path.name} cannot be read: {error.strerror or error}",
            place=str(path),
            hint="check that it is a file and that you may read it",
        ) from error
    if len(content) > MAX_BYTES:
        raise DefinitionError.of(
            "file-too-big",
            f"{path.name} is larger than {MAX_BYTES // 1024 // 1024} MiB",
            place=str(path),
            hint="split it into several files",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        raise DefinitionError.of(
            "not-utf-8",
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            place=Location(str(path), line, error.start - before.rfind(b"\n")),
            hint="save the file as UTF-8",
        ) from error


def _read_yaml(path: Path, text: str) -> Document:
    from conformance_cli.load.yaml_events import build

    data, marks = build(str(path), text)
    return Document(path, data, marks)


def _read_json(path: Path, text: str) -> Document:
    """JSON: read strictly as such, then once more as YAML for the places of its parts."""
    import json

    from conformance_cli.load.yaml_events import as_yaml, build

    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            repeated.extend(key for key, _ in pairs)
        return members

    def refused(constant: str) -> None:
        raise DefinitionError.of(
            "bad-json", f"{constant} is not JSON", place=str(path), hint="RFC 8259 has no such word"
        )

    try:
        data = json.loads(text, object_pairs_hook=unique, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise DefinitionError.of(
            "bad-json",
            f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}",
            place=Location(str(path), error.lineno, error.colno),
        ) from error
    except (RecursionError, ValueError) as error:
        raise DefinitionError.of(
            "bad-json", "the JSON nests too deep or holds a number too long", place=str(path)
        ) from error
    try:
        return Document(path, *build(str(path), as_yaml(text)))
    except DefinitionError as error:
        # JSON has a few texts that YAML has not, such as keys of over 1024 characters
        if repeated or error.diagnostics[0].code != "bad-yaml":
            raise
        return Document(path, data)
