"""Requests to an application without a socket between: for many requests to many of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from conformance_cli.reference import Application
from tests.reference import payloads

Json = Any


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: Any = ()
    headers: Mapping[str, str] = field(default_factory=payloads.headers)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    content: bytes

    @property
    def body(self) -> Json:
        return msgspec.json.decode(self.content) if self.content else None


async def ask(application: Application, asked: Asked) -> Told:
    headers = dict(asked.headers)
    if asked.body is not None:
        headers.setdefault("Content-Type", "application/fhir+json")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "path": asked.path,
        "raw_path": quote(asked.path).encode(),
        "root_path": "",
        "query_string": urlencode(asked.query, doseq=True).encode(),
        "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers.items()],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": asked.body or b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, receive, send)
    start, *rest = sent
    content = b"".join(message.get("body", b"") for message in rest)
    return Told(start["status"], tuple(start["headers"]), content)


class Waits:
    """Lets no time pass, but remembers how long it should have waited."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def told(application: Application, asked: Asked) -> Told:
    """The answer to one request, from outside any event loop."""
    return asyncio.run(ask(application, asked))
