"""Clients that are closed, and certificates made once for all TLS tests of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance_cli.model.exchange import Exchange, Request
from conformance_cli.wire.client import Client
from conformance_cli.wire.limits import Limits

#: Bounds scaled down so that whatever hangs is over soon.
QUICK = Limits(timeout_s=0.4, connect_timeout_s=0.3)


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Makes clients and closes them after the test."""
    made: list[Client] = []

    def make(base_url: str, **settings: Any) -> Client:
        made.append(Client(base_url, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def get(client: Callable[..., Client]) -> Callable[..., Exchange]:
    """One GET with a client of its own."""

    def send(base_url: str, path: str = "/Slot", **settings: Any) -> Exchange:
        return client(base_url, **settings).send(Request("GET", base_url + path), "t/1")

    return send
