"""The bounded client: the only way to the endpoint under test."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TlsFacts,
    TransportFailure,
)
from conformance_cli.wire.auth import Auth, NoAuth
from conformance_cli.wire.faults import Reached, WireFault
from conformance_cli.wire.handshake import Handshaker
from conformance_cli.wire.lanes import SAFE_METHODS, Lanes
from conformance_cli.wire.limits import Limits
from conformance_cli.wire.outgoing import check_method, sent_headers
from conformance_cli.wire.proxy import Proxy
from conformance_cli.wire.rate import Pacer, RateLimit
from conformance_cli.wire.redaction import Redactor
from conformance_cli.wire.targets import AllowedTargets, Target, base_target
from conformance_cli.wire.tls import TlsSettings

#: Seconds before the second attempt; doubled for each further one.
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Attempt:
    """How one attempt ended."""

    started: datetime
    elapsed_ms: float
    response: Response | None = None
    failure: TransportFailure | None = None
    reached: Reached = Reached.FINAL


class Client:
    """Sends requests to one endpoint, and nowhere else, within bounds.

    Thread-safe.  Redirects are never followed, cookies never kept, and the environment
    (proxies, netrc) never read.  ``retries`` counts further attempts after transport
    faults that cannot have changed anything; each is counted in ``Exchange.attempts``.
    ``allowed_hosts`` are further hosts (``host`` or ``host:port``) that may be contacted.

    Raises ``ConformanceError`` for unusable settings, before anything is sent.
    """

    def __init__(
        self,
        base_url: str,
        *,
        limits: Limits | None = None,
        auth: Auth | None = None,
        tls: TlsSettings | None = None,
        proxy: str | None = None,
        rate_limit: RateLimit | None = None,
        retries: int = 0,
        redactor: Redactor | None = None,
        allowed_hosts: Sequence[str] = (),
    ) -> None:
        self.base_url = base_url
        self._base = base_target(base_url, "the endpoint", "endpoint-invalid")
        self._limits = limits or Limits()
        self._auth = auth or NoAuth()
        self._tls = tls or TlsSettings()
        self._retries = retries
        self._redactor = redactor or Redactor()
        self._proxy = Proxy.parse(proxy) if proxy else None
        further = [base_target(u, "the token URL", "token-url-invalid") for u in self._auth.urls]
        self._allowed = AllowedTargets(self._base, further, allowed_hosts)
        self._pacer = Pacer(rate_limit, self._limits.max_retry_after_s)
        secure = any(target.scheme == "https" for target in (self._base, *further))
        context = self._tls.context() if secure or allowed_hosts else None
        self._lanes = Lanes(self._limits, context, self._proxy.url if self._proxy else None)
        self._facts: TlsFacts | None = None
        self._facts_lock = threading.Lock()
        for secret in (*self._auth.secrets, *(self._proxy.secrets if self._proxy else ())):
            self._redactor.add_secret(secret)
        self._auth.attach(_Channel(self, self._redactor))

    def send(self, request: Request, exchange_id: str, deadline: float | None = None) -> Exchange:
        """Send one request.  Wire faults come back as ``Exchange.failure``, never raised.

        ``deadline`` is a ``time.monotonic()`` value after which nothing may go on.  The
        exchange's request shows the headers as they were sent, credentials included.
        """
        started = datetime.now(UTC)
        try:
            target = self._checked(request)
            credentials = self._auth.headers(request, deadline)
            sent = replace(request, headers=sent_headers(request, credentials))
            self._pacer.wait(deadline)
        except WireFault as fault:
            return Exchange(exchange_id, request, None, fault.failure, started, 0.0)
        except ConformanceError as error:
            return Exchange(exchange_id, request, None, _auth_failure(error), started, 0.0)
        return self._exchange(target, sent, exchange_id, deadline, self._retries)

    def tls(self) -> TlsFacts | None:
        """What a handshake shows, asked once; ``None`` where the endpoint is not https.

        Raises ``SetupError`` where no handshake succeeds.
        """
        if self._base.scheme != "https":
            return None
        with self._facts_lock:
            if self._facts is None:
                shaker = Handshaker(self._base, self._tls, self._limits, self._proxy)
                self._facts = shaker.facts()
            return self._facts

    def close(self) -> None:
        """Close all connections."""
        self._lanes.close()

    def _plain_exchange(self, request: Request, deadline: float | None) -> Exchange:
        """An exchange without credentials, pacing or retries: for credentials themselves."""
        started = datetime.now(UTC)
        try:
            target = self._checked(request)
            sent = replace(request, headers=sent_headers(request, ()))
        except WireFault as fault:
            return Exchange("", request, None, fault.failure, started, 0.0)
        return self._exchange(target, sent, "", deadline, 0)

    def _checked(self, request: Request) -> Target:
        check_method(request.method)
        return self._allowed.check(request.url, self._limits.max_url)

    def _exchange(
        self,
        target: Target,
        request: Request,
        exchange_id: str,
        deadline: float | None,
        retries: int,
    ) -> Exchange:
        end = time.monotonic() + self._limits.timeout_s
        if deadline is not None:
            end = min(end, deadline)
        attempts = 1
        attempt = self._attempt(target, request, end)
        while attempts <= retries and _may_repeat(attempt, request.method):
            pause = min(_FIRST_PAUSE_S * 2 ** (attempts - 1), _LONGEST_PAUSE_S)
            if time.monotonic() + pause >= end:
                break
            time.sleep(pause)
            attempts += 1
            attempt = self._attempt(target, request, end)
        if attempt.response is not None:
            self._pacer.heed(attempt.response, datetime.now(UTC))
        return Exchange(
            exchange_id,
            request,
            attempt.response,
            attempt.failure,
            attempt.started,
            attempt.elapsed_ms,
            attempts,
        )

    def _attempt(self, target: Target, request: Request, end: float) -> _Attempt:
        started = datetime.now(UTC)
        begun = time.monotonic()
        with self._lanes.lend() as lane:
            try:
                response = lane.exchange(target, request, end)
            except WireFault as fault:
                elapsed = _milliseconds_since(lane.guard.first_sent or begun)
                return _Attempt(started, elapsed, None, fault.failure, fault.reached)
            elapsed = _milliseconds_since(lane.guard.first_sent or begun)
        return _Attempt(started, elapsed, response)


class _Channel:
    """What an auth sees of its client."""

    def __init__(self, client: Client, redactor: Redactor) -> None:
        self.exchange = client._plain_exchange
        self.keep_secret = redactor.add_secret
        self.clean = redactor.text


def _milliseconds_since(moment: float) -> float:
    return (time.monotonic() - moment) * 1000


def _may_repeat(attempt: _Attempt, method: str) -> bool:
    if attempt.reached is Reached.NOTHING:
        return True
    return attempt.reached is Reached.SENT and method.upper() in SAFE_METHODS


def _auth_failure(error: ConformanceError) -> TransportFailure:
    first = error.diagnostics[0]
    return TransportFailure(FailureKind.AUTH, f"{first.code}: {first.message}", first.hint or "")
