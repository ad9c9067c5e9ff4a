"""Serving a reference supplier on loopback: in a thread of its own, or in the foreground."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from conformance_cli.model.diagnostics import ConformanceError, ExitCode
from conformance_cli.reference.identity import Identity
from conformance_cli.reference.supplier import Application, ReferenceSupplier

if TYPE_CHECKING:
    import uvicorn

#: Longest time to wait for the server to start or stop, in seconds.
PATIENCE_S = 10.0

_LOOPBACK = "127.0.0.1"


class RunningSupplier:
    """A reference supplier that is being served, until its ``serve`` block ends."""

    def __init__(
        self,
        supplier: ReferenceSupplier,
        base_url: str,
        thread: Thread,
        authority: Path | None = None,
    ) -> None:
        self.supplier = supplier
        #: Certificate file that a client must trust; ``None`` where it speaks http.
        self.authority = authority
        #: Without a slash at the end.
        self.base_url = base_url
        self._thread = thread
        self._lock = Lock()
        self._requests = 0

    @property
    def requests(self) -> int:
        """How many requests have arrived so far."""
        with self._lock:
            return self._requests

    def wait(self) -> None:
        """Block until the server ends or Ctrl-C: what serving in the foreground does."""
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)

    def _count(self) -> None:
        with self._lock:
            self._requests += 1


@contextmanager
def serve(
    supplier: ReferenceSupplier,
    *,
    faults: frozenset[str] = frozenset(),
    version: str = "1.0.0",
    port: int = 0,
    latency_ms: float = 0,
    identity: Identity | None = None,
) -> Iterator[RunningSupplier]:
    """Serve a fresh application of the supplier on 127.0.0.1 while the block runs.

    ``port`` 0 lets the operating system choose.  ``latency_ms`` is added to every
    response.  With an ``identity`` it speaks https, otherwise http.  Raises
    ``ConformanceError``: ``port-not-available``, or what
    ``ReferenceSupplier.application`` raises.
    """
    application = supplier.application(faults, version)
    with _bound(port) as listening:
        scheme = "http" if identity is None else "https"
        base_url = f"{scheme}://{_LOOPBACK}:{listening.getsockname()[1]}"
        metered = _Metered(application, latency_ms / 1000)
        server, started = _server(metered, identity)
        thread = Thread(
            target=server.run,
            kwargs={"sockets": [listening]},
            name=f"reference-{supplier.name}",
            daemon=True,
        )
        authority = None if identity is None else identity.authority
        metered.running = RunningSupplier(supplier, base_url, thread, authority)
        thread.start()
        try:
            if not started.wait(PATIENCE_S):
                raise ConformanceError.of(
                    "reference-not-started",
                    f"the reference supplier did not start within {PATIENCE_S:g} s",
                    exit_code=ExitCode.INTERNAL,
                )
            yield metered.running
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)


class _Metered:
    """Counts requests and holds responses back by the added latency."""

    def __init__(self, application: Application, latency_s: float) -> None:
        self._application = application
        self._latency_s = latency_s
        self.running: RunningSupplier

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        self.running._count()
        if self._latency_s > 0:
            await asyncio.sleep(self._latency_s)
        await self._application(scope, receive, send)


def _bound(port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only where the protocol is named.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_LOOPBACK, port))
    except OSError as error:
        listening.close()
        raise ConformanceError.of(
            "port-not-available",
            f"cannot listen on {_LOOPBACK}:{port}: {error.strerror or error}",
            hint="choose another port, or leave it out",
        ) from error
    return listening


def _server(application: _Metered, identity: Identity | None) -> tuple[uvicorn.Server, Event]:
    import uvicorn

    started = Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started.set()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # A client that keeps its connection would be waited for, over TLS in vain.
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        application,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=None if identity is None else identity.certificate,
        ssl_keyfile=None if identity is None else identity.key,
    )
    if identity is not None:
        config.load()
        _agree_to(config.ssl, identity.minimum)
    return Server(config), started


def _agree_to(context: ssl.SSLContext | None, minimum: ssl.TLSVersion) -> None:
    if context is None:
        return
    if minimum < ssl.TLSVersion.TLSv1_2:
        # today's libraries offer the old versions only at the lowest security level
        context.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = minimum
