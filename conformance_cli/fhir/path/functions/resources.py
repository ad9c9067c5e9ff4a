"""Functions that FHIR adds to FHIRPath (FHIR R4, 2.9.1.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.path.comparison import bare
from conformance_cli.fhir.path.functions.function import Function, plain
from conformance_cli.fhir.path.navigation import members
from conformance_cli.fhir.path.runtime import Frame, Items, text, wrap
from conformance_cli.fhir.path.types import Node, type_name


def _extension(frame: Frame, focus: Items, url: Items) -> Items:
    wanted = text(url)
    return [
        extension
        for extension in members(frame.run, focus, "extension")
        if isinstance(extension.data, Mapping) and extension.data.get("url") == wanted
    ]


def _has_value(_: Frame, focus: Items) -> Items:
    return [len(focus) == 1 and not isinstance(bare(focus[0]), Mapping | list | None)]


def _get_value(_: Frame, focus: Items) -> Items:
    return [bare(item) for item in focus[:1] if not isinstance(bare(item), Mapping | None)]


def _type(_: Frame, focus: Items) -> Items:
    """Namespace and name of each item's type."""
    return [Node(dict(zip(("namespace", "name"), type_name(item), strict=True))) for item in focus]


def _resolve(frame: Frame, focus: Items) -> Items:
    """The resources of the input that references point at, by fullUrl, id or ``#id``.

    Nothing is fetched; a reference that points elsewhere yields nothing.
    """
    frame.run.spend(len(focus))
    known: dict[str, Any] = {}
    roots = [item.data for item in frame.run.root if isinstance(item, Node)]
    for name, resource in _resources(roots):
        known.setdefault(name, resource)
    found: Items = []
    for item in focus:
        value = bare(item)
        reference = value.get("reference") if isinstance(value, Mapping) else value
        if isinstance(reference, str):
            found.extend(wrap(known.get(reference.partition("/_history/")[0])))
    return found


def _resources(roots: list[Any]) -> Iterator[tuple[str, Any]]:
    for root in roots:
        if not isinstance(root, Mapping):
            continue
        yield from _names(root)
        entries = root.get("entry")
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, Mapping) and isinstance(entry.get("resource"), Mapping):
                if isinstance(entry.get("fullUrl"), str):
                    yield entry["fullUrl"], entry["resource"]
                yield from _names(entry["resource"])


def _names(resource: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield f"{resource.get('resourceType')}/{resource.get('id')}", resource
    contained = resource.get("contained")
    for inner in contained if isinstance(contained, list) else []:
        if isinstance(inner, Mapping):
            yield f"#{inner.get('id')}", inner


RESOURCES: Mapping[str, Function] = {
    "extension": plain(_extension, 1),
    "hasValue": plain(_has_value),
    "getValue": plain(_get_value),
    "type": plain(_type),
    "resolve": plain(_resolve),
}
