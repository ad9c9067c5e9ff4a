"""The names that a pack's expressions see while a test runs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from conformance_cli.expressions import Lazy, render
from conformance_cli.model.exchange import Exchange, Headers
from conformance_cli.model.pack import Json


class RenderedMapping(Mapping[str, Any]):
    """Templates by name, rendered each time one is looked up.

    Looking up a name renders only that name, so that a value which needs a missing
    fixture hurts only the tests that use it.
    """

    def __init__(
        self, templates: Mapping[str, Json], scope: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._templates = templates
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        template = self._templates[name]
        # lazily, so that the evaluator can bound values that name each other
        return Lazy(lambda: render(template, self._scope()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._templates)

    def __len__(self) -> int:
        return len(self._templates)


class HeaderMapping(Mapping[str, str]):
    """Headers by case-insensitive name (RFC 9110 section 5.1), first value of each."""

    def __init__(self, headers: Headers) -> None:
        self._headers = headers

    @cached_property
    def _values(self) -> dict[str, str]:
        return {name.lower(): value for name, value in reversed(self._headers)}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(slots=True)
class TestScope:
    """The mutable half of a running test: its captures, over what never changes."""

    __test__ = False

    constants: Mapping[str, Any]
    values: Mapping[str, Json]
    captures: dict[str, Any]

    @classmethod
    def start(
        cls,
        *,
        fixtures: Mapping[str, str],
        options: Mapping[str, bool],
        values: Mapping[str, Json],
        each: Mapping[str, Json],
    ) -> TestScope:
        """The scope of a test that begins now."""
        now = datetime.now(UTC)
        constants = {
            "fixture": fixtures,
            "option": options,
            "each": each,
            "now": now,
            "today": now.date(),
            "uuid": lambda: str(uuid.uuid4()),
        }
        return cls(constants, values, {})

    def view(
        self,
        parameters: Mapping[str, Any] | None = None,
        overrides: Mapping[str, Json] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """Everything an expression may name at one place of the test."""
        scope: dict[str, Any] = {**self.captures, **self.constants, "param": parameters or {}}
        templates = {**self.values, **overrides} if overrides else self.values
        scope["values"] = RenderedMapping(templates, lambda: scope)
        if extra:
            scope.update(extra)
        return scope


def exchange_names(exchange: Exchange, body: Callable[[], Json]) -> dict[str, Any]:
    """``request`` and ``response`` as assertions and observations see them.

    ``body`` gives the parsed response body, and is called only when a name asks for it.
    """
    request, response = exchange.request, exchange.response
    names: dict[str, Any] = {
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": HeaderMapping(request.headers),
            "body": _text(request.body),
        },
        "response": None,
    }
    if response is not None:
        names["response"] = _LazyBody(
            {"status": response.status, "headers": HeaderMapping(response.headers)}, body
        )
    return names


class _LazyBody(Mapping[str, Any]):
    """A response whose body is parsed only when an expression asks for it."""

    def __init__(self, known: Mapping[str, Any], body: Callable[[], Json]) -> None:
        self._known = known
        self._body = body

    def __getitem__(self, name: str) -> Any:
        return self._body() if name == "body" else self._known[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._known
        yield "body"

    def __len__(self) -> int:
        return len(self._known) + 1


def _text(body: bytes | None) -> str | None:
    return None if body is None else body.decode("utf-8", "surrogatepass")
