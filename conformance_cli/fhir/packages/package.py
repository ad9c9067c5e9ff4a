"""A package whose resources can be looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from conformance_cli.fhir.packages.compiled import Compiled, CorruptError
from conformance_cli.fhir.packages.errors import BrokenResourceError
from conformance_cli.fhir.packages.facts import Facts, facts_of
from conformance_cli.fhir.packages.manifest import Manifest

Json = Any


class Entry(Struct, frozen=True):
    """A resource of a package: its number there and what it is found by."""

    number: int
    facts: Facts


class TypeEntry(Struct, frozen=True):
    """The definition of a FHIR type in a package."""

    number: int
    base: str
    kind: str
    abstract: bool


class Package(Protocol):
    """Resources under canonical URLs."""

    @property
    def manifest(self) -> Manifest:
        """What it says about itself."""

    @property
    def digest(self) -> str:
        """Equal for equal content; empty where nothing made of it may be kept."""

    @property
    def place(self) -> str:
        """Where it was read from."""

    @property
    def problems(self) -> Sequence[str]:
        """What was passed over in it, and why."""

    def find(self, url: str) -> Sequence[Entry]:
        """Every resource under a canonical URL, without its version."""

    def of_type(self, resource_type: str) -> Iterator[int]:
        """The numbers of all resources of a type."""

    def urls(self) -> Iterator[str]:
        """The canonical URLs of its resources."""

    def read(self, number: int) -> Mapping[str, Json]:
        """A resource as JSON; decimals keep their digits."""

    def types(self) -> Mapping[str, TypeEntry]:
        """The FHIR types that it defines, by name."""


class CompiledPackage:
    """A package in its compiled form."""

    def __init__(
        self, compiled: Compiled, digest: str, place: Path, again: Callable[[], Compiled]
    ) -> None:
        """``again`` compiles it anew, for when the compiled form turns out to be damaged."""
        self.digest = digest
        self.place = str(place)
        self._compiled = compiled
        self._again = again
        self._types: Mapping[str, TypeEntry] | None = None
        self.manifest = compiled.about.manifest
        self.problems = compiled.about.problems

    def __repr__(self) -> str:
        return f"<Package {self.manifest.reference} {self.place}>"

    def __len__(self) -> int:
        return len(self._compiled)

    def find(self, url: str) -> Sequence[Entry]:
        """Every resource under a canonical URL."""
        return [Entry(number, facts) for number, facts in self._compiled.find(url)]

    def of_type(self, resource_type: str) -> Iterator[int]:
        """The numbers of all resources of a type, in the order of the package."""
        return self._compiled.of_type(resource_type)

    def urls(self) -> Iterator[str]:
        """The canonical URLs of its resources, in the order of the package."""
        found = (self._compiled.facts(number).url for number in range(len(self._compiled)))
        return filter(None, found)

    def types(self) -> Mapping[str, TypeEntry]:
        """The FHIR types that it defines."""
        if self._types is None:
            found = self._compiled.about.types
            self._types = {name: TypeEntry(*entry) for name, entry in found.items()}
        return self._types

    def read(self, number: int) -> Mapping[str, Json]:
        """A resource as JSON.

        Raises:
            BrokenResourceError: it is not sound JSON after all.
            PackageError: its source is gone or has changed, and the compiled form is damaged.

        """
        try:
            data = self._compiled.data(number)
        except CorruptError:
            self._compiled = self._again()
            data = self._compiled.data(number)
        return read_resource(data, self.place)


class ResourcePackage:
    """Resources at hand, such as those that come with a resource to validate."""

    digest = ""
    problems = ()

    def __init__(self, resources: Sequence[Mapping[str, Json]], place: str = "") -> None:
        self.place = place
        self.manifest = Manifest("")
        self._resources: list[Mapping[str, Json]] = []
        self._by_url: dict[str, list[Entry]] = {}
        self._by_type: dict[str, list[int]] = {}
        self._types: dict[str, TypeEntry] = {}
        for resource in resources:
            if (facts := facts_of(resource)) is not None:
                self._add(facts, resource)

    def _add(self, facts: Facts, resource: Mapping[str, Json]) -> None:
        number = len(self._resources)
        self._resources.append(resource)
        self._by_type.setdefault(facts.resource_type, []).append(number)
        if facts.url:
            self._by_url.setdefault(facts.url, []).append(Entry(number, facts))
        if name := facts.type_name:
            self._types[name] = TypeEntry(number, facts.base, facts.kind, facts.abstract)

    def find(self, url: str) -> Sequence[Entry]:
        """Every resource under a canonical URL."""
        return self._by_url.get(url, ())

    def of_type(self, resource_type: str) -> Iterator[int]:
        """The numbers of all resources of a type."""
        return iter(self._by_type.get(resource_type, ()))

    def urls(self) -> Iterator[str]:
        """The canonical URLs of the resources."""
        return iter(self._by_url)

    def types(self) -> Mapping[str, TypeEntry]:
        """The FHIR types that they define."""
        return self._types

    def read(self, number: int) -> Mapping[str, Json]:
        """A resource as it was given."""
        return self._resources[number]


def read_resource(data: bytes | memoryview, place: str) -> Mapping[str, Json]:
    """A resource that was found to be JSON, with decimals that keep their digits.

    Raises:
        BrokenResourceError: it cannot be read after all.

    """
    try:
        found: Mapping[str, Json] = _decoder().decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ArithmeticError) as error:
        raise BrokenResourceError(
            f"a resource in it cannot be read: {error}", place, "get the package again"
        ) from error
    return found


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(float_hook=Decimal)
