"""Incoming responses: HTTP/1 read strictly, with a bound on everything that can repeat.

``http.client`` reads any number of interim responses and trailers, takes a chunk size
of ``-1`` for "until the end", stops at 100 headers, and lets the e-mail parser guess at
malformed lines.  This subclass keeps its connection handling and replaces its parsing.
Sources: RFC 9110 and RFC 9112.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from conformance_cli.model.exchange import FailureKind, Headers
from conformance_cli.wire.faults import WireFault
from conformance_cli.wire.guard import Guard

_STATUS_LINE = re.compile(rb"HTTP/(1\.[0-9])[ \t]+([1-9][0-9]{2})(?:[ \t]+([^\r\n]*))?[ \t]*\r?\n")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LENGTH = re.compile(r"[0-9]{1,18}")
_PIECE = 64 * 1024
_MAX_CHUNK_LINE = 1024


class BoundedResponse(http.client.HTTPResponse):
    """One response on a guarded connection, read piece by piece."""

    def __init__(
        self, sock: Any, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self._bodiless_method = method == "HEAD"
        self.guard: Guard = sock.guard
        #: Status line data and headers as they came, in order.
        self.http_version = "1.1"
        self.raw_headers: Headers = ()
        #: Whether all of the body was read, and nothing more had come.
        self.reusable = False
        self._consumed = 0
        self._header_room = self.guard.limits.max_header_bytes

    def begin(self) -> None:
        """Read up to the end of the final response's headers."""
        if self.headers is not None:
            return
        limits = self.guard.limits
        for _ in range(limits.max_interim + 1):
            version, status, reason = self._status_line()
            headers = self._header_block()
            if status >= 200 or status == 101:
                break
        else:
            _protocol(f"more than {limits.max_interim} interim (1xx) responses")
        self.code = self.status = status
        self.reason = reason
        self.http_version = version
        self.version = 10 if version == "1.0" else 11
        self.raw_headers = headers
        message = http.client.HTTPMessage()
        for name, value in headers:
            message[name] = value
        self.headers = self.msg = message
        self._frame(message)
        if self.chunked:  # read as RFC 9112 says; urllib3 would log a warning beside it
            del message["content-length"]
        self.guard.incoming = self

    def pieces(self) -> Iterator[bytes]:
        """The body as it came, without chunk framing, in pieces of at most 64 KiB."""
        if self.fp is None:
            self.reusable = not self.will_close
            return
        if self.chunked:
            yield from self._chunks()
        elif self.length is not None:
            yield from self._exactly(self.length, "in the middle of the body")
        else:
            while piece := self.fp.read(_PIECE):
                yield piece
        # Bytes past the end belong to no request of ours: never reuse that connection.
        left_over = self.guard.received > self._consumed
        self.reusable = not self.will_close and not left_over
        self.close()

    def _chunks(self) -> Iterator[bytes]:
        while True:
            line = self._line(_MAX_CHUNK_LINE, "chunk size line", "in the middle of the body")
            match = _CHUNK_SIZE.fullmatch(line)
            if match is None:
                _protocol(f"the chunk size is not hexadecimal: {_excerpt(line)}")
            size = int(match[1], 16)
            if size == 0:
                self._header_block()  # trailers: read within bounds, and dropped
                return
            yield from self._exactly(size, "in the middle of a chunk")
            end = self._line(_MAX_CHUNK_LINE, "chunk end", "in the middle of the body")
            if end.strip(b"\r\n"):
                _protocol("a chunk is longer than its size says")

    def _exactly(self, size: int, where: str) -> Iterator[bytes]:
        left = size
        while left:
            piece = self.fp.read(min(left, _PIECE))
            if not piece:
                raise WireFault(
                    FailureKind.TRUNCATED,
                    f"the connection ended {where}: {left} of {size} bytes are missing",
                    "the endpoint, or something before it, cut the response short",
                )
            left -= len(piece)
            self._consumed += len(piece)
            yield piece

    def _status_line(self) -> tuple[str, int, str]:
        line = self._line(self.guard.limits.max_status_line, "status line", "in the status line")
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            _protocol(
                f"the answer is not HTTP/1: it starts with {_excerpt(line)}",
                "check the port, and whether the base URL should start with https://",
            )
        reason = (match[3] or b"").decode("latin-1").strip()
        return match[1].decode("ascii"), int(match[2]), reason

    def _header_block(self) -> Headers:
        limits = self.guard.limits
        headers: list[tuple[str, str]] = []
        while True:
            line = self._line(self._header_room, "header block", "in the headers")
            self._header_room -= len(line)
            if line in (b"\r\n", b"\n"):
                return tuple(headers)
            if line[0] in b" \t":  # obsolete line folding, RFC 9112 section 5.2
                if not headers:
                    _protocol("the first header line is a continuation line")
                name, value = headers[-1]
                headers[-1] = name, f"{value} {line.decode('latin-1').strip()}"
                continue
            raw_name, colon, raw_value = line.partition(b":")
            if not colon or not _NAME.fullmatch(raw_name):
                _protocol(f"a header line is malformed: {_excerpt(raw_name)}")
            headers.append((raw_name.decode("ascii"), raw_value.decode("latin-1").strip(" \t\r\n")))
            if len(headers) > limits.max_headers:
                raise WireFault(
                    FailureKind.TOO_LARGE,
                    f"the response has more than {limits.max_headers} headers",
                )

    def _line(self, limit: int, what: str, where: str) -> bytes:
        limit = max(limit, 2)
        line = self.fp.readline(limit + 1)
        self._consumed += len(line)
        if len(line) > limit:
            raise WireFault(FailureKind.TOO_LARGE, f"the {what} is longer than {limit} bytes")
        if not line.endswith(b"\n"):
            raise self.guard.ended(where)
        return line

    def _frame(self, message: http.client.HTTPMessage) -> None:
        """How long the body is (RFC 9112 section 6.3) and whether the connection stays."""
        codings = ",".join(message.get_all("transfer-encoding", [])).lower().strip()
        lengths = {
            length.strip()
            for value in message.get_all("content-length", [])
            for length in value.split(",")
        }
        self.length = None
        self.chunk_left = None
        self.chunked = bool(codings)
        if codings not in ("", "chunked"):
            _protocol(f"the transfer encoding is not supported: {codings[:60]!r}")
        if lengths and not self.chunked:
            if len(lengths) > 1 or not _LENGTH.fullmatch(next(iter(lengths))):
                _protocol("Content-Length is not one whole number")
            self.length = int(lengths.pop())
            lengths.add("")
        tokens = {t.strip() for t in ",".join(message.get_all("connection", [])).lower().split(",")}
        keeps = "keep-alive" in tokens if self.version == 10 else "close" not in tokens
        bodiless = self.status in (101, 204, 304) or self._bodiless_method
        if bodiless:
            self.length, self.chunked = 0, False
        framed = self.chunked or self.length is not None
        ambiguous = self.chunked and bool(lengths)
        self.will_close = not keeps or not framed or ambiguous or self.status == 101


def _protocol(message: str, hint: str = "the endpoint breaks HTTP/1.1 (RFC 9112)") -> NoReturn:
    raise WireFault(FailureKind.PROTOCOL, message, hint)


def _excerpt(data: bytes) -> str:
    return repr(data[:40].decode("latin-1"))
