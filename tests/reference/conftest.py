"""A conformant receiver at a fixed moment, and senders that speak to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from conformance_cli.reference import serve
from conformance_cli.reference.bars.supplier import BarsSupplier
from tests.reference.sender import Sender

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def fixed_clock() -> datetime:
    return NOW


@contextmanager
def sender_to(
    *faults: str, version: str = "1.0.0", supplier: BarsSupplier | None = None
) -> Iterator[Sender]:
    """A sender to a fresh receiver that stands still at NOW."""
    chosen = supplier or BarsSupplier(clock=fixed_clock)
    with serve(chosen, faults=frozenset(faults), version=version) as running:
        sender = Sender(running.base_url, NOW)
        try:
            yield sender
        finally:
            sender.close()


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    with sender_to() as sender:
        yield sender


@pytest.fixture(scope="module")
def newer() -> Iterator[Sender]:
    """A sender to a receiver that speaks API 1.1.0, and asks for that."""
    with sender_to(version="1.1.0") as sender:
        yield sender
