"""Files that are whole or not there, for several processes at once."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

#: Files are for the user alone: what was downloaded and compiled is trusted later.
_PRIVATE = 0o700


class Aside(Struct, frozen=True):
    """A file beside its final place, which it takes only when it is whole."""

    file: BinaryIO
    path: Path

    def put(self, target: Path) -> None:
        """Close the file and let it take its place, whatever was there before."""
        self.file.close()
        self.path.replace(target)


@contextmanager
def aside(folder: Path) -> Iterator[Aside]:
    """A new file to write; gone afterwards unless it was put in its place.

    Raises:
        OSError: the folder cannot be made or written to.

    """
    import tempfile

    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    path = Path(name)
    file = os.fdopen(descriptor, "w+b", buffering=1024 * 1024)
    try:
        yield Aside(file, path)
    finally:
        with suppress(OSError):
            file.close()
        with suppress(OSError):
            path.unlink()


def replace_bytes(path: Path, data: bytes) -> None:
    """Write a small file at once.

    Raises:
        OSError: it cannot be written.

    """
    with aside(path.parent) as made:
        made.file.write(data)
        made.put(path)


def replace_shared(path: Path, data: bytes) -> None:
    """Write a small file at once that is for others too, as far as the umask has it.

    Raises:
        OSError: it cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".new-{os.getpid()}-{path.name}")
    try:
        new.write_bytes(data)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def short_name(key: bytes) -> str:
    """A file name for a key; two keys may share one, so the file has to hold the key too."""
    return f"{zlib.crc32(key):08x}{zlib.adler32(key):08x}"


@contextmanager
def locked(file: BinaryIO) -> Iterator[None]:
    """Hold a file against other processes that lock it too.

    Raises:
        OSError: the file system knows no locks.

    """
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
