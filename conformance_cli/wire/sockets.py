"""Sockets under guard, and how they are opened."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

from conformance_cli.model.exchange import FailureKind
from conformance_cli.wire.faults import Reached, WireFault
from conformance_cli.wire.guard import Guard

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_Address = tuple[Any, Any, int, str, Any]


class GuardedSocket(socket.socket):
    """A plain TCP socket whose every transfer passes the guard."""

    guard: Guard

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """Receive within the time that is left."""
        receive = super().recv_into
        return self.guard.receive(self, lambda: receive(buffer, nbytes, flags))

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Send everything within the time that is left."""
        send = super().sendall
        self.guard.send(self, lambda: send(data, flags))


class GuardedTlsSocket(ssl.SSLSocket):
    """A TLS socket whose every transfer passes the guard once it has one."""

    guard: Guard

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive within the time that is left."""
        receive = super().recv_into
        return self.guard.receive(self, lambda: receive(buffer, nbytes, flags))

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Send a part within the time that is left; ``sendall`` comes down to this."""
        send = super().send
        return self.guard.send(self, lambda: send(data, flags))


def open_socket(host: str, port: int, guard: Guard, kind: FailureKind) -> GuardedSocket:
    """Resolve and connect within the guard's time.

    ``kind`` says whose host it is: the endpoint's (``CONNECT``) or the proxy's.
    Addresses are tried in the resolver's order, each with its share of the time, so
    that one dead address does not use up the time of a live one.
    """
    addresses = _resolve(host, port, guard, kind)
    problem = "no address"
    for position, (family, type_, protocol, _name, address) in enumerate(addresses):
        share = guard.connecting() / (len(addresses) - position)
        try:
            sock = GuardedSocket(family, type_, protocol)
        except OSError as error:
            problem = _words(error)
            continue
        sock.guard = guard
        try:
            sock.settimeout(share)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            problem = _words(error)
            continue
        # What follows at once is the TLS handshake, which takes this as its total.
        sock.settimeout(guard.remaining())
        return sock
    raise WireFault(
        kind,
        f"cannot connect to {host} port {port}: {problem}",
        "check that it is running and reachable from here, and the port",
        reached=Reached.NOTHING,
    )


def _resolve(host: str, port: int, guard: Guard, kind: FailureKind) -> list[_Address]:
    # getaddrinfo knows no timeout, and a dead resolver takes it a minute to notice.
    answers: queue.SimpleQueue[list[_Address] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=guard.connecting())
    except queue.Empty:
        answer = TimeoutError("the resolver did not answer in time")
    if not isinstance(answer, list):
        raise WireFault(
            FailureKind.DNS if kind is FailureKind.CONNECT else kind,
            f"the host name {host} cannot be resolved: {_words(answer)}",
            "check the spelling, and the DNS and VPN of this machine",
            reached=Reached.NOTHING,
        ) from answer
    return answer


def _words(error: OSError | UnicodeError) -> str:
    if isinstance(error, TimeoutError) and not error.strerror:
        return str(error.args[0] if error.args else "timed out")
    text = getattr(error, "strerror", None) or str(error)
    return str(text)[:1].lower() + str(text)[1:]
