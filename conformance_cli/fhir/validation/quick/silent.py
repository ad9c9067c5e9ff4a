"""When the rules of whole resources surely have nothing to say, and nothing else asks for more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance_cli.fhir.validation.contained import check_contained
from conformance_cli.fhir.validation.labels import check_labels

Json = Any
Silence = Callable[[Mapping[str, Json]], bool]


def _has_no_labels(resource: Mapping[str, Json]) -> bool:
    meta = resource.get("meta")
    return type(meta) is not dict or "security" not in meta


def _contains_nothing(resource: Mapping[str, Json]) -> bool:
    return "contained" not in resource


_SILENT: Mapping[Callable[..., None], Silence] = {
    check_labels: _has_no_labels,
    check_contained: _contains_nothing,
}


def silence(rules: Sequence[Callable[..., None]]) -> tuple[Silence, ...] | None:
    """What must be true of a resource for its rules to be silent; ``None`` where that is open."""
    if not _SILENT.keys() >= set(rules):
        return None
    return tuple(_SILENT[rule] for rule in rules)
