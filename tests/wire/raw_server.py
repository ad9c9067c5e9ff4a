"""A server on loopback that misbehaves exactly as told, down to the byte."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Conversation:
    """One accepted connection, seen from the server's side."""

    socket: socket.socket
    #: Set when the test is over: no script outlives its test.
    over: threading.Event
    #: What was just asked, byte for byte.
    request: bytes

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def drip(self, data: bytes, every: float) -> None:
        """One byte at a time, until somebody gives up."""
        for byte in data:
            self.socket.sendall(bytes([byte]))
            if self.over.wait(every):
                return

    def endless(self, data: bytes) -> None:
        """The same bytes again and again, as fast as they are taken."""
        while not self.over.is_set():
            self.socket.sendall(data)

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self.over.wait(20)

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


Script = Callable[[Conversation], object]


@dataclass
class RawServer:
    """A running server: where it is, and the requests it has read, byte for byte."""

    port: int
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)
    #: How many connections were accepted.
    connections: int = 0

    @property
    def base_url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


def response(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    """A well-formed response with a Content-Length."""
    head = "".join(f"{header}\r\n" for header in headers)
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode("latin-1") + body
    )


@contextmanager
def raw_server(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Answer each request by the next script; the last one stands for all that follow.

    A connection is kept as long as its scripts leave it open; a script that returns
    ``False`` closes it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(listener.getsockname()[1], "https" if tls else "http")
        service = _Service(server, scripts, tls)
        acceptor = threading.Thread(target=service.accept, args=(listener,), daemon=True)
        acceptor.start()
        try:
            yield server
        finally:
            service.over.set()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", server.port), 1).close()
            acceptor.join(5)
            service.stop()


class _Service:
    """The threads behind a running server."""

    def __init__(
        self, server: RawServer, scripts: tuple[Script, ...], tls: ssl.SSLContext | None
    ) -> None:
        self.over = threading.Event()
        self._server = server
        self._order = itertools.chain(scripts, itertools.repeat(scripts[-1]))
        self._tls = tls
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()

    def accept(self, listener: socket.socket) -> None:
        while True:
            accepted, _ = listener.accept()
            if self.over.is_set():
                accepted.close()
                return
            self._server.connections += 1
            thread = threading.Thread(target=self._talk, args=(accepted,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _talk(self, accepted: socket.socket) -> None:
        accepted.settimeout(20)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(accepted.close)
            self._keep(accepted, stack)
            sock = accepted
            if self._tls is not None:
                sock = stack.enter_context(self._tls.wrap_socket(accepted, server_side=True))
                self._keep(sock, stack)
            while not self.over.is_set():
                request = _read_request(sock)
                if not request:
                    return
                with self._lock:
                    self._server.requests.append(request)
                    script = next(self._order)
                if script(Conversation(sock, self.over, request)) is False:
                    return

    def _keep(self, sock: socket.socket, stack: contextlib.ExitStack) -> None:
        self._open.add(sock)
        stack.callback(self._open.discard, sock)


def _read_request(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        received = sock.recv(65536)
        if not received:
            return b""
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        received = sock.recv(65536)
        if not received:
            break
        body += received
    return head + b"\r\n\r\n" + body


def always(data: bytes) -> Script:
    """Answer with these bytes."""
    return lambda talk: talk.send(data)


def then_close(data: bytes) -> Script:
    """Answer with these bytes and close the connection."""

    def script(talk: Conversation) -> bool:
        talk.send(data)
        return False

    return script
