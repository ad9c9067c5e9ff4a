"""A gzip stream in bounded pieces."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.limits import MIB, Limits

_READ = MIB // 4
_PIECE = 4 * MIB
#: zlib's word for a gzip wrapper with the largest window.
_GZIP = 31
GET_AGAIN = "download or build it again"


def inflated(file: BinaryIO, place: object, limits: Limits) -> Iterator[bytes]:
    """The content of a gzip file, in pieces of a few MiB.

    Raises:
        PackageError: it is no gzip file, damaged, cut short, or larger than the limits.

    """
    read = made = 0
    stream = zlib.decompressobj(_GZIP)
    data = b""
    while True:
        if not data:
            data = file.read(_READ)
            read += len(data)
            if not data:
                break
        if stream.eof:
            # archives may be several gzip streams, one after the other, or padded with zeros
            if not data.strip(b"\0"):
                data = b""
                continue
            stream = zlib.decompressobj(_GZIP)
        piece, data = _step(stream, data, place)
        made += len(piece)
        _within(made, read, place, limits)
        if piece:
            yield piece
    if not stream.eof:
        raise PackageError("the archive is cut short", place, GET_AGAIN)


def ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, each made in another thread while the one before is looked at."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, pieces, b"")
        while piece := coming.result():
            coming = pool.submit(next, pieces, b"")
            yield piece


def _step(stream: zlib._Decompress, data: bytes, place: object) -> tuple[bytes, bytes]:
    try:
        piece = stream.decompress(data, _PIECE)
    except zlib.error as error:
        raise PackageError(
            f"it is no gzip-compressed archive, or a damaged one: {error}", place, GET_AGAIN
        ) from error
    return piece, stream.unused_data if stream.eof else stream.unconsumed_tail


def _within(made: int, read: int, place: object, limits: Limits) -> None:
    if read > limits.archive:
        raise PackageError(
            f"the archive has more than {limits.archive // MIB} MiB", place, "split it"
        )
    if made > limits.unpacked or made > limits.free + read * limits.ratio:
        raise PackageError(
            f"the archive unpacks to more than {made // MIB} MiB, too much for its size",
            place,
            "if it can be trusted, unpack it and give the folder",
        )
