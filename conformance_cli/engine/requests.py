"""Requests: an interaction, overridden by a step, rendered into bytes for the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from conformance_cli.engine.bodies import build_body
from conformance_cli.expressions import render, render_text
from conformance_cli.model.exchange import Headers, Request
from conformance_cli.model.pack import Interaction, Json, Step, TestPack


def build_request(pack: TestPack, step: Step, base_url: str, scope: Mapping[str, Any]) -> Request:
    """The request that a step sends.

    Raises:
        ExpressionError: a template cannot be evaluated; ``MissingValue`` where a
            capture or fixture is not there.
        DefinitionError: a body path names nothing.

    """
    interaction = pack.interactions[step.call]
    body = step.body if step.body is not None else interaction.body
    return Request(
        method=(step.method or interaction.method).upper(),
        url=_url(base_url, interaction, step, scope),
        headers=_headers(pack, interaction, step, scope),
        body=None if body is None else build_body(body, scope),
    )


def _url(base_url: str, interaction: Interaction, step: Step, scope: Mapping[str, Any]) -> str:
    path = render_text(step.path or interaction.path, scope, _path_segment)
    query = render(_live({**interaction.query, **step.query}), scope)
    pairs = [
        (name, _text(item))
        for name, value in query.items()
        for item in (value if isinstance(value, list) else [value])
        if item is not None
    ]
    encoded = urlencode(pairs, quote_via=quote, safe=":/,$")
    url = base_url.rstrip("/") + path
    if not encoded:
        return url
    return f"{url}{'&' if '?' in path else '?'}{encoded}"


def _headers(
    pack: TestPack, interaction: Interaction, step: Step, scope: Mapping[str, Any]
) -> Headers:
    merged: dict[str, tuple[str, Json]] = {}
    for layer in (pack.headers, interaction.headers, step.headers):
        for name, value in layer.items():
            merged[name.lower()] = (name, value)
    return tuple(
        (name, _text(rendered))
        for name, template in merged.values()
        if template is not None and (rendered := render(template, scope)) is not None
    )


def _live(query: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in query.items() if value is not None}


def _path_segment(value: Any) -> str:
    """A captured id may hold anything; it must stay one path segment."""
    return quote(_text(value), safe="")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else render_text("${value}", {"value": value})
