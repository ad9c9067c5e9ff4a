"""One request as the receiver reads it, and its reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any

FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Call:
    """A request.  Header names are in lower case; query parameters keep their order."""

    method: str
    path: str
    #: Scheme, host and root path, without a slash at the end.
    base: str
    headers: Mapping[str, str]
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    #: What the path template captured, e.g. ``{"id": ...}``.
    parts: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header's value without surrounding blanks, or an empty text."""
        return self.headers.get(name.lower(), "").strip()

    def values(self, parameter: str) -> list[str]:
        """Every value of a query parameter, in the order sent."""
        return [value for name, value in self.query if name == parameter]

    def value(self, parameter: str) -> str | None:
        """The first value of a query parameter, or ``None`` where it was not sent."""
        return next(iter(self.values(parameter)), None)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back.  Body ``None`` means no body at all."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Seconds to wait before it is sent; only faults wait.
    delay_s: float = 0.0
