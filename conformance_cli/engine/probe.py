"""A sender that remembers its exchanges, for preflight to look at."""

from __future__ import annotations

from conformance_cli.engine.ports import Sender
from conformance_cli.model.exchange import Exchange, Request, TlsFacts


class ProbeSender:
    """Passes requests on and keeps the live exchanges of a few steps."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.exchanges: list[Exchange] = []

    @property
    def base_url(self) -> str:
        """Where interaction paths are appended."""
        return self._sender.base_url

    def send(self, request: Request, exchange_id: str, deadline: float | None = None) -> Exchange:
        """Send one request and remember its exchange."""
        exchange = self._sender.send(request, exchange_id, deadline)
        self.exchanges.append(exchange)
        return exchange

    def tls(self) -> TlsFacts | None:
        """What a handshake shows."""
        return self._sender.tls()
