"""Installing packages: found, downloaded, verified, unpacked, and put in place at once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from conformance_cli.fhir.packages.archive import archive_members
from conformance_cli.fhir.packages.dependencies import families_of, needs, serves
from conformance_cli.fhir.packages.download import Download
from conformance_cli.fhir.packages.errors import IntegrityError, PackageError
from conformance_cli.fhir.packages.files import locked, short_name
from conformance_cli.fhir.packages.limits import STANDARD
from conformance_cli.fhir.packages.lockfile import Locked, LockFile
from conformance_cli.fhir.packages.references import Reference, reference
from conformance_cli.fhir.packages.registry import Registries, Release
from conformance_cli.fhir.packages.store import Installed, PackageStore
from conformance_cli.fhir.packages.transfer import NotThereError, Transfer

#: Told which package, how many bytes are here, and how many there will be, if anybody says.
Progress = Callable[[str, int, int | None], None]
#: Beside ``package/``, says what was installed.
_NOTE = "conformance.json"
_LOCK = ".conformance-lock"
_LONGEST_PATH = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a package that was asked for, or that another one needs."""

    package: Installed
    #: It had been installed before.
    present: bool
    #: SHA-256 of its archive; empty for one that another tool installed.
    sha256: str = ""
    registry: str = ""


class Installer:
    """Installs packages, and what they depend on, into a package cache."""

    def __init__(
        self,
        store: PackageStore,
        registries: Registries,
        transfer: Transfer,
        lock: LockFile,
        progress: Progress,
    ) -> None:
        self._store = store
        self._registries = registries
        self._transfer = transfer
        self._lock = lock
        self._progress = progress

    def install(self, wanted: Sequence[str]) -> Iterator[Outcome]:
        """Install packages (``name@version``) and what they depend on, one after the other.

        What is installed already is left as it is.  The lock file is written after each.

        Raises:
            IntegrityError: a package is not what registry or lock file promise.
            RegistryError: a package is in no registry, or none can be reached.
            PackageError: something else is wrong with a package.

        """
        open_ = deque((reference(text), frozenset[str](), "") for text in wanted)
        have: dict[str, list[str]] = {}
        while open_:
            asked, families, needed_by = open_.popleft()
            known = have.setdefault(asked.name, [])
            if any(serves(version, asked) for version in known):
                continue
            with _for_the_sake_of(needed_by):
                outcome = self._one(asked)
            known.append(outcome.package.version)
            yield outcome
            manifest = outcome.package.manifest()
            families = families or families_of([manifest])
            open_.extend((need, families, manifest.reference) for need in needs(manifest, families))

    def _one(self, wanted: Reference) -> Outcome:
        found = self._store.find(wanted) if wanted.is_exact else None
        if found is not None:
            return self._present(found)
        release = self._registries.find(wanted)
        with self._alone():
            # it may be there under that version, or another process may just have installed it
            found = self._store.find(Reference(release.name, release.version))
            return self._present(found) if found else self._fetched(release)

    def _fetched(self, release: Release) -> Outcome:
        with self._archive(release) as archive:
            digest = _digest(archive, "sha256")
            self._lock.check(release.reference, digest)
            package = self._unpack(archive, release, digest)
        return self._recorded(Outcome(package, False, digest, release.registry))

    def _present(self, package: Installed) -> Outcome:
        """A package that is there, as far as it is known where it came from."""
        try:
            note = json.loads((package.folder.parent / _NOTE).read_bytes())
            digest, registry = str(note["sha256"]), str(note["registry"])
        except (OSError, ValueError, KeyError, TypeError):
            return Outcome(package, True)
        self._lock.check(f"{package.name}@{package.version}", digest)
        return self._recorded(Outcome(package, True, digest, registry))

    def _recorded(self, outcome: Outcome) -> Outcome:
        package = outcome.package
        locked = Locked(outcome.sha256, outcome.registry)
        self._lock.record(f"{package.name}@{package.version}", locked)
        self._lock.save()
        return outcome

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from installing; where files cannot be locked, trust in luck."""
        with _writing(self._store.root), ExitStack() as stack:
            file = stack.enter_context((self._store.root / _LOCK).open("ab"))
            with suppress(OSError):
                stack.enter_context(locked(file))
            yield

    @contextmanager
    def _archive(self, release: Release) -> Iterator[Path]:
        """The verified archive of a release; it stays where the download broke off."""
        folder = self._store.root / ".downloads"
        target = folder / f"{release.name}-{short_name(release.tarball.encode())}.part"
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            resumed = target.exists()
            self._download(release, target)
            if resumed and not _kept(release, target):
                # what was there before may have been of something else
                target.unlink()
                self._download(release, target)
        try:
            if not _kept(release, target):
                raise IntegrityError(
                    f"what was downloaded as {release.reference} is not what the registry promises",
                    release.tarball,
                    "try again; if it stays so, tell the registry",
                )
            yield target
        finally:
            with suppress(OSError):
                target.unlink()
                folder.rmdir()

    def _download(self, release: Release, target: Path) -> None:
        def progress(done: int, total: int | None) -> None:
            self._progress(release.reference, done, total)

        Download(self._transfer, release.tarball, target, progress).run()

    def _unpack(self, archive: Path, release: Release, digest: str) -> Installed:
        final = self._store.folder(release.name, release.version)
        with _writing(self._store.root):
            holder = Path(tempfile.mkdtemp(dir=self._store.root, prefix=".installing-"))
            try:
                made = holder / "made"
                made.mkdir()
                with archive.open("rb") as file:
                    members = archive_members(file, release.tarball, STANDARD)
                    _extract(members, made, release.tarball)
                _verify_manifest(made / "package", release)
                note = {"sha256": digest, "registry": release.registry}
                (made / _NOTE).write_text(json.dumps(note, indent=2) + "\n", "utf-8")
                _put(made, final)
            finally:
                shutil.rmtree(holder, ignore_errors=True)
        return Installed(release.name, release.version, final / "package")


@contextmanager
def _for_the_sake_of(package: str) -> Iterator[None]:
    """Say which package needs the one that no registry has, for nobody may have named it."""
    try:
        yield
    except NotThereError as error:
        if not package:
            raise
        problem = f"{error.problem}, and {package}, which is installed, depends on it"
        raise NotThereError(problem, error.place, error.remedy) from error


def _extract(members: Iterable[tuple[str, memoryview]], folder: Path, place: str) -> None:
    made: set[Path] = set()
    for name, data in members:
        path = folder / _safe(name, place)
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(data)


def _safe(name: str, place: str) -> str:
    """A path that means a file below a folder on every system."""
    strange = not name.isprintable() or set(name) & set('\\:*?"<>|') or len(name) > _LONGEST_PATH
    if strange or any(part in ("", ".", "..") for part in name.split("/")):
        raise PackageError(
            f"the archive is refused: {name[:80]!r} is no name for a file", place,
            "get it from its publisher",
        )  # fmt: skip
    return name


def _verify_manifest(folder: Path, release: Release) -> None:
    """Make sure that a package is the one that was asked for."""
    manifest = Installed(release.name, release.version, folder).manifest()
    if (manifest.name, manifest.version) != (release.name, release.version):
        raise IntegrityError(
            f"what was downloaded as {release.reference} says that it is {manifest.reference}",
            release.tarball,
            "tell the registry",
        )


def _put(made: Path, final: Path) -> None:
    try:
        made.rename(final)
    except OSError:
        # another process was quicker: what it installed is as good
        if not (final / "package" / "package.json").is_file():
            raise


def _kept(release: Release, archive: Path) -> bool:
    """Whether an archive is what its registry promises, if it promises anything."""
    promise = release.promise
    return promise is None or _digest(archive, promise.algorithm) == promise.value


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.new(algorithm, usedforsecurity=False)
        ).hexdigest()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise PackageError(
            f"the package cache cannot be written: {error.strerror or os.fspath(folder)}",
            folder,
            "choose another with --package-cache",
        ) from error
