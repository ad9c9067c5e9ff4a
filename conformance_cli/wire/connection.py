"""Connections for urllib3's pools: guarded sockets, strict responses, named faults."""

from __future__ import annotations

import ssl
from http.client import HTTPException
from typing import Any

import urllib3.exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection

from conformance_cli.model.exchange import FailureKind
from conformance_cli.wire.faults import Reached, WireFault
from conformance_cli.wire.guard import Guard
from conformance_cli.wire.incoming import BoundedResponse
from conformance_cli.wire.sockets import GuardedSocket, GuardedTlsSocket, open_socket
from conformance_cli.wire.tls_problems import tls_fault


class _Guarded:
    """What plain and TLS connections share."""

    guard: Guard
    proxy: Any
    _dns_host: str
    port: int

    def _open(self) -> GuardedSocket:
        kind = FailureKind.PROXY if self.proxy else FailureKind.CONNECT
        return open_socket(self._dns_host, self.port, self.guard, kind)


class PlainConnection(_Guarded, HTTPConnection):
    """An http connection."""

    response_class = BoundedResponse

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guard = guard

    def _new_conn(self) -> GuardedSocket:
        return self._open()

    @property
    def is_connected(self) -> bool:
        """Whether the pool may use it again."""
        return not self.guard.too_idle and super().is_connected


class TlsConnection(_Guarded, HTTPSConnection):
    """An https connection, tunnelled where there is a proxy."""

    response_class = BoundedResponse

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guard = guard

    def _new_conn(self) -> GuardedSocket:
        return self._open()

    def connect(self) -> None:
        """Connect, tunnel and shake hands.  Raises ``WireFault`` for all that can fail."""
        try:
            super().connect()
        except ssl.SSLError as error:
            raise tls_fault(error) from error
        except urllib3.exceptions.SSLError as error:
            cause = error.args[0] if error.args else None
            if isinstance(cause, ssl.SSLError):
                raise tls_fault(cause) from error
            raise WireFault(FailureKind.TLS, f"TLS failed: {error}") from error
        except TimeoutError:
            raise WireFault(
                FailureKind.TIMEOUT,
                "the time for the exchange was up during the TLS handshake",
                "check that the port speaks TLS",
                reached=Reached.NOTHING,
            ) from None
        except OSError as error:
            raise WireFault(
                FailureKind.TLS,
                f"the connection broke during the TLS handshake: {error.strerror or error}",
                "check the port; a firewall, or a missing client certificate, can cause this",
            ) from error
        sock = self.sock
        assert isinstance(sock, GuardedTlsSocket)  # noqa: S101 - our contexts make no other
        sock.guard = self.guard
        # urllib3 would warn on every request of a run that chose not to verify; that
        # choice is the caller's, and stands in every report.
        self.is_verified = True

    def _tunnel(self) -> None:
        try:
            super()._tunnel()
        except (OSError, HTTPException) as error:
            raise WireFault(
                FailureKind.PROXY,
                f"the proxy refused to connect us: {error}",
                "check the proxy's address, and its user name and password",
            ) from error
        except WireFault as fault:
            if fault.failure.kind is FailureKind.TIMEOUT:
                raise
            raise WireFault(
                FailureKind.PROXY, f"the proxy failed: {fault.failure.message}"
            ) from fault
        self.guard.restart_counts()
        self.sock.settimeout(self.guard.remaining())

    @property
    def is_connected(self) -> bool:
        """Whether the pool may use it again."""
        return not self.guard.too_idle and super().is_connected
