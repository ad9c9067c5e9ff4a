"""The files of a pack and of the packs it extends, read and put one over the other.

Packs are merged as their authors wrote them, before anything is built: a test of the
base then uses the interactions, bodies and values of the pack that extends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance_cli.load.documents import Document, read_document
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.load.schemas import schema_problems
from conformance_cli.model.diagnostics import ConformanceError, DefinitionError, Location
from conformance_cli.model.pack import Json

PACK_FILE = "pack.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One member of a mapping or list of a file."""

    document: Document
    #: Name of the file in results: the same on every machine.
    label: str
    container: Json
    member: str | int

    @property
    def data(self) -> Any:
        """What the author wrote there."""
        return self.container[self.member]

    @property
    def place(self) -> Location:
        """Where it stands, for diagnostics."""
        return self.document.at(self.container, self.member)

    def place_of(self, container: Json, member: str | int | None = None) -> Location:
        """Where a part within it stands, for diagnostics."""
        return self.document.at(container, member)

    def mark(self, container: Json, member: str | int | None = None) -> Location:
        """Where a part within it stands, for results."""
        place = self.document.at(container, member)
        return Location(self.label, place.line, place.column)

    def within(self, container: Json, member: str | int) -> Part:
        """A part inside this one."""
        return Part(self.document, self.label, container, member)


@dataclass(frozen=True, slots=True, eq=False)
class PackSource:
    """One pack folder: its documents, well-formed and of the right shape."""

    folder: Path
    header: Document
    tests: tuple[Document, ...]

    @property
    def ref(self) -> str:
        """``name@version``."""
        return f"{self.header.data['pack']}@{self.header.data['version']}"

    def label(self, document: Document) -> str:
        """The name of one of its files, independent of where the pack is installed."""
        inner = document.path.relative_to(self.folder).as_posix()
        return f"{self.header.data['pack']}/{self.header.data['version']}/{inner}"

    def parts(self, key: str) -> Iterator[Part]:
        """The members of a mapping or list of ``pack.yaml``."""
        members = self.header.data.get(key) or {}
        label = self.label(self.header)
        names: Sequence[str | int] = (
            list(members) if isinstance(members, dict) else range(len(members))
        )
        return (Part(self.header, label, members, name) for name in names)

    def test_parts(self) -> Iterator[Part]:
        """Its tests, in the order of file names and lines."""
        for document in self.tests:
            label = self.label(document)
            for index in range(len(document.data)):
                yield Part(document, label, document.data, index)


@dataclass(slots=True)
class Definitions:
    """Everything that a pack defines, each under its name, with the bases merged in."""

    #: The pack's own files last, those of its bases before.
    layers: tuple[PackSource, ...]
    fixtures: dict[str, Part] = field(default_factory=dict)
    interactions: dict[str, Part] = field(default_factory=dict)
    procedures: dict[str, Part] = field(default_factory=dict)
    values: dict[str, Part] = field(default_factory=dict)
    #: By lower-case name.
    headers: dict[str, Part] = field(default_factory=dict)
    observations: dict[str, Part] = field(default_factory=dict)
    faults: dict[str, Part] = field(default_factory=dict)
    preflight: list[Part] = field(default_factory=list)
    tests: dict[str, Part] = field(default_factory=dict)

    @property
    def own(self) -> PackSource:
        """The pack itself, without its bases."""
        return self.layers[-1]

    def captures(self) -> frozenset[str]:
        """Every name that a step of the pack captures."""
        holders = [p.data for p in (*self.procedures.values(), *self.tests.values())]
        steps = [step for holder in holders for step in holder["steps"]]
        return frozenset(name for step in steps for name in step.get("capture", ()))

    def inherited(self, key: str) -> Any:
        """A key of ``pack.yaml``, or of the nearest base that has it."""
        return next(
            (s.header.data[key] for s in reversed(self.layers) if key in s.header.data), None
        )


def read_layers(folder: Path, locate: Callable[[str], Path]) -> tuple[PackSource, ...]:
    """A pack and, before it, the packs that it extends.

    ``locate`` finds the folder of ``name@version``.

    Raises:
        DefinitionError: with everything that is wrong in the files of one pack.

    """
    layers: list[PackSource] = []
    while True:
        source = _read_source(folder)
        layers.insert(0, source)
        base = source.header.data.get("extends")
        if base is None:
            return tuple(layers)
        if any(layer.ref == base for layer in layers):
            raise DefinitionError.of(
                "extends-cycle",
                f"{source.ref} extends {base}, which is built on it",
                place=source.header.location("extends"),
                hint="a pack must not extend itself, directly or by way of others",
            )
        try:
            folder = locate(base)
        except ConformanceError as error:
            found = error.diagnostics[0]
            if found.code != "pack-not-found":
                raise
            raise DefinitionError.of(
                "unknown-base",
                f"there is no pack {base} to extend: {found.message}",
                place=source.header.location("extends"),
                hint=found.hint,
            ) from error


def merge(layers: tuple[PackSource, ...], problems: Problems) -> Definitions:
    """The layers one over the other: the same names replace."""
    merged = Definitions(layers)
    for source in layers:
        for key in ("fixtures", "interactions", "procedures", "values", "faults"):
            named: dict[str, Part] = getattr(merged, key)
            named.update((str(part.member), part) for part in source.parts(key))
        for part in source.parts("headers"):
            merged.headers[str(part.member).lower()] = part
        _merge_observations(merged, source, problems)
        if "preflight" in source.header.data:
            merged.preflight = list(source.parts("preflight"))
        _remove_tests(merged, source, problems)
        _merge_tests(merged, source, problems)
    return merged


def _merge_observations(merged: Definitions, source: PackSource, problems: Problems) -> None:
    seen: set[str] = set()
    for part in source.parts("observe"):
        name = part.data["name"]
        if name in seen:
            problems.add("duplicate-name", f'a second observation "{name}"', part.place)
        seen.add(name)
        merged.observations[name] = part


def _remove_tests(merged: Definitions, source: PackSource, problems: Problems) -> None:
    for part in source.parts("removes"):
        if merged.tests.pop(part.data, None) is None:
            base = source.header.data.get("extends", "")
            problems.add(
                "unknown-test",
                f'{base or "the pack"} has no test "{part.data}" to remove'
                if base
                else "removes has a meaning only with extends",
                part.place,
                did_you_mean(part.data, merged.tests, "its tests") if base else None,
            )


def _merge_tests(merged: Definitions, source: PackSource, problems: Problems) -> None:
    seen: dict[str, Part] = {}
    for part in source.test_parts():
        name = part.data["test"]
        if name in seen:
            problems.add(
                "duplicate-test",
                f'a second test "{name}"; the first is at {seen[name].place}',
                part.place_of(part.data, "test"),
                "give it another id; ids are never reused",
            )
            continue
        seen[name] = part
        merged.tests[name] = part


def _read_source(folder: Path) -> PackSource:
    problems = Problems()
    header = _read_checked(folder / PACK_FILE, "pack", problems)
    paths = sorted((folder / "tests").glob("*.yaml"))
    tests = [_read_checked(path, "tests", problems) for path in paths]
    _refuse_lost_tests(folder, problems)
    problems.raise_if_any()
    return PackSource(folder, _there(header), tuple(_there(test) for test in tests))


def _there(document: Document | None) -> Document:
    assert document is not None, "a document that is not there is a problem"  # noqa: S101
    return document


def _read_checked(path: Path, schema: str, problems: Problems) -> Document | None:
    try:
        document = read_document(path)
    except DefinitionError as error:
        problems.extend(error.diagnostics)
        return None
    problems.extend(schema_problems(document, schema))
    return document


def _refuse_lost_tests(folder: Path, problems: Problems) -> None:
    """A test file that is passed over in silence would be tests that never run."""
    tests = folder / "tests"
    if not tests.is_dir():
        return
    for path in sorted(tests.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and not _is_test_file(path, tests):
            problems.add(
                "stray-file",
                f"{path.name} is no test file",
                str(path),
                "tests are files tests/*.yaml, without subfolders",
            )


def _is_test_file(path: Path, tests: Path) -> bool:
    return path.parent == tests and path.suffix == ".yaml"
