"""The lock file: which content each package had when it was first installed.

Everybody who installs with the same file gets the same bytes, or a refusal.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from conformance_cli.fhir.packages.errors import IntegrityError, PackageError
from conformance_cli.fhir.packages.files import replace_shared

FILE_NAME = "conformance-packages.lock"
_RELEASE = 1
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Locked:
    """A package as it was installed."""

    #: Of the archive, hexadecimal.
    sha256: str
    registry: str


class LockFile:
    """The packages of a lock file, by ``name@version``."""

    def __init__(self, path: Path, packages: dict[str, Locked]) -> None:
        self.path = path
        self._packages = packages
        self._changed = False

    @classmethod
    def read(cls, path: Path) -> LockFile:
        """Read a lock file; one that is not there is empty.

        Raises:
            PackageError: it cannot be understood.

        """
        try:
            with path.open("rb") as file:
                found = json.loads(file.read(_LARGEST))
            packages = {name: _locked(entry) for name, entry in found["packages"].items()}
            release = found["lockfile"]
        except FileNotFoundError:
            return cls(path, {})
        except OSError as error:
            raise PackageError(
                f"the lock file cannot be read: {error.strerror}", path, "check its permissions"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _not_understood(path) from error
        if release != _RELEASE:
            raise _not_understood(path)
        return cls(path, packages)

    def check(self, reference: str, digest: str) -> None:
        """Compare an archive with what was installed before under its name.

        Raises:
            IntegrityError: it is another one.

        """
        known = self._packages.get(reference)
        if known is not None and known.sha256 != digest:
            raise IntegrityError(
                f"{reference} is not what the lock file says: its SHA-256 is {digest[:16]}..., "
                f"and was {known.sha256[:16]}...",
                self.path,
                "find out why it changed; if that is meant, remove its entry and install again",
            )

    def record(self, reference: str, locked: Locked) -> None:
        """Note a package that was installed."""
        if self._packages.get(reference) != locked:
            self._packages[reference] = locked
            self._changed = True

    def save(self) -> None:
        """Write the file if it changed.

        Raises:
            PackageError: it cannot be written.

        """
        if not self._changed:
            return
        packages = {name: asdict(self._packages[name]) for name in sorted(self._packages)}
        text = json.dumps({"lockfile": _RELEASE, "packages": packages}, indent=2) + "\n"
        try:
            replace_shared(self.path, text.encode())
        except OSError as error:
            raise PackageError(
                f"the lock file cannot be written: {error.strerror}", self.path, "choose another"
            ) from error


def _locked(entry: Any) -> Locked:
    sha256, registry = entry["sha256"], entry["registry"]
    if not isinstance(sha256, str) or not isinstance(registry, str):
        raise TypeError
    return Locked(sha256, registry)


def _not_understood(path: Path) -> PackageError:
    return PackageError(
        "this is no lock file that can be understood",
        path,
        "restore it, or remove it to start anew",
    )
