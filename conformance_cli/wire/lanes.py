"""Lanes: each carries one exchange at a time over connections of its own."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3.exceptions

from conformance_cli.model.exchange import FailureKind, Request, Response
from conformance_cli.wire.adapter import GuardedAdapter, WireRequest
from conformance_cli.wire.decoding import content_coding, decoded, too_large
from conformance_cli.wire.faults import Reached, WireFault
from conformance_cli.wire.guard import Guard
from conformance_cli.wire.incoming import BoundedResponse
from conformance_cli.wire.limits import Limits
from conformance_cli.wire.targets import Target

#: RFC 9110 section 9.2.1.  PUT and DELETE may be repeated by the letter of the standard,
#: but their second answer can differ (404, 409) and would be held against the supplier.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Lane:
    """A guard, and the connections that obey it."""

    def __init__(self, limits: Limits, context: ssl.SSLContext | None, proxy: str | None) -> None:
        self.guard = Guard(limits)
        self._adapter = GuardedAdapter(self.guard, context, proxy)

    def exchange(self, target: Target, request: Request, deadline: float) -> Response:
        """Send one request and read its whole response.  Raises ``WireFault``."""
        self.guard.begin(deadline, fresh_only=request.method.upper() not in SAFE_METHODS)
        wire = WireRequest(request.method, target, request.headers, request.body)
        try:
            raw = self._adapter.transmit(wire).raw
            incoming = self.guard.incoming
            assert incoming is not None  # noqa: S101 - reading the headers has set it
            try:
                body = self._body(incoming)
            finally:
                if not incoming.reusable:
                    raw.close()
                raw.release_conn()
                self.guard.note_idle()
        except WireFault:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise self._unforeseen(error) from error
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise self._unforeseen(error) from error
        return Response(
            incoming.status, incoming.reason, incoming.raw_headers, body, incoming.http_version
        )

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    def _body(self, incoming: BoundedResponse) -> bytes:
        limits = self.guard.limits
        if incoming.length == 0:
            return decoded(incoming.pieces(), "identity", limits)
        codings = incoming.headers.get_all("content-encoding", [])
        coding = content_coding(",".join(codings))
        if incoming.length is not None and incoming.length > limits.max_body:
            raise too_large(limits)
        return decoded(incoming.pieces(), coding, limits)

    def _unforeseen(self, error: Exception) -> WireFault:
        """A fault that no guard has named: an operating system or library error."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OSError):
            cause = cause.__cause__ or cause.__context__
        if isinstance(cause, OSError) and not isinstance(cause, requests.RequestException):
            words = (cause.strerror or type(cause).__name__).lower()
            reached = Reached.FINAL if self.guard.received else Reached.SENT
            return WireFault(FailureKind.CONNECT, f"the connection broke: {words}", reached=reached)
        return WireFault(
            FailureKind.PROTOCOL, f"the exchange failed: {type(error).__name__}: {error}"[:300]
        )


class Lanes:
    """Lends a lane to each exchange under way, and keeps it warm for the next one."""

    def __init__(self, limits: Limits, context: ssl.SSLContext | None, proxy: str | None) -> None:
        self._limits = limits
        self._context = context
        self._proxy = proxy
        self._lock = threading.Lock()
        self._idle: list[Lane] = []
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Lane]:
        """A lane that nobody else uses meanwhile; the one used last comes first."""
        with self._lock:
            lane = self._idle.pop() if self._idle else None
        if lane is None:
            lane = Lane(self._limits, self._context, self._proxy)
        try:
            yield lane
        finally:
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle.append(lane)
            if not keep:
                lane.close()

    def close(self) -> None:
        """Close all idle lanes now, and the busy ones when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for lane in idle:
            lane.close()
