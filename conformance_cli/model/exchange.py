"""Exchanges: what went over the wire, live and as evidence.

``Exchange`` holds bytes as they were and never leaves memory.  ``Evidence`` is its
redacted form, and the only one of the two that can be written: a function that stores
or reports takes ``Evidence``, so the type checker keeps secrets out of files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

#: Header name and value in wire order; a name may repeat.
Headers = tuple[tuple[str, str], ...]


class FailureKind(Enum):
    """Why an exchange has no usable response."""

    CONNECT = "connect"
    DNS = "dns"
    TLS = "tls"
    PROXY = "proxy"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    BLOCKED = "blocked"
    AUTH = "auth"


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """What broke below the level of a complete HTTP response."""

    kind: FailureKind
    message: str
    #: What the user can do about it.
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to send.  ``url`` is absolute."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """First value of a header, by case-insensitive name (RFC 9110 section 5.1)."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response, decoded from its content encoding."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    http_version: str = "1.1"

    def header(self, name: str) -> str | None:
        """First value of a header, by case-insensitive name (RFC 9110 section 5.1)."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response or transport failure, in memory only."""

    id: str
    request: Request
    response: Response | None
    failure: TransportFailure | None
    started: datetime
    #: Milliseconds from the first byte sent to the last byte read, of the last attempt.
    elapsed_ms: float
    #: 1 unless transport faults were retried.
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class EvidenceBody:
    """What is kept of a body: always its size and digest, its redacted text if asked for."""

    size: int
    #: ``sha256:...`` of the redacted text where text is kept; of nothing secret otherwise.
    digest: str = ""
    media_type: str = ""
    text: str | None = None
    #: Why ``text`` is missing or cut short.
    omitted: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """A redacted request."""

    method: str
    url: str
    headers: Headers = ()
    body: EvidenceBody | None = None


@dataclass(frozen=True, slots=True)
class EvidenceResponse:
    """A redacted response."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: EvidenceBody | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One redacted exchange, as kept in the run directory."""

    #: ``<test id>/<n>``, the same in every run of the same pack.
    id: str
    test: str
    request: EvidenceRequest
    response: EvidenceResponse | None
    failure: TransportFailure | None
    started: datetime
    elapsed_ms: float
    attempts: int = 1
    #: Names of what was masked, e.g. ``header:authorization``, ``personal:Patient.name``.
    redactions: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What a handshake with the endpoint showed.  Dates are aware, in UTC."""

    version: str
    cipher: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    #: Whether the chain and name were verified against trusted roots.
    verified: bool
    #: Why not, where ``verified`` is false.
    problem: str = ""
    #: Protocol versions below TLS 1.2 that the endpoint also accepts.
    legacy_versions: tuple[str, ...] = ()


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
