"""A token endpoint on loopback that checks assertions by the registered public key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.wire.raw_server import Conversation, RawServer, raw_server, response


@dataclass
class TokenServer:
    """The endpoint, the form of each request, and the claims and headers it accepted."""

    server: RawServer
    key: str
    answers: list[Any]
    forms: list[dict[str, str]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, Any]] = field(default_factory=list)
    #: Called before each answer.
    before: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"{self.server.base_url}/oauth2/token"


def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@contextmanager
def token_server(key: rsa.RSAPrivateKey, *answers: Any) -> Iterator[TokenServer]:
    """Check each request, then give the next answer; a dict is a 200 of JSON."""
    lock = threading.Lock()

    def script(talk: Conversation) -> None:
        with lock:
            form = {
                name: values[0]
                for name, values in parse_qs(
                    running.server.requests[-1].partition(b"\r\n\r\n")[2].decode()
                ).items()
            }
            assertion = form["client_assertion"]
            running.forms.append(form)
            running.headers.append(jwt.get_unverified_header(assertion))
            running.claims.append(
                jwt.decode(assertion, key.public_key(), ["RS512", "RS256"], audience=running.url)
            )
            number = len(running.forms)
        running.before()
        answer = running.answers[min(number, len(running.answers)) - 1]
        if isinstance(answer, bytes):
            talk.send(answer)
        else:
            talk.send(response(json.dumps(answer).encode(), "Content-Type: application/json"))

    with raw_server(script) as server:
        running = TokenServer(server, pem(key), list(answers))
        yield running
