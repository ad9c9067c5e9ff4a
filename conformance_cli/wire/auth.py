"""Credentials: the headers that prove who is calling.

What they hold is secret; every secret is registered with the redactor before it is
first used, so that no evidence can show it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Protocol

from conformance_cli.model.diagnostics import SetupError
from conformance_cli.model.exchange import Exchange, Headers, Request


class AuthError(SetupError):
    """A credential could not be had.  Undecided, never the supplier's failure."""


class Channel(Protocol):
    """What an auth may use of the client that it is attached to."""

    def exchange(self, request: Request, deadline: float | None) -> Exchange:
        """Send a request within the client's bounds, without credentials or retries."""

    def keep_secret(self, value: str) -> None:
        """Make sure that a value appears in no evidence."""

    def clean(self, text: str) -> str:
        """A text without any secret or personal value known so far."""


class Auth(Protocol):
    """A way to authenticate requests.  Thread-safe."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must appear in no evidence."""

    @property
    def urls(self) -> tuple[str, ...]:
        """Further URLs whose hosts it must reach."""

    def attach(self, channel: Channel) -> None:
        """Be given the client's channel, once, before the first request."""

    def headers(self, request: Request, deadline: float | None = None) -> Headers:
        """The headers to add.  ``deadline`` is a ``time.monotonic()`` value.

        Raises ``AuthError`` where no credential can be had.
        """


class _Static:
    """An auth that needs nobody else: the same headers for every request."""

    urls: tuple[str, ...] = ()

    def attach(self, channel: Channel) -> None:
        """Nothing to fetch."""

    def headers(self, request: Request, deadline: float | None = None) -> Headers:  # noqa: ARG002
        """The fixed headers, whatever is asked for."""
        return self._fixed()

    def _fixed(self) -> Headers:
        return ()


class NoAuth(_Static):
    """Requests go out as they are."""

    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class BearerAuth(_Static):
    """A token that was given (RFC 6750)."""

    token: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return (self.token,)

    def _fixed(self) -> Headers:
        return (("Authorization", f"Bearer {self.token}"),)


@dataclass(frozen=True)
class BasicAuth(_Static):
    """User name and password (RFC 7617, UTF-8)."""

    user: str
    password: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password, and the pair as it is sent."""
        return (self.password, self._pair())

    def _fixed(self) -> Headers:
        return (("Authorization", f"Basic {self._pair()}"),)

    def _pair(self) -> str:
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class ApiKeyAuth(_Static):
    """A key in a header of its own, e.g. ``apikey``."""

    header: str
    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key."""
        return (self.value,)

    def _fixed(self) -> Headers:
        return ((self.header, self.value),)
