"""How a resource holds another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope

Json = Any


def inner_scope(
    resource: Mapping[str, Json],
    place: Place,
    scope: Scope,
    holder: Mapping[str, Json],
    holder_path: str,
) -> Scope:
    """The scope of a resource inside another; ``holder`` is the element that has it."""
    if place.key == "contained":
        return Scope(resource, place, scope, "contained")
    if place.key == "resource" and holder_path == "Bundle.entry":
        url = holder.get("fullUrl")
        return Scope(resource, place, scope, "entry", url if isinstance(url, str) else None)
    return Scope(resource, place, scope, "parameter")
