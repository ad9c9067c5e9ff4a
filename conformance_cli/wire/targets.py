"""Targets: which origins may be contacted, and reading a URL in exactly one way.

Two URL parsers that disagree are how allow-lists are passed (``http://good@evil``,
backslashes, tabs).  Here one strict grammar decides, and what it does not match is
refused, so that no later parser sees anything ambiguous.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import FailureKind
from conformance_cli.wire.faults import WireFault

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/[^?#\x00-\x1f\x7f]*)?(?:\?[^#\x00-\x1f\x7f]*)?)"
    r"(?:\#[^\x00-\x1f\x7f]*)?",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the origin (RFC 6454) and the request target."""

    scheme: str
    #: Lower case, without brackets.
    host: str
    port: int
    #: Path and query as they are sent.
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port as the Host header writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str) -> Target | None:
    """Read an absolute http(s) URL; ``None`` for anything else, userinfo included."""
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] else _DEFAULT_PORTS[scheme]
    path = match["target"]
    if not 0 < port < 65536:
        return None
    if not path.startswith("/"):
        path = "/" + path
    host = match["host"].lower()
    if host.startswith("["):
        host = host[1:-1]
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return None
    return Target(scheme, host, port, path)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, without asking a resolver."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def base_target(url: str, what: str, code: str) -> Target:
    """Read a URL that the user configured.  Raises ``ConformanceError`` with ``code``."""
    target = parse_target(url)
    if target is None:
        shown = re.sub(r"//[^/]*@", "//[redacted:userinfo]@", url)[:200]
        raise ConformanceError.of(
            code,
            f"{what} is not a usable URL: {shown!r}",
            hint="write http(s)://host[:port]/path, without user name and password",
        )
    return target


class AllowedTargets:
    """The only places that a client may contact.

    The base URL's origin and every further URL's origin.  ``hosts`` adds whole hosts
    (``host`` or ``host:port``), reached over https unless the base URL is http.
    """

    def __init__(self, base: Target, urls: Iterable[Target], hosts: Iterable[str]) -> None:
        self._origins = {base.origin, *(url.origin for url in urls)}
        self._plain = base.scheme == "http"
        self._hosts: set[tuple[str, int | None]] = set()
        for entry in hosts:
            match = _HOST.fullmatch(entry)
            if match is None:
                raise ConformanceError.of(
                    "allowed-host-invalid", f"{entry!r} is not a host or host:port"
                )
            port = int(match["port"]) if match["port"] else None
            self._hosts.add((match["host"].strip("[]").lower(), port))

    def check(self, url: str, max_length: int) -> Target:
        """The target of a request.  Raises ``WireFault`` (``BLOCKED``) if it may not be sent."""
        if len(url) > max_length:
            raise blocked(f"the URL is {len(url)} characters long; the limit is {max_length}")
        target = parse_target(url)
        if target is None:
            raise blocked(
                "the URL is not plain http(s)://host[:port]/path",
                "user names, control characters and other schemes are never sent",
            )
        if target.origin in self._origins or self._listed(target):
            return target
        raise blocked(
            f"{target.scheme}://{target.authority} is not the endpoint under test",
            "only the base URL's host and the token host are ever contacted",
        )

    def _listed(self, target: Target) -> bool:
        if target.scheme == "http" and not self._plain:
            return False
        return bool({(target.host, None), (target.host, target.port)} & self._hosts)


def blocked(message: str, hint: str = "") -> WireFault:
    """The fault of a request that this tool refuses to send."""
    return WireFault(FailureKind.BLOCKED, message, hint)
