"""One validation: what it found, and what its rules may ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct, field

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.outcome.issue import Issue, Severity
from conformance_cli.fhir.outcome.message import Message
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place

Json = Any


class Scope(Struct, frozen=True):
    """A resource, and what it stands in.

    ``relation`` is how the container holds it: ``contained``, ``entry`` (of a Bundle) or
    ``parameter``; empty for the outermost one.  For an entry, ``full_url`` is its fullUrl.
    """

    resource: Mapping[str, Json]
    place: Place
    container: Scope | None = None
    relation: str = ""
    full_url: str | None = None

    @property
    def root(self) -> Scope:
        """The resource that is not contained: what ``%rootResource`` means."""
        scope = self
        while scope.relation == "contained" and scope.container is not None:
            scope = scope.container
        return scope

    @property
    def bundle(self) -> Scope | None:
        """The innermost Bundle around the resource, if there is one."""
        scope: Scope | None = self
        while scope is not None:
            if scope.relation == "entry":
                return scope.container
            scope = scope.container
        return None


class Found(Struct, frozen=True):
    """An issue before it is rendered: places cost time, and most are never shown."""

    message: Message
    place: Place
    severity: Severity
    profile: str | None
    values: Mapping[str, Any] = field(default_factory=dict)

    def key(self) -> tuple[str, str, str]:
        """Equal for issues that say the same."""
        return self.message.id, self.place.expression, self.text

    @property
    def text(self) -> str:
        """The sentence."""
        return self.message.text.format(**self.values)


class Session:
    """Collects issues, and gives rules what they need.

    The tools (``terminology``, ``path``, ``walker``) are set by the validator.
    """

    def __init__(self, library: Library, options: Options, tools: Any) -> None:
        self.library = library
        self.options = options
        self.tools = tools
        self.found: list[Found] = []
        #: Per profile and must-support element, how often it was present and absent.
        self.support: dict[tuple[str, str], list[int]] = {}
        #: What rules worked out about the input and may need again, by a key of their own.
        self.memory: dict[Any, Any] = {}

    def count(self, profile: str, element: str, *, present: bool) -> None:
        """Note that a must-support element was present or absent where it may stand."""
        counts = self.support.get((profile, element))
        if counts is None:
            counts = self.support[profile, element] = [0, 0]
        counts[0 if present else 1] += 1

    def report(
        self,
        message: Message,
        place: Place,
        *,
        severity: Severity | None = None,
        profile: str | None = None,
        **values: Any,
    ) -> None:
        """Add an issue; ``values`` fill the message's template."""
        self.found.append(Found(message, place, severity or message.severity, profile, values))

    @contextmanager
    def aside(self) -> Iterator[list[Found]]:
        """Collect what is reported inside into a list of its own, to decide about it later."""
        kept, self.found = self.found, []
        try:
            yield self.found
        finally:
            self.found = kept


__all__ = ["Found", "Issue", "Scope", "Session"]
