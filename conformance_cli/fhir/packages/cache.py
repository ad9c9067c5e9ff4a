"""The compiled cache: what was made of packages, kept on disk under their digests."""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from conformance_cli.fhir.packages.compiled import MAGIC, Compiled, CorruptError
from conformance_cli.fhir.packages.files import Aside, replace_bytes, short_name

#: Nanoseconds within which a change may leave no trace in a file's time.
_RACE_NS = 2_000_000_000
#: Characters of a SHA-256.
_DIGEST = 64
_RELEASE = MAGIC[:7].decode("ascii").lower()


class Cache:
    """A folder of compiled packages and structures; everything in it can be made again.

    With no folder (``None``), or one that cannot be written to, nothing is kept.
    """

    def __init__(self, root: Path | None) -> None:
        self.root = root

    @property
    def packages(self) -> Path | None:
        """Where compiled packages are."""
        return self.root / _RELEASE / "packages" if self.root else None

    @property
    def structures(self) -> Path | None:
        """Where compiled structures are."""
        return self.root / _RELEASE / "structures" if self.root else None

    def open(self, digest: str) -> Compiled | None:
        """The compiled package of a digest, if it is there and whole."""
        if self.packages is None:
            return None
        try:
            with (self.packages / digest).open("rb") as file:
                return Compiled(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except (OSError, ValueError, CorruptError):
            # a ValueError is an empty file, which cannot be mapped, or a table that is no table
            return None

    def keep(self, made: Aside, digest: str) -> None:
        """Let a compiled package take its place.

        Raises:
            OSError: it cannot.

        """
        if self.packages is not None:
            made.put(self.packages / digest)

    def digest_of(self, place: Path, stamp: bytes, changed_ns: int) -> str | None:
        """The digest that a file or folder had, if it has not changed since.

        A file that changed just before it was looked at may have changed again in the same
        tick of the clock, so such a look does not count (as in git's index).
        """
        note = self._note(place)
        if note is None:
            return None
        try:
            with note.open("rb") as file:
                known = file.read(len(stamp) + _DIGEST + 1)
                noted_ns = os.fstat(file.fileno()).st_mtime_ns
        except OSError:
            return None
        if known[:-_DIGEST] != stamp or changed_ns > noted_ns - _RACE_NS:
            return None
        return known[-_DIGEST:].decode("ascii", "replace")

    def note_digest(self, place: Path, stamp: bytes, digest: str) -> None:
        """Remember the digest of a file or folder; what was compiled of its past goes."""
        note = self._note(place)
        if note is None or self.packages is None:
            return
        with suppress(OSError):
            before = note.read_bytes()[-_DIGEST:].decode("ascii", "replace")
            if before != digest and before.isalnum():
                (self.packages / before).unlink()
        with suppress(OSError):
            replace_bytes(note, stamp + digest.encode("ascii"))

    def _note(self, place: Path) -> Path | None:
        if self.root is None:
            return None
        return self.root / _RELEASE / "places" / short_name(os.fsencode(place))


def default_cache(environ: Mapping[str, str]) -> Cache:
    """The user's cache: below ``XDG_CACHE_HOME``, ``LOCALAPPDATA`` or ``~/.cache``."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        if (folder := environ.get(name)) and Path(folder).is_absolute():
            return Cache(Path(folder) / "conformance")
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Cache(Path(home) / ".cache" / "conformance" if home else None)
