"""Request bodies: the files of ``bodies/``, with ``$include`` resolved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from conformance_cli.load.documents import Document, read_document
from conformance_cli.load.pack_source import Part
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.load.templates import TemplateReader, Use, needed
from conformance_cli.model.diagnostics import DefinitionError, Location
from conformance_cli.model.pack import Json

_SUFFIXES = (".yaml", ".json")
_INCLUDE = "$include"
#: Values that a body may have once everything is included.
_MAX_VALUES = 100_000
_SEGMENT = r"[A-Za-z_][A-Za-z0-9_]*(?:\[[0-9]+\])?"
#: An element path, as ``docs/pack-language.md`` describes it.
ELEMENT_PATH = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT})*")


@dataclass(frozen=True, slots=True)
class Body:
    """A body file, complete."""

    content: Json
    #: Names that its templates use.
    names: frozenset[str]
    #: How many values it has.
    size: int


_BROKEN = Body(None, frozenset(), 0)


class Bodies:
    """Finds and reads body files, each once: of the pack itself first, then of its bases."""

    def __init__(self, packs: Sequence[Path], reader: TemplateReader, problems: Problems) -> None:
        self._folders = [pack / "bodies" for pack in packs]
        self._reader = reader
        self._problems = problems
        self._done: dict[Path, Body] = {}
        self._named: dict[str, Body] = {}
        self._begun: list[Path] = []
        #: Every name that a template of a body file uses.
        self.uses: list[tuple[Part, Use]] = []

    @property
    def used(self) -> frozenset[Path]:
        """The files that something names."""
        return frozenset(self._done)

    def find(self, name: str, place: Location) -> Body:
        """The body called ``name``; a problem at ``place`` if there is none."""
        if name in self._named:
            return self._named[name]
        path = self._path(name, place)
        if path is None:
            return _BROKEN
        if path in self._begun:
            chain = " → ".join(p.name for p in (*self._begun, path))
            self._problems.add("include-cycle", f"bodies include each other: {chain}", place)
            return _BROKEN
        if path not in self._done:
            self._begun.append(path)
            self._done[path] = self._read(path)
            self._begun.pop()
        self._named[name] = self._done[path]
        return self._done[path]

    def names_of(self, name: str) -> frozenset[str]:
        """The names that a body uses which was found before."""
        return self._named.get(name, _BROKEN).names

    def names(self) -> list[str]:
        """The bodies there are, by the name that a step gives."""
        found = {
            path.relative_to(folder).as_posix().removesuffix(path.suffix): None
            for folder in self._folders
            for path in sorted(folder.rglob("*"))
            if path.suffix in _SUFFIXES
        }
        return list(found)

    def _path(self, name: str, place: Location) -> Path | None:
        parts = PurePosixPath(name).parts
        if "\\" in name or name.startswith("/") or ".." in parts:
            self._problems.add(
                "path-escape",
                f'"{name}" leads out of bodies/',
                place,
                "name a file inside bodies/, without ..",
            )
            return None
        for folder in self._folders:
            for candidate in (name, *(name + suffix for suffix in _SUFFIXES)):
                path = folder / candidate
                if path.suffix in _SUFFIXES and path.is_file():
                    return self._inside(folder, path, place)
        word = name.removesuffix(PurePosixPath(name).suffix)
        hint = did_you_mean(word, self.names(), "bodies")
        self._problems.add("unknown-body", f'there is no body "{name}"', place, hint)
        return None

    def _inside(self, folder: Path, path: Path, place: Location) -> Path | None:
        if path.resolve().is_relative_to(folder.resolve()):
            return path
        message = f"{path.name} is a link that leads out of bodies/"
        self._problems.add("path-escape", message, place, "put the file itself there")
        return None

    def _read(self, path: Path) -> Body:
        try:
            document = read_document(path)
        except DefinitionError as error:
            self._problems.extend(error.diagnostics)
            return _BROKEN
        part = Part(document, path.name, [document.data], 0)
        uses = list(self._reader.uses(part, part.container, part.member))
        self.uses.extend((part, use) for use in uses)
        return self._included(document, needed(uses))

    def _included(self, document: Document, names: frozenset[str]) -> Body:
        inner: list[Body] = []
        size = 0

        def resolved(value: Json) -> Json:
            nonlocal size
            size += 1
            if isinstance(value, dict):
                if _INCLUDE in value:
                    inner.append(self._include(document, value))
                    return inner[-1].content
                return {key: resolved(item) for key, item in value.items()}
            if isinstance(value, list):
                return [resolved(item) for item in value]
            return value

        content = resolved(document.data)
        size += sum(body.size for body in inner)
        if size > _MAX_VALUES:
            self._problems.add(
                "too-many-values",
                f"the body has more than {_MAX_VALUES} values once everything is included",
                document.location(),
                "include less",
            )
            return _BROKEN
        return Body(content, names.union(*(body.names for body in inner)), size)

    def _include(self, document: Document, mapping: dict[str, Json]) -> Body:
        place = document.at(mapping, _INCLUDE)
        name = mapping[_INCLUDE]
        if len(mapping) > 1 or not isinstance(name, str):
            self._problems.add(
                "bad-include",
                f"{_INCLUDE} must be the only key of its mapping, with the name of a file",
                place,
            )
            return _BROKEN
        return self.find(name, place)
