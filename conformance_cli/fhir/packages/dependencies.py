"""What packages depend on, found among those that are installed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from conformance_cli.fhir.packages.cache import Cache
from conformance_cli.fhir.packages.canonical import by_version, compared
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.manifest import Manifest
from conformance_cli.fhir.packages.opening import open_source
from conformance_cli.fhir.packages.package import Package
from conformance_cli.fhir.packages.references import (
    Reference,
    core_family,
    dependency,
    family_of,
    fits,
)
from conformance_cli.fhir.packages.store import PackageStore, missing


class Asked(Struct, frozen=True):
    """A package to load."""

    package: Package
    #: It was asked for by name: then what it depends on has to be installed.
    named: bool


class Complete(Struct, frozen=True):
    """Packages in the order of loading, each after those that it depends on."""

    packages: Sequence[Package]
    #: What some of them depend on and is not installed.
    missing: tuple[str, ...]


def needs(manifest: Manifest, families: frozenset[str]) -> list[Reference]:
    """What a package depends on, without the core packages of other versions of FHIR.

    Packages for several versions of FHIR depend on several cores, and only one of them may
    say what a Patient is.
    """
    found = []
    for name, version in manifest.dependencies.items():
        try:
            wanted = dependency(name, version)
        except PackageError:
            # a dependency that no registry could have (a URL, a folder of its author)
            continue
        family = core_family(wanted.name)
        if not family or not families or family in families:
            found.append(wanted)
    return found


def families_of(manifests: Sequence[Manifest]) -> frozenset[str]:
    """The versions of FHIR that some packages are for: ``r4``."""
    versions = [version for manifest in manifests for version in manifest.fhir_versions]
    return frozenset(filter(None, map(family_of, versions)))


def serves(version: str, wanted: Reference) -> bool:
    """Whether a version that is there anyway does for a dependency.

    Newer versions do: HL7's packages of terminology and of extensions depend on each other,
    each on an older one than the last, without end.
    """
    return fits(version, wanted.version) or (
        wanted.is_exact and compared(version, wanted.version) > 0
    )


class Dependencies:
    """Completes packages by what they depend on."""

    def __init__(self, store: PackageStore, cache: Cache) -> None:
        self._store = store
        self._cache = cache
        self._order: list[Package] = []
        self._versions: dict[str, list[str]] = {}
        self._missing: dict[str, None] = {}
        self._families: frozenset[str] = frozenset()

    def complete(self, wanted: Sequence[Asked]) -> Complete:
        """The packages given, and before each what it depends on.

        Raises:
            PackageError: a dependency of a named package is not installed, or is broken.

        """
        manifests = [asked.package.manifest for asked in wanted]
        self._families = families_of(manifests)
        for manifest in manifests:
            self._versions.setdefault(manifest.name, []).append(manifest.version)
        for asked in wanted:
            self._add(asked)
        return Complete(_by_rising_version(self._order), tuple(self._missing))

    def _add(self, asked: Asked) -> None:
        """Add a package after those that it depends on."""
        package = asked.package
        absent = []
        for wanted in needs(package.manifest, self._families):
            have = self._versions.setdefault(wanted.name, [])
            if any(serves(version, wanted) for version in have):
                continue
            found = self._store.find(wanted)
            if found is None:
                absent.append(wanted)
                continue
            have.append(found.version)
            self._add(Asked(open_source(found.source, self._cache), asked.named))
        if absent and asked.named:
            raise missing(absent, self._store, package.manifest.reference)
        self._missing |= dict.fromkeys(map(str, absent))
        self._order.append(package)


def _by_rising_version(packages: Sequence[Package]) -> list[Package]:
    """The same order, but with the versions of one package rising: the newest has the say."""
    places: dict[str, list[int]] = {}
    for position, package in enumerate(packages):
        if package.manifest.version:
            places.setdefault(package.manifest.name, []).append(position)
    ordered = list(packages)
    for positions in places.values():
        mine = sorted(
            (packages[position] for position in positions),
            key=lambda package: by_version(package.manifest.version),
        )
        for position, package in zip(positions, mine, strict=True):
            ordered[position] = package
    return ordered
