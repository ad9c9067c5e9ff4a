"""Content decoding with a bound on what comes out, whatever went in."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from conformance_cli.model.exchange import FailureKind
from conformance_cli.wire.faults import WireFault
from conformance_cli.wire.limits import MIB, Limits

_PIECE = 64 * 1024
# A gzip stream may hold many members (RFC 1952 section 2.2); none needs this many.
_MAX_MEMBERS = 64
_GZIP = 16 + zlib.MAX_WBITS


def content_coding(value: str) -> str:
    """``identity``, ``gzip`` or ``deflate``.  Raises ``WireFault`` for any other coding."""
    codings = [c for c in (part.strip().lower() for part in value.split(",")) if c]
    codings = [c for c in codings if c != "identity"]
    if not codings:
        return "identity"
    if len(codings) == 1 and codings[0] in ("gzip", "x-gzip", "deflate"):
        return codings[0].removeprefix("x-")
    raise WireFault(
        FailureKind.PROTOCOL,
        f"the content encoding is not one that was offered: {', '.join(codings)[:60]!r}",
        "the request accepts gzip and identity only (RFC 9110 section 12.5.3)",
    )


def decoded(pieces: Iterable[bytes], coding: str, limits: Limits) -> bytes:
    """The whole body, decoded.  Raises ``WireFault`` as soon as a bound is passed."""
    meter = _Meter(limits)
    raw = meter.raw(pieces)
    if coding != "identity":
        raw = _inflated(raw, coding, meter)
    body = bytearray()
    for piece in raw:
        body += piece
    return bytes(body)


class _Meter:
    """Counts what came and what it became."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._in = 0
        self._out = 0

    def raw(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._in += len(piece)
            if self._in > self._limits.max_body:
                raise too_large(self._limits)
            yield piece

    def out(self, size: int) -> None:
        self._out += size
        limits = self._limits
        if self._out > limits.max_body:
            raise too_large(limits)
        if self._out > limits.ratio_floor and self._out > self._in * limits.max_ratio:
            raise WireFault(
                FailureKind.TOO_LARGE,
                f"the body expands to more than {limits.max_ratio} times its size",
                "a decompression bomb, or padding; the rest was not decoded",
            )


def too_large(limits: Limits) -> WireFault:
    """The fault of a body beyond the limit."""
    return WireFault(
        FailureKind.TOO_LARGE,
        f"the body is larger than {limits.max_body / MIB:.4g} MiB",
        "the rest was not read",
    )


def _inflated(pieces: Iterable[bytes], coding: str, meter: _Meter) -> Iterator[bytes]:
    inflater = None
    members = 0
    for piece in pieces:
        data = piece
        more = True
        while more:
            if inflater is None or inflater.eof:
                # Zero padding between and after members is common and harmless.
                data = data.lstrip(b"\0") if inflater is not None else data
                if not data:
                    break
                members += 1
                if members > (_MAX_MEMBERS if coding == "gzip" else 1):
                    raise WireFault(
                        FailureKind.PROTOCOL, f"there is more after the end of the {coding} data"
                    )
                inflater = zlib.decompressobj(_window(coding, data))
            try:
                out = inflater.decompress(data, _PIECE)
            except zlib.error as error:
                raise WireFault(
                    FailureKind.PROTOCOL, f"the body is not valid {coding}, as its headers say"
                ) from error
            meter.out(len(out))
            yield out
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            # A full piece may leave output inside zlib though all input is consumed.
            more = bool(data) or (len(out) == _PIECE and not inflater.eof)
    if inflater is not None and not inflater.eof:
        raise WireFault(
            FailureKind.TRUNCATED, f"the {coding} data ends in the middle", "it was cut short"
        )


def _window(coding: str, start: bytes) -> int:
    if coding == "gzip":
        return _GZIP
    # "deflate" means zlib (RFC 1950); some servers send it raw (RFC 1951).
    zlib_header = start[0] & 0x0F == 8 and (len(start) == 1 or not (start[0] << 8 | start[1]) % 31)
    return zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS
