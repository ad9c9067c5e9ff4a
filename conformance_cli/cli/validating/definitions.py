"""The definitions to validate against: packages that were named, or those at hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from conformance_cli import __version__
from conformance_cli.fhir.outcome.report import About
from conformance_cli.model.diagnostics import ConformanceError

if TYPE_CHECKING:
    from conformance_cli.fhir.definitions.library import Library
    from conformance_cli.fhir.packages.errors import PackageError
    from conformance_cli.fhir.packages.library import PackageLibrary
    from conformance_cli.fhir.terminology.protocol import Terminology

DEFAULT_VERSION = "4.0.1"
_NAMED_VERSIONS = {
    "STU3": "3.0", "R3": "3.0", "R4": "4.0", "R4B": "4.3", "R5": "5.0",
}  # fmt: skip
#: What is loaded after a core package, where it is installed: its family stands for ``*``.
_COMPANIONS = ("hl7.terminology.*", "hl7.fhir.uv.extensions.*")


class Definitions(Struct, frozen=True):
    """Where definitions come from."""

    #: ``name@version`` or paths; empty for what the FHIR version needs.
    packages: tuple[str, ...]
    #: Where packages are installed.
    cache: Path
    fhir_version: str | None = None

    @classmethod
    def of(
        cls, packages: Sequence[str], cache: Path | None, fhir_version: str | None
    ) -> Definitions:
        """Definitions from these packages; the usual package cache where none is named."""
        from conformance_cli.fhir.packages.store import default_store

        root = cache or default_store(os.environ).root
        return cls(tuple(packages), root.absolute(), _numbered(fhir_version))


@lru_cache(maxsize=1)
def library(definitions: Definitions) -> Library:
    """The library of definitions; only the shapes of resources where no package is at hand.

    Opened once in each process.

    Raises:
        ConformanceError: ``package-missing``, ``package-unusable`` or ``fhir-version``.

    """
    from conformance_cli.fhir.packages.errors import PackageError

    try:
        found = _of_packages(definitions) if definitions.packages else _usual(definitions)
    except PackageError as error:
        raise refused(error) from error
    wanted = definitions.fhir_version
    if wanted and _family(wanted) != _family(found.fhir_version):
        raise ConformanceError.of(
            "fhir-version",
            f"the packages are for FHIR {found.fhir_version}, not for {wanted}",
            hint="leave out --fhir-version, or name packages for it with --package",
        )
    return found


def about(definitions: Definitions) -> About:
    """What results say about the definitions that they were made with."""
    found = library(definitions)
    packages = tuple(p.manifest.reference for p in getattr(found, "packages", ()))
    if not packages:
        return About(__version__, found.fhir_version)
    from conformance_cli.cli.validating.remarks import not_evaluated

    return About(__version__, found.fhir_version, packages, not_evaluated(found))


def terminology(url: str, found: Library) -> Terminology:
    """Answers about codes: from the library, and from a server where that cannot tell.

    Answers of the server are kept beside the compiled packages.
    """
    from conformance_cli.fhir.packages.cache import default_cache
    from conformance_cli.fhir.terminology.first import FirstOf
    from conformance_cli.fhir.terminology.local import LocalTerminology
    from conformance_cli.fhir.terminology.server import ServerTerminology

    root = default_cache(os.environ).root
    server = ServerTerminology(url, cache=root / "terminology.sqlite" if root else None)
    return FirstOf(LocalTerminology(found), server)


def refused(error: PackageError) -> ConformanceError:
    """A package that cannot be used, as the user sees it."""
    from conformance_cli.fhir.packages.errors import PackageMissingError

    code = "package-missing" if isinstance(error, PackageMissingError) else "package-unusable"
    place, hint = error.place or None, error.remedy or None
    return ConformanceError.of(code, error.problem, place=place, hint=hint)


def _of_packages(definitions: Definitions) -> Library:
    """What the named packages hold, with the core of their version, where they lack one."""
    from conformance_cli.cli.validating.remarks import refuse_useless
    from conformance_cli.fhir.packages.loading import open_packages

    found = open_packages(definitions.packages, None, definitions.cache)
    if not found.has_definitions:
        found = _with_core(definitions, found.fhir_version)
    refuse_useless(found.packages)
    return found


def _with_core(definitions: Definitions, stated: str) -> PackageLibrary:
    """The named packages after the core package of the FHIR version that they are for."""
    from conformance_cli.fhir.packages.loading import open_packages

    version = definitions.fhir_version or stated or DEFAULT_VERSION
    core = _installed(definitions.cache, version)
    if not core:
        raise ConformanceError.of(
            "package-missing",
            f"the packages hold no base definitions, and no core package of FHIR {version} "
            "is installed",
            hint=f"conformance package install {core_name(version)}",
        )
    return open_packages((*core, *definitions.packages), None, definitions.cache)


def _usual(definitions: Definitions) -> Library:
    """The core package of the FHIR version and its companions, or the shapes alone."""
    from conformance_cli.fhir.packages.loading import open_packages

    version = definitions.fhir_version or DEFAULT_VERSION
    names = _installed(definitions.cache, version)
    if names:
        return open_packages(names, None, definitions.cache)
    from conformance_cli.fhir.definitions.shapes import shape_library

    try:
        return shape_library(version)
    except ValueError as error:
        raise ConformanceError.of(
            "fhir-version",
            f"FHIR {version[:40]} is not installed as a package, and nothing else is known of it",
            hint="write it as 3.0.2, 4.0.1, 4.3.0 or 5.0.0, or name packages with --package",
        ) from error


def _installed(cache: Path, version: str) -> tuple[str, ...]:
    """The core package of a FHIR version, and what goes with it, as far as installed."""
    from conformance_cli.fhir.packages.references import reference
    from conformance_cli.fhir.packages.store import PackageStore

    store = PackageStore(cache)
    family = _family(version)
    names = (f"hl7.fhir.{family}.core", *(name.replace("*", family) for name in _COMPANIONS))
    found = [store.find(reference(name)) for name in names]
    if found[0] is None:
        return ()
    return tuple(f"{package.name}@{package.version}" for package in found if package)


def _numbered(version: str | None) -> str | None:
    """The number of a version that is called by its name (http://hl7.org/fhir/history.html)."""
    return version and _NAMED_VERSIONS.get(version.upper(), version)


def _family(version: str) -> str:
    from conformance_cli.fhir.packages.references import family_of

    return family_of(version) or version


def core_name(version: str) -> str:
    """What to install for the definitions of a FHIR version."""
    full = version if version.count(".") > 1 else f"{version}.x"
    return f"hl7.fhir.{_family(version)}.core@{full}"
