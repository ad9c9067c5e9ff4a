"""A forward proxy on loopback: tunnels CONNECT, answers plain requests itself."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.wire.raw_server import response


@dataclass
class ProxyServer:
    """A running proxy and the request heads it was given."""

    port: int
    heads: list[str] = field(default_factory=list)
    refusal: bytes = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def proxy_server(refusal: bytes = b"") -> Iterator[ProxyServer]:
    """Run a proxy; with ``refusal`` it answers every CONNECT with that."""
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = ProxyServer(listener.getsockname()[1], refusal=refusal)
    service = _Service(proxy)
    service.start(service.accept, listener)
    try:
        yield proxy
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        service.stop()


class _Service:
    """The threads and sockets behind a running proxy."""

    def __init__(self, proxy: ProxyServer) -> None:
        self._proxy = proxy
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listener.accept()
                self._sockets.append(accepted)
                self.start(self._serve, accepted)

    def stop(self) -> None:
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for sock in self._sockets:
            sock.close()

    def _serve(self, accepted: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while head := _head(accepted):
                self._proxy.heads.append(head)
                if not head.startswith("CONNECT "):
                    accepted.sendall(response(b"by proxy"))
                elif self._proxy.refusal:
                    accepted.sendall(self._proxy.refusal)
                    accepted.shutdown(socket.SHUT_WR)
                else:
                    self._tunnel(accepted, head)
                    return

    def _tunnel(self, accepted: socket.socket, head: str) -> None:
        host, _, port = head.split(" ")[1].rpartition(":")
        onward = socket.create_connection((host, int(port)), 5)
        self._sockets.append(onward)
        accepted.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        self.start(_relay, onward, accepted)
        _relay(accepted, onward)


def _head(sock: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        received = sock.recv(65536)
        if not received:
            return ""
        data += received
    return data.decode("latin-1")


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
