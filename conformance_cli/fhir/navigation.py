"""From elements to their children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from conformance_cli.fhir.runtime import Items, Run
from conformance_cli.fhir.types import Node, TypeModel, decapitalised

Json = Any


def members(run: Run, items: Items, name: str) -> Items:
    """The children of that name of all items."""
    run.spend(len(items))
    found: Items = []
    for item in items:
        if isinstance(item, Node) and isinstance(item.data, Mapping):
            found.extend(_member(item, name, run.model))
        elif isinstance(item, Node) and isinstance(item.extra, Mapping):
            found.extend(_member(Node(item.extra, "Element"), name, run.model))
    run.spend(len(found))
    return found


def children(run: Run, items: Items) -> Items:
    """All children of all items."""
    run.spend(len(items))
    found: Items = []
    for item in items:
        if not isinstance(item, Node):
            continue
        for source in (item.data, item.extra):
            if isinstance(source, Mapping):
                for name in dict.fromkeys(key.removeprefix("_") for key in source):
                    if name != "resourceType":
                        found.extend(_plain_member(Node(source, item.type), name, run.model))
    run.spend(len(found))
    return found


def descendants(run: Run, items: Items) -> Items:
    """All children, their children, and so on."""
    found: Items = []
    level = children(run, items)
    while level:
        found.extend(level)
        level = children(run, level)
    return found


def is_kind(item: Any, name: str, model: TypeModel) -> bool:
    """Whether a name at the start of an expression means the item itself: ``Patient.name``."""
    return isinstance(item, Node) and bool(item.type) and model.is_a(item.type, name)


def _member(parent: Node, name: str, model: TypeModel) -> Iterator[Node]:
    path, choices = model.child(parent.type, name)
    for choice in choices:
        if name + choice in parent.data or f"_{name}{choice}" in parent.data:
            return _nodes(parent, name + choice, decapitalised(choice, model))
    return _plain_member(parent, name, model, path)


def _plain_member(parent: Node, name: str, model: TypeModel, path: str = "") -> Iterator[Node]:
    path = path or model.child(parent.type, name)[0]
    return _nodes(parent, name, model.type_of(path))


def _nodes(parent: Node, key: str, type_name: str) -> Iterator[Node]:
    """The values under a key, each with its twin under ``_key``; ``null`` is a gap."""
    value, extra = parent.data.get(key), parent.data.get(f"_{key}")
    values = value if isinstance(value, list) else [value]
    extras = extra if isinstance(extra, list) else [extra]
    for item, twin in zip_longest(values, extras):
        if item is not None or twin is not None:
            yield Node(item, _type(item, type_name), twin)


def _type(value: Json, declared: str) -> str:
    if isinstance(value, Mapping):
        kind = value.get("resourceType")
        if isinstance(kind, str):
            return kind
    return declared
