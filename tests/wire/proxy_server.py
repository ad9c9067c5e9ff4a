"""A forward proxy on loopback: tunnels CONNECT, answers plain requests itself."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
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
    open_sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        threads.append(thread)
        thread.start()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listener.accept()
                open_sockets.append(accepted)
                start(serve, accepted)

    def serve(accepted: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while head := _head(accepted):
                proxy.heads.append(head)
                if not head.startswith("CONNECT "):
                    accepted.sendall(response(b"by proxy"))
                elif proxy.refusal:
                    accepted.sendall(proxy.refusal)
                    accepted.shutdown(socket.SHUT_WR)
                else:
                    host, _, port = head.split(" ")[1].rpartition(":")
                    onward = socket.create_connection((host, int(port)), 5)
                    open_sockets.append(onward)
                    accepted.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    start(_relay, onward, accepted)
                    _relay(accepted, onward)
                    return

    start(accept)
    try:
        yield proxy
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for sock in open_sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
        for sock in open_sockets:
            sock.close()


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
