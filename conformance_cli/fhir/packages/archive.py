"""The members of a package archive (``.tgz``), one after the other and without extracting it.

The tar format is that of POSIX.1-2001 (pax) with GNU's long names.  A reader of our own
walks a core package several times faster than ``tarfile``, and refuses whatever has no
place in a package: links, devices, absolute paths, and paths that climb out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.inflate import GET_AGAIN, ahead, inflated
from conformance_cli.fhir.packages.limits import MIB, Limits
from conformance_cli.fhir.packages.sources import Member

_BLOCK = 512
_FILES = frozenset(b"0\x007")
_FOLDER = ord("5")
#: Bytes of a header that only carries a long name.
_LONGEST_EXTRA = MIB


def archive_members(file: BinaryIO, place: object, limits: Limits) -> Iterator[Member]:
    """Every regular file of a ``.tgz``, by its path inside.

    Raises:
        PackageError: no such archive, damaged, too large, or with members that are refused.

    """
    reader = _Reader(ahead(inflated(file, place, limits)), place)
    extra: dict[str, str] = {}
    count = 0
    while header := reader.header():
        kind = header[156]
        size = _size(header, extra, place)
        count += 1
        longest = _LONGEST_EXTRA if kind in _EXTRA else limits.member
        if count > limits.members or size > longest:
            raise _refused("it is larger than any package", place)
        if kind in _EXTRA:
            # what it says is about the member after it
            extra |= _EXTRA[kind](reader.take(size))
            continue
        name = _name(extra.get("path") or _plain_name(header), place)
        extra = {}
        data = reader.take(size if kind != _FOLDER else 0)
        if kind in _FILES:
            yield Member(name, data)
        elif kind != _FOLDER:
            raise _refused(f"its member {name[:80]!r} is a link or a device", place)


class _Reader:
    """Takes blocks from a stream of pieces."""

    def __init__(self, pieces: Iterator[bytes], place: object) -> None:
        self._pieces = pieces
        self._place = place
        self._piece = b""
        self._at = 0

    def header(self) -> bytes:
        """The next header block; empty at the end of the archive."""
        end = self._at + _BLOCK
        if end > len(self._piece):
            self._fill(_BLOCK)
            end = _BLOCK
        block = self._piece[self._at : end]
        if len(block) < _BLOCK or not block[0]:
            # the rest is padding; reading it lets the stream check its sum
            for _ in self._pieces:
                pass
            if block.strip(b"\0"):
                raise PackageError("it is no tar archive", self._place, GET_AGAIN)
            return b""
        self._at = end
        return block

    def take(self, size: int) -> memoryview:
        """The content of a member, without its padding."""
        padded = -(-size // _BLOCK) * _BLOCK
        if self._at + padded > len(self._piece):
            self._fill(padded)
        start, self._at = self._at, self._at + padded
        if start + size > len(self._piece):
            raise PackageError("the archive is cut short", self._place, GET_AGAIN)
        return memoryview(self._piece)[start : start + size]

    def _fill(self, wanted: int) -> None:
        """Have at least so many bytes at hand, if the stream still has them."""
        parts = [self._piece[self._at :]]
        have = len(parts[0])
        while have < wanted and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            have += len(piece)
        self._piece, self._at = b"".join(parts), 0


def _size(header: bytes, extra: dict[str, str], place: object) -> int:
    try:
        # numbers are octal digits, ended by a space or a zero byte
        size = int(extra.get("size") or int(header[124:136].strip(b" \0") or b"0", 8))
    except ValueError:
        size = -1
    if size < 0:
        raise PackageError("it is no tar archive, or a damaged one", place, GET_AGAIN)
    return size


def _plain_name(header: bytes) -> str:
    name = header[:100].partition(b"\0")[0]
    if header[257:263] == b"ustar\0" and header[345]:
        name = header[345:500].partition(b"\0")[0] + b"/" + name
    return name.decode("utf-8", "surrogateescape")


def _gnu_name(data: memoryview) -> dict[str, str]:
    return {"path": bytes(data).rstrip(b"\0").decode("utf-8", "surrogateescape")}


def _pax(data: memoryview) -> dict[str, str]:
    """The records of a pax header, ``length key=value``; those that cannot be read end it."""
    found = {}
    rest = bytes(data)
    while rest:
        length = rest[:8].partition(b" ")[0]
        if not length.isdigit() or int(length) <= len(length):
            break
        record, rest = rest[len(length) + 1 : int(length)], rest[int(length) :]
        key, _, value = record.rstrip(b"\n").partition(b"=")
        if key in (b"path", b"size"):
            found[key.decode("ascii")] = value.decode("utf-8", "surrogateescape")
    return found


def _global(_: memoryview) -> dict[str, str]:
    return {}


_EXTRA = {ord("x"): _pax, ord("g"): _global, ord("L"): _gnu_name, ord("K"): _global}


def _name(name: str, place: object) -> str:
    """A member's path, if it stays inside the folder that it would be unpacked into."""
    plain = name.removeprefix("./").rstrip("/")
    if name.startswith("/") or ".." in plain.split("/"):
        raise _refused(f"its member {name[:80]!r} is outside of it", place)
    return plain


def _refused(problem: str, place: object) -> PackageError:
    return PackageError(f"the archive is refused: {problem}", place, "get it from its publisher")
