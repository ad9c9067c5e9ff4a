"""Structures kept on disk, so that a snapshot is made and read once and never again.

One file holds the structures made from one list of packages.  It only grows: each structure is
appended when it was first made, and read when it is first asked for.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from functools import cache
from io import SEEK_END
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO

import msgspec
from msgspec.structs import replace

from conformance_cli.fhir import definitions
from conformance_cli.fhir.definitions.schema import Element, Pinned, Structure
from conformance_cli.fhir.packages.files import locked, replace_bytes, short_name

_MAGIC = b"FHIRST1\n"
#: Package, entry, length and CRC-32 of what follows.
_RECORD = Struct("<4I")
_DECIMAL = 1
#: How many lists of packages are remembered; older ones are made again when needed.
_MOST_FILES = 64

#: Which structure: the position of its package, and its number there.
Key = tuple[int, int]


class _Span(msgspec.Struct, frozen=True):
    start: int
    length: int
    sum: int


class StructureStore:
    """The structures of one list of packages; without a path, nothing is kept.

    ``key`` says what they were made from; a file with another key is started anew.
    """

    def __init__(self, path: Path | None, key: bytes = b"") -> None:
        self._path = path
        self._head = _MAGIC + len(key).to_bytes(4, "little") + key
        self._spans: dict[Key, _Span] | None = None
        self._data: Any = b""
        #: Where the last record ends that is known to be whole; 0 before there is a file.
        self._end = 0

    def get(self, key: Key) -> Structure | None:
        """A structure that was kept, if it is whole."""
        if self._spans is None:
            self._spans = self._open()
        span = self._spans.get(key)
        if span is None:
            return None
        data = self._data[span.start : span.start + span.length]
        return decoded(data) if zlib.crc32(data) == span.sum else None

    def put(self, key: Key, structure: Structure) -> None:
        """Keep a structure; where that cannot be done it is made again next time."""
        data = encoded(structure)
        if self._path is None or data is None:
            return
        with suppress(OSError):
            if not self._end:
                self._create(self._path)
            with self._path.open("r+b") as file, locked(file):
                self._append(file, _RECORD.pack(*key, len(data), zlib.crc32(data)) + data)

    def _open(self) -> dict[Key, _Span]:
        spans: dict[Key, _Span] = {}
        if self._path is None:
            return spans
        # a ValueError is an empty file, which cannot be mapped
        with suppress(OSError, ValueError), self._path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            if self._data[: len(self._head)] == self._head:
                self._end = _walk(self._data, len(self._head), spans.__setitem__)
        return spans

    def _create(self, path: Path) -> None:
        """Start the file, unless another process has done so meanwhile."""
        with suppress(FileNotFoundError), path.open("rb") as file:
            if file.read(len(self._head)) == self._head:
                self._end = len(self._head)
                return
        _forget_oldest(path.parent)
        replace_bytes(path, self._head)
        self._end = len(self._head)

    def _append(self, file: BinaryIO, record: bytes) -> None:
        """Write after the last whole record: what a killed process left behind goes."""
        if file.seek(0, SEEK_END) < self._end:
            # another process started it anew
            self._end = len(self._head)
        file.seek(self._end)
        self._end += _walk(file.read(), 0, _ignore)
        file.seek(self._end)
        file.write(record)
        file.truncate()
        self._end += len(record)


def structure_store(folder: Path | None, digests: Iterable[str]) -> StructureStore:
    """The structures made from these packages; empty where nothing of them may be kept."""
    known = list(digests)
    if folder is None or not all(known):
        return StructureStore(None)
    key = "\n".join([*known, _release()]).encode()
    return StructureStore(folder / short_name(key), key)


def encoded(structure: Structure) -> bytes | None:
    """A structure as bytes; ``None`` for one with values that cannot be kept."""
    try:
        return msgspec.msgpack.encode(replace(structure, root=_portable(structure.root)))
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError):
        return None


def decoded(data: bytes) -> Structure | None:
    """The structure that was encoded."""
    try:
        found: Structure = _decoder().decode(data)
    except (msgspec.DecodeError, ArithmeticError, RecursionError):
        return None
    return found


def _walk(data: Any, at: int, note: Callable[[Key, _Span], None]) -> int:
    """Note every whole record, and return where the last one ends."""
    size = len(data)
    while at + _RECORD.size <= size:
        package, number, length, sum_ = _RECORD.unpack_from(data, at)
        start = at + _RECORD.size
        if start + length > size:
            break
        note((package, number), _Span(start, length, sum_))
        at = start + length
    return at


def _ignore(_: Key, __: _Span) -> None:
    pass


def _portable(element: Element) -> Element:
    """An element whose values keep their type: decimals are told apart from strings."""
    changes: dict[str, Any] = {}
    for name in ("fixed", "pattern", "min_value", "max_value"):
        pinned: Pinned | None = getattr(element, name)
        if pinned is not None:
            value, extra = _marked(pinned.value), _marked(pinned.extra)
            changes[name] = replace(pinned, value=value, extra=extra)
    for name in ("slices", "children"):
        below: tuple[Element, ...] = getattr(element, name)
        if below:
            changes[name] = tuple(map(_portable, below))
    return replace(element, **changes) if changes else element


def _marked(value: Any) -> Any:
    if isinstance(value, Decimal):
        return msgspec.msgpack.Ext(_DECIMAL, str(value).encode())
    if isinstance(value, dict):
        return {name: _marked(item) for name, item in value.items()}
    return list(map(_marked, value)) if isinstance(value, list) else value


def _unmarked(_: int, data: memoryview) -> Decimal:
    return Decimal(bytes(data).decode())


@cache
def _decoder() -> Any:
    return msgspec.msgpack.Decoder(Structure, ext_hook=_unmarked)


@cache
def _release() -> str:
    """Changes with the code that makes structures: what another release made is not used."""
    files = sorted(Path(definitions.__file__).parent.rglob("*.py"))
    parts = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return "\n".join(parts)


def _forget_oldest(folder: Path) -> None:
    with suppress(OSError):
        files = sorted(folder.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime_ns)
        for path in files[: 1 - _MOST_FILES]:
            path.unlink()
