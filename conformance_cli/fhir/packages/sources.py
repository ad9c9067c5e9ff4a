"""Where the resources of a package come from: an archive, a folder, or loose files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, Protocol

from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.limits import STANDARD, Limits
from conformance_cli.fhir.packages.manifest import LARGEST_MANIFEST, Manifest, read_manifest

MANIFEST = "package.json"
_RESOURCES = (".json", ".xml")
_DEEPEST = 16
#: Versions of installed packages whose content changes.
MOVING = ("current", "dev")


class Member(NamedTuple):
    """A file of a package; ``data`` is a view that costs no copy."""

    name: str
    data: memoryview


class Source(Protocol):
    """Something that resources can be read from."""

    @property
    def place(self) -> Path:
        """Where it is."""

    @property
    def settled(self) -> bool:
        """Whether it is known never to change in place."""

    def stamp(self) -> tuple[bytes, int]:
        """What changes whenever the content does, without reading it; and its latest mtime."""

    def digest(self) -> str | None:
        """The SHA-256 of its content, where that is quicker to tell than to read it all."""

    def manifest(self) -> Manifest | None:
        """Its package.json, if it can be told before reading it all."""

    def members(self) -> Iterator[Member]:
        """The files directly in the package, manifest included."""


class ArchiveSource:
    """A ``.tgz`` as registries have them, with everything below ``package/``."""

    settled = False

    def __init__(self, place: Path, limits: Limits = STANDARD) -> None:
        self.place = place
        self._limits = limits

    def stamp(self) -> tuple[bytes, int]:
        """Size, times and identity of the file."""
        found = _stat(self.place)
        return _stamp([_identity(found)]), found.st_mtime_ns

    def digest(self) -> str | None:
        """The SHA-256 of the archive."""
        from hashlib import file_digest

        with self.place.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def manifest(self) -> Manifest | None:
        """Nothing: it may be anywhere in the archive."""
        return None

    def members(self) -> Iterator[Member]:
        """What lies directly in ``package/``."""
        from conformance_cli.fhir.packages.archive import archive_members

        with self.place.open("rb") as file:
            for member in archive_members(file, self.place, self._limits):
                folder, _, name = member.name.rpartition("/")
                if folder == "package":
                    yield Member(name, member.data)


class FolderSource:
    """An unpacked package, or a folder of loose conformance resources and what is below it."""

    def __init__(self, place: Path, limits: Limits = STANDARD, *, settled: bool = False) -> None:
        self.place = place
        self.settled = settled
        self._limits = limits

    def stamp(self) -> tuple[bytes, int]:
        """Size, times and identity of every file; of the folder only, where it is settled."""
        if self.settled:
            found = [("", _stat(self.place)), (MANIFEST, _stat(self.place / MANIFEST))]
        else:
            found = [(file.path, _stat(file)) for file in self._files()]
        parts = [f"{name}\0{_identity(stat)}" for name, stat in found]
        return _stamp(parts), max((stat.st_mtime_ns for _, stat in found), default=0)

    def digest(self) -> str | None:
        """Nothing: all files would have to be read."""
        return None

    def manifest(self) -> Manifest | None:
        """Its package.json, if it has one."""
        path = self.place / MANIFEST
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return read_manifest(file.read(LARGEST_MANIFEST), path)

    def members(self) -> Iterator[Member]:
        """The files with resources; names are paths below the folder."""
        total = 0
        for file in self._files():
            size = _stat(file).st_size
            total += size
            if size > self._limits.member or total > self._limits.unpacked:
                raise PackageError(
                    "the folder is larger than any package", file.path, "give the file that counts"
                )
            path = Path(file)
            yield Member(path.relative_to(self.place).as_posix(), memoryview(path.read_bytes()))

    def _files(self) -> list[os.DirEntry[str]]:
        deep = not (self.place / MANIFEST).is_file()
        found: list[os.DirEntry[str]] = []
        for file in _below(self.place, _DEEPEST if deep else 0):
            found.append(file)
            if len(found) > self._limits.members:
                raise PackageError(
                    "the folder has more files than any package", self.place, "give a part of it"
                )
        return sorted(found, key=attrgetter("path"))


class FileSource:
    """A single conformance resource in a file of its own."""

    settled = False

    def __init__(self, place: Path, limits: Limits = STANDARD) -> None:
        self.place = place
        self._limits = limits

    def stamp(self) -> tuple[bytes, int]:
        """Size, times and identity of the file."""
        found = _stat(self.place)
        return _stamp([_identity(found)]), found.st_mtime_ns

    def digest(self) -> str | None:
        """Nothing: it is as quickly read."""
        return None

    def manifest(self) -> Manifest | None:
        """None: a loose file is no package."""
        return None

    def members(self) -> Iterator[Member]:
        """The file."""
        if _stat(self.place).st_size > self._limits.member:
            raise PackageError("the file is larger than any resource", self.place, "split it")
        yield Member(self.place.name, memoryview(self.place.read_bytes()))


def source_of(place: Path) -> Source:
    """What a path leads to.

    Raises:
        PackageError: to nothing, or to nothing that holds resources.

    """
    if place.is_dir():
        inner = place / "package"
        inner = (inner if (inner / MANIFEST).is_file() else place).resolve()
        return FolderSource(inner, settled=is_settled(inner))
    if not place.is_file():
        raise PackageError(
            "there is no such file or folder", place, "check the path, or write NAME@VERSION"
        )
    if place.name.endswith((".tgz", ".tar.gz")):
        return ArchiveSource(place.resolve())
    if place.suffix.lower() in _RESOURCES:
        return FileSource(place.resolve())
    raise PackageError(
        "this is neither a package nor a resource",
        place,
        "give a .tgz, a folder, or a .json or .xml file",
    )


def _below(folder: Path | str, depth: int) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.name.lower().endswith(_RESOURCES) and entry.is_file():
                yield entry
            elif depth and entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path, depth - 1)


def is_settled(folder: Path) -> bool:
    """Whether a folder is that of an installed package, which nobody changes in place.

    Only what is built from sources, under ``current`` and ``dev``, is replaced there.
    """
    name, _, version = folder.parent.name.partition("#")
    released = bool(name and version) and not version.startswith(MOVING)
    return released and folder.name == "package" and (folder / MANIFEST).is_file()


def unreadable(place: Path, error: OSError) -> PackageError:
    """The error of a file or folder that cannot be read."""
    return PackageError(f"cannot be read: {error.strerror}", place, "check path and permissions")


def _stat(file: Path | os.DirEntry[str]) -> os.stat_result:
    try:
        return file.stat()
    except OSError as error:
        raise unreadable(Path(file), error) from error


def _identity(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _stamp(parts: list[str]) -> bytes:
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    if len(parts) < 3:
        return text
    # importing hashlib costs more than all else that a file needs
    from hashlib import blake2b

    return blake2b(text, digest_size=32).digest()
