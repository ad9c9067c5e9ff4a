"""What the engine needs from the layers it does not import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from conformance_cli.model.exchange import Evidence, Exchange, Request, TlsFacts
from conformance_cli.model.result import PreflightResult, TestResult
from conformance_cli.model.run import RunState


class Sender(Protocol):
    """Sends requests to the endpoint under test, within its bounds."""

    @property
    def base_url(self) -> str:
        """Where interaction paths are appended."""

    def send(self, request: Request, exchange_id: str, deadline: float | None = None) -> Exchange:
        """Send one request.  Wire faults come back as ``Exchange.failure``, never raised.

        ``deadline`` is a ``time.monotonic()`` value after which nothing may go on.
        """

    def tls(self) -> TlsFacts | None:
        """What a handshake shows; ``None`` where the endpoint is not https."""


class Redactor(Protocol):
    """Turns live exchanges and texts into what may be written."""

    def evidence(self, exchange: Exchange, *, test: str, keep_body: bool) -> Evidence:
        """The redacted form of an exchange; also learns its personal values."""

    def text(self, text: str) -> str:
        """A text without secrets and without any personal value learned so far."""


class Recorder(Protocol):
    """Keeps results as they come, so that a crash loses at most the test in flight."""

    def preflight(self, result: PreflightResult) -> None:
        """Keep one set-up check."""

    def test_started(self, test_id: str) -> None:
        """Note that a test is about to touch the endpoint."""

    def test_finished(self, result: TestResult, evidence: Sequence[Evidence]) -> None:
        """Keep a test's evidence, then its result."""

    def finish(self, state: RunState, finished: datetime) -> None:
        """Close the run."""
