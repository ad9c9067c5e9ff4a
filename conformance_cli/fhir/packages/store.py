"""The FHIR package cache: a folder of unpacked packages that all FHIR tools share.

``~/.fhir/packages/<name>#<version>/package/...``:
https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from conformance_cli.fhir.packages.canonical import by_version
from conformance_cli.fhir.packages.errors import PackageError, PackageMissingError
from conformance_cli.fhir.packages.manifest import Manifest
from conformance_cli.fhir.packages.references import LATEST, Reference, chosen, reference
from conformance_cli.fhir.packages.sources import MOVING, FolderSource, is_settled, unreadable


class Installed(Struct, frozen=True):
    """A package in the cache folder."""

    name: str
    version: str
    #: The folder that holds ``package.json``.
    folder: Path

    @property
    def source(self) -> FolderSource:
        """Where its resources are read from."""
        return FolderSource(self.folder.absolute(), settled=is_settled(self.folder))

    def manifest(self) -> Manifest:
        """What it says about itself.

        Raises:
            PackageError: its package.json is missing or broken.

        """
        try:
            found = self.source.manifest()
        except OSError as error:
            raise unreadable(self.folder, error) from error
        if found is None:
            raise PackageError(
                "the installed package has no package.json", self.folder, "remove and install it"
            )
        return found


class PackageStore:
    """The packages that are installed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, name: str, version: str) -> Path:
        """Where a package of this name and version has its place."""
        return self.root / f"{name}#{version}"

    def installed(self) -> tuple[Installed, ...]:
        """All packages, by name and rising version."""
        found = filter(None, map(self._package, self._folders()))
        return tuple(sorted(found, key=lambda p: (p.name, by_version(p.version))))

    def find(self, wanted: Reference) -> Installed | None:
        """The installed package that a reference means."""
        if wanted.is_exact:
            return self._package(self.folder(*wanted))
        mine = {p.version: p for p in self.installed() if p.name == wanted.name}
        # what is built from sources is not what "latest" means
        versions = [version for version in mine if not version.startswith(MOVING)]
        version = chosen(versions, wanted.version)
        return mine[version] if version else None

    def get(self, text: str) -> Installed:
        """The installed package that ``name@version`` means.

        Raises:
            PackageError: that is no reference.
            PackageMissingError: it is not installed.

        """
        wanted = reference(text)
        found = self.find(wanted)
        if found is None:
            raise missing([wanted], self)
        return found

    def _folders(self) -> Iterable[Path]:
        with suppress(OSError):
            return sorted(self.root.glob("*#*"))
        return ()

    def _package(self, path: Path) -> Installed | None:
        name, _, version = path.name.partition("#")
        folder = path / "package"
        return Installed(name, version, folder) if version and _is_package(folder) else None


def _is_package(folder: Path) -> bool:
    try:
        return (folder / "package.json").is_file()
    except OSError:
        # something is there: reading it will say what stands in the way
        return True


def missing(
    wanted: Sequence[Reference], store: PackageStore, needed_by: str = ""
) -> PackageMissingError:
    """The error that says what is not installed, and how to install it."""
    names = tuple(map(str, wanted))
    others = sorted({p.version for p in store.installed() if p.name in {w.name for w in wanted}})
    have = f" (installed: {', '.join(others)})" if others else ""
    why = f", which {needed_by} depends on," if needed_by else ""
    verb = "are" if len(names) > 1 else "is"
    return PackageMissingError(
        f"{', '.join(names)}{why} {verb} not installed{have}",
        store.root,
        f"conformance package install {' '.join(names)}",
        names,
    )


def default_store(environ: Mapping[str, str]) -> PackageStore:
    """The user's package cache: ``FHIR_PACKAGE_CACHE``, else ``~/.fhir/packages``."""
    if folder := environ.get("FHIR_PACKAGE_CACHE"):
        return PackageStore(Path(folder).expanduser())
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return PackageStore((Path(home) if home else Path.home()) / ".fhir" / "packages")


__all__ = ["LATEST", "Installed", "PackageStore", "default_store", "missing"]
