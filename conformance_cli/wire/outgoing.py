"""Outgoing headers: exactly those of the request, plus the few that HTTP needs."""

from __future__ import annotations

import re

from conformance_cli import __version__
from conformance_cli.model.exchange import Headers, Request
from conformance_cli.wire.targets import blocked

USER_AGENT = f"conformance/{__version__}"

# RFC 9110 section 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
# A line break would start a header, or a request, of somebody else's choosing.
_BREAKS = re.compile(r"[\r\n\x00]")
_DEFAULTS = (
    ("User-Agent", USER_AGENT),
    ("Accept-Encoding", "gzip"),
    ("Connection", "keep-alive"),
)


def sent_headers(request: Request, auth: Headers) -> Headers:
    """The headers that go out: the request's own, then auth's, then the defaults.

    A header that the request names itself is never added to, so that a test can send
    a broken token.  To send *no* credential, a request names auth's header with an
    empty value: that one is left out.

    Raises ``WireFault`` (``BLOCKED``) for header names that are no token, values with
    line breaks, and framing headers that contradict the body.
    """
    named = {name.lower() for name, _ in request.headers}
    credentials = {name.lower() for name, _ in auth}
    headers = [
        (name, value)
        for name, value in request.headers
        if (value or name.lower() not in credentials) and not _is_framing(name, value, request)
    ]
    headers += [(name, value) for name, value in auth if name.lower() not in named]
    headers += [(name, value) for name, value in _DEFAULTS if name.lower() not in named]
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            raise blocked(f"{name[:40]!r} is not a header name")
        if _BREAKS.search(value):
            raise blocked(f"the value of {name} holds a line break or NUL")
    return tuple(headers)


def check_method(method: str) -> None:
    """Raises ``WireFault`` (``BLOCKED``) for what is no method, and for CONNECT."""
    if not _TOKEN.fullmatch(method):
        raise blocked(f"{method[:40]!r} is not a method")
    if method.upper() == "CONNECT":
        raise blocked("CONNECT would open a tunnel past the allowed hosts")


def wire_value(value: str) -> str:
    """A header value so that http.client's latin-1 puts UTF-8 on the wire."""
    if value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("latin-1")


def _is_framing(name: str, value: str, request: Request) -> bool:
    """Whether the client writes this header itself; a false one would desynchronise."""
    lower = name.lower()
    if lower == "transfer-encoding":
        raise blocked("Transfer-Encoding is set by the client", "leave the header out")
    if lower == "content-length":
        if value.strip() != str(len(request.body or b"")):
            raise blocked("Content-Length is not the length of the body", "leave the header out")
        return True
    return False
