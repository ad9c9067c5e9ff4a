"""The library of definitions that packages make together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.packages.cache import Cache
from conformance_cli.fhir.packages.canonical import (
    canonical,
    compared,
    is_partial,
    is_within,
    without_fragment,
)
from conformance_cli.fhir.packages.errors import BrokenResourceError
from conformance_cli.fhir.packages.package import Entry, Package, ResourcePackage
from conformance_cli.fhir.packages.recent import Recent
from conformance_cli.fhir.packages.structures import Key, structure_store
from conformance_cli.fhir.packages.type_table import TypeTable

if TYPE_CHECKING:
    from conformance_cli.fhir.packages.maker import Maker

Json = Any

NO_CACHE = Cache(None)
_DEFINITION = ("StructureDefinition",)
_GUIDE = "ImplementationGuide"


class PackageLibrary:
    """Definitions from packages, the last of which has the say.

    A reference with a version finds that version only; ``|4.0`` stands for the newest 4.0.x.
    Without one, the package loaded last that knows the URL gives its highest version.
    Resources are shared between callers: nobody may change them.
    """

    def __init__(
        self,
        packages: Sequence[Package],
        cache: Cache = NO_CACHE,
        *,
        missing: Sequence[str] = (),
    ) -> None:
        """``missing`` names what some of the packages depend on and nobody has."""
        self.missing = tuple(missing)
        self._setup(tuple(packages), cache, None)

    def _setup(
        self, packages: tuple[Package, ...], cache: Cache, below: PackageLibrary | None
    ) -> None:
        self._packages = packages
        self._cache = cache
        #: The library that this one was layered on; its structures are shared.
        self._below = below
        self._shared = len(below._packages) if below else 0
        self._store = structure_store(cache.structures, (package.digest for package in packages))
        self._found: dict[tuple[str, tuple[str, ...]], Key] = {}
        self._made: dict[Key, Structure | None] = {}
        self._recent = Recent()
        self._types = TypeTable(packages)

    @property
    def packages(self) -> Sequence[Package]:
        """The packages, in the order in which they were loaded."""
        return self._packages

    @cached_property
    def fhir_version(self) -> str:
        """That of the core package, else what the packages say that they are for."""
        manifests = [package.manifest for package in reversed(self._packages)]
        for manifest in sorted(manifests, key=lambda manifest: not manifest.is_core):
            if versions := manifest.fhir_versions:
                return versions[0]
            if manifest.is_core and manifest.version:
                return manifest.version
        return ""

    @cached_property
    def has_definitions(self) -> bool:
        """Whether the base types of FHIR are among them."""
        return self._types.find("Element") is not None

    def structure(self, url: str) -> Structure | None:
        """The structure of a profile, extension or type, with its snapshot made if need be.

        Raises:
            PackageError: a package changed on disk while it was in use.

        """
        where = self._find(url, _DEFINITION)
        return None if where is None else self._structure(where)

    def type(self, name: str) -> Structure | None:
        """The base definition of a type.

        Raises:
            PackageError: a package changed on disk while it was in use.

        """
        where = self._types.find(name)
        return None if where is None else self._structure((where.package, where.entry.number))

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a type is another one or derived from it."""
        return name == ancestor or ancestor in self._types.ancestors(name)

    def resource_types(self) -> frozenset[str]:
        """The names of all concrete resource types."""
        return self._types.resources

    def resource(self, url: str, *types: str) -> Mapping[str, Json] | None:
        """A conformance resource as JSON.

        Raises:
            PackageError: a package changed on disk while it was in use.

        """
        where = self._find(url, types)
        return None if where is None else self._read(where)

    def global_profiles(self, type_name: str) -> tuple[str, ...]:
        """What ``ImplementationGuide.global`` says of a type, in guides that are in no package."""
        return self._global_profiles.get(type_name, ())

    @cached_property
    def _global_profiles(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for position, package in enumerate(self._packages):
            if package.manifest.version:
                continue  # a published one
            for number in package.of_type(_GUIDE):
                for name, url in global_profiles(self._read((position, number)) or {}):
                    found[name] = tuple(dict.fromkeys((*found.get(name, ()), url)))
        return found

    def resources(self, type_name: str) -> Iterator[Mapping[str, Json]]:
        """Every resource of a type, those of the package loaded last first.

        Raises:
            PackageError: a package changed on disk while it was in use.

        """
        for position in reversed(range(len(self._packages))):
            for number in self._packages[position].of_type(type_name):
                found = self._read((position, number))
                if found is not None:
                    yield found

    def with_resources(self, resources: Sequence[Mapping[str, Json]]) -> PackageLibrary:
        """The same library with further resources, which come before all others."""
        if not resources:
            return self
        layered = PackageLibrary.__new__(PackageLibrary)
        layered.missing = self.missing
        layered._setup((*self._packages, ResourcePackage(resources)), NO_CACHE, self)
        return layered

    def _find(self, reference: str, types: tuple[str, ...]) -> Key | None:
        """Where the resource is that a canonical reference means."""
        if "#" in reference:
            reference = without_fragment(reference)
        found = self._found.get((reference, types))
        if found is None and (found := self._look_up(reference, types)) is not None:
            # only what exists is kept: references come from resources, and may be anything
            self._found[reference, types] = found
        return found

    def _look_up(self, reference: str, types: tuple[str, ...]) -> Key | None:
        url, version = canonical(reference)
        found: list[tuple[int, list[Entry]]] = []
        for position in reversed(range(len(self._packages))):
            entries = [
                entry
                for entry in self._packages[position].find(url)
                if not types or entry.facts.resource_type in types
            ]
            if entries and not version:
                return position, _newest(entries).number
            found.append((position, entries))
        return _of_version(found, version)

    def _read(self, where: Key) -> Mapping[str, Json] | None:
        """A resource; ``None`` for one that is broken where nobody looked before."""
        if self._below is not None and where[0] < self._shared:
            return self._below._read(where)
        found = self._recent.get(where)
        if found is None:
            try:
                found = self._packages[where[0]].read(where[1])
            except BrokenResourceError:
                return None
            self._recent.put(where, found)
        return found

    def _structure(self, where: Key) -> Structure | None:
        if where not in self._made:
            self._made[where] = self._shared_structure(where) or self._stored_structure(where)
        return self._made[where]

    def _shared_structure(self, where: Key) -> Structure | None:
        """A structure of the library below, unless what it lacked there may be here."""
        if self._below is None or where[0] >= self._shared:
            return None
        found = self._below._structure(where)
        return None if found is None or found.problems else found

    def _stored_structure(self, where: Key) -> Structure | None:
        found = self._store.get(where)
        if found is None:
            definition = self._read(where)
            found = None if definition is None else self._maker.make(definition)
            if found is not None:
                self._store.put(where, found)
        return found

    @cached_property
    def _maker(self) -> Maker:
        from conformance_cli.fhir.packages.maker import Maker

        return Maker(self._definition)

    def _definition(self, url: str) -> Mapping[str, Json] | None:
        return self.resource(url, *_DEFINITION)


def _of_version(found: Sequence[tuple[int, list[Entry]]], version: str) -> Key | None:
    """The resource of a version, in the package loaded last that has it."""
    for position, entries in found:
        for entry in entries:
            if entry.facts.version == version:
                return position, entry.number
    if is_partial(version):
        for position, entries in found:
            if within := [e for e in entries if is_within(e.facts.version, version)]:
                return position, _newest(within).number
    return None


def _newest(entries: Sequence[Entry]) -> Entry:
    """The entry of the highest version; the first of several."""
    best = entries[0]
    for entry in entries[1:]:
        if compared(entry.facts.version, best.facts.version) > 0:
            best = entry
    return best


def global_profiles(guide: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The types that a guide has profiles for, whatever resource it is, and those profiles."""
    listed = guide.get("global")
    for one in listed if isinstance(listed, list) else ():
        name, url = (one.get("type"), one.get("profile")) if isinstance(one, dict) else (0, 0)
        if isinstance(url, dict):
            url = url.get("reference")  # of STU3
        if isinstance(name, str) and isinstance(url, str):
            yield name, url
