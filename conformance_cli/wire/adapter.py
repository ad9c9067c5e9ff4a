"""The requests adapter of one lane: a pool of guarded connections and their guard.

``requests.Session`` is left out on purpose: it follows redirects, reads the body of a
redirect without bound even when it does not follow, keeps cookies, and adds headers.
Its transport adapter does none of these.
"""

from __future__ import annotations

import ssl
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest
from urllib3 import HTTPHeaderDict

from conformance_cli.wire.connection import PlainConnection, TlsConnection
from conformance_cli.wire.guard import Guard
from conformance_cli.wire.outgoing import wire_value
from conformance_cli.wire.targets import Target


class WireRequest(PreparedRequest):
    """A request that is already as it goes out: nothing is prepared, nothing is added."""

    def __init__(
        self,
        method: str,
        target: Target,
        headers: tuple[tuple[str, str], ...],
        body: bytes | None,
    ) -> None:
        self.method = method
        self.target = target
        self.url = f"{target.scheme}://{target.authority}{target.path}"
        fields = HTTPHeaderDict()
        for name, value in headers:
            fields.add(name, wire_value(value))
        if body is not None:
            fields["Content-Length"] = str(len(body))
        self.headers = fields  # type: ignore[assignment]  # keeps repeated names apart
        self.body = body


class GuardedAdapter(HTTPAdapter):
    """Sends one request at a time over pooled connections that all obey one guard."""

    def __init__(self, guard: Guard, context: ssl.SSLContext | None, proxy: str | None) -> None:
        self.guard = guard
        self._context = context
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._pools: dict[tuple[str, str, int], Any] = {}
        super().__init__(pool_connections=4, pool_maxsize=1)

    def transmit(self, request: WireRequest) -> requests.Response:
        """Send a request and read up to the end of the response's headers."""
        return self.send(
            request, stream=True, timeout=self.guard.remaining(), proxies=self._proxies
        )

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: Any,  # noqa: ARG002 - the context was made once for all connections
        proxies: Any = None,  # noqa: ARG002
        cert: Any = None,  # noqa: ARG002
    ) -> Any:
        """The pool of the request's origin; looked up once per origin."""
        assert isinstance(request, WireRequest)  # noqa: S101 - transmit() makes nothing else
        origin = request.target.origin
        pool = self._pools.get(origin)
        if pool is None:
            scheme, host, port = origin
            proxy = self._proxies.get(scheme)
            tls = {"ssl_context": self._context} if scheme == "https" else {}
            manager = self.proxy_manager_for(proxy) if proxy else self.poolmanager
            pool = manager.connection_from_host(host, port, scheme, pool_kwargs=tls)
            connection = TlsConnection if scheme == "https" else PlainConnection
            pool.ConnectionCls = partial(connection, guard=self.guard)
            self._pools[origin] = pool
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave trust to the TLS context, which was made once for all connections."""

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:  # noqa: ARG002
        """The request target; absolute where a proxy forwards plain http."""
        assert isinstance(request, WireRequest)  # noqa: S101 - transmit() makes nothing else
        forwarded = request.target.scheme == "http" and bool(self._proxies)
        return str(request.url) if forwarded else request.target.path

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Only the raw response: no cookies, no guessed encoding."""
        response = requests.Response()
        response.request = req
        response.status_code = resp.status
        response.raw = resp
        return response
