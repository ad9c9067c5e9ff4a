"""A package registry on loopback, which can be told to misbehave."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha512
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = Callable[["Handler"], None]


@dataclass
class Registry:
    """What the server has; ``requests`` are those that it got."""

    url: str = ""
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    archives: dict[str, bytes] = field(default_factory=dict)
    #: What to do instead, by path; each is used once, then it answers as usual.
    instead: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def publish(self, name: str, version: str, data: bytes, **dist: Any) -> None:
        path = f"/-/{name}-{version}.tgz"
        self.archives[path] = data
        promised = {
            "tarball": self.url + path,
            "shasum": sha1(data).hexdigest(),
            "integrity": "sha512-" + b64encode(sha512(data).digest()).decode(),
        }
        package = self.packages.setdefault(name, {"name": name, "versions": {}})
        found = {key: value for key, value in (promised | dist).items() if value is not None}
        package["versions"][version] = {"name": name, "version": version, "dist": found}

    def asked(self, path: str) -> list[dict[str, str]]:
        return [headers for where, headers in self.requests if where == path]

    def path_of(self, name: str, version: str) -> str:
        return f"/-/{name}-{version}.tgz"


class Handler(BaseHTTPRequestHandler):
    registry: Registry
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        registry = self.registry
        registry.requests.append((self.path, dict(self.headers)))
        if registry.instead.get(self.path):
            registry.instead[self.path].pop(0)(self)
        elif self.path in registry.archives:
            self.archive(registry.archives[self.path])
        elif self.path[1:] in registry.packages:
            self.answer(200, json.dumps(registry.packages[self.path[1:]]).encode())
        else:
            self.answer(404, b"{}")

    def archive(self, data: bytes) -> None:
        headers = {"ETag": f'"{sha1(data).hexdigest()}"', "Accept-Ranges": "bytes"}
        start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        tag = self.headers.get("If-Range", headers["ETag"])
        if start is None or tag != headers["ETag"]:
            self.answer(200, data, **headers)
        elif int(start[1]) >= len(data):
            self.answer(416, b"", **{"Content-Range": f"bytes */{len(data)}"})
        else:
            at = int(start[1])
            headers["Content-Range"] = f"bytes {at}-{len(data) - 1}/{len(data)}"
            self.answer(206, data[at:], **headers)

    def answer(self, status: int, data: bytes, **headers: str) -> None:
        self.head(status, len(data), **headers)
        self.wfile.write(data)

    def head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def cut_off(after: int) -> Answer:
    """Promise the whole archive, send a part of it and hang up."""

    def act(handler: Handler) -> None:
        data = handler.registry.archives[handler.path]
        start = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        at = int(start[1]) if start else 0
        span = {"Content-Range": f"bytes {at}-{len(data) - 1}/{len(data)}"} if start else {}
        headers = {"ETag": f'"{sha1(data).hexdigest()}"', **span}
        handler.head(206 if start else 200, len(data) - at, **headers)
        handler.wfile.write(data[at : at + after])
        handler.close_connection = True

    return act


def answers(status: int, data: bytes = b"", **headers: str) -> Answer:
    return lambda handler: handler.answer(status, data, **headers)


def hangs(seconds: float) -> Answer:
    def act(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return act


def drips(seconds: float) -> Answer:
    """Send a byte now and then, for ever."""

    def act(handler: Handler) -> None:
        handler.head(200, 10_000)
        try:
            for _ in range(200):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(seconds)
        except OSError:
            pass
        handler.close_connection = True

    return act


@contextmanager
def serving() -> Iterator[Registry]:
    registry = Registry()
    handler = type("Bound", (Handler,), {"registry": registry})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    registry.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
