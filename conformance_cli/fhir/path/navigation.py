"""From elements to their children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from conformance_cli.fhir.path.runtime import Items, Run
from conformance_cli.fhir.path.types import Member, Node, TypeModel

Json = Any


def members(run: Run, items: Items, name: str) -> Items:
    """The children of that name of all items."""
    run.spend(len(items))
    found: Items = []
    model = run.model
    type_name, keys = "", model.members("", name)
    for item in items:
        if not isinstance(item, Node):
            continue
        # asking for the type first: asking an abstract class takes ten times as long
        if type(item.data) is dict or isinstance(item.data, Mapping):
            if item.type != type_name:
                type_name, keys = item.type, model.members(item.type, name)
            _collect(found, item.data, keys)
        elif isinstance(item.extra, Mapping):
            _collect(found, item.extra, model.members("Element", name))
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
                        _collect(found, source, run.model.members(item.type, name)[-1:])
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


def _collect(found: Items, data: Mapping[str, Json], members: Sequence[Member]) -> None:
    """Add the values under the first key that is there, or under the last one."""
    for member in members:
        if member[0] in data or member[1] in data:
            break
    else:
        return
    key, twin, type_name = member
    value, extra = data.get(key), data.get(twin)
    if extra is not None:
        _collect_twins(found, value, extra, type_name)
    elif isinstance(value, list):
        found.extend([Node(v, _type(v, type_name)) for v in value if v is not None])
    elif value is not None:
        found.append(Node(value, _type(value, type_name)))


def _collect_twins(found: Items, value: Json, extra: Json, type_name: str) -> None:
    """Add values, each with its twin under ``_key``; ``null`` is a gap."""
    values = value if isinstance(value, list) else [value]
    extras = extra if isinstance(extra, list) else [extra]
    for item, twin in zip_longest(values, extras):
        if item is not None or twin is not None:
            found.append(Node(item, _type(item, type_name), twin))


def _type(value: Json, declared: str) -> str:
    if type(value) is str:
        return declared
    # a backbone element may have an element of that name (R4 ExampleScenario.instance)
    if "." not in declared and (type(value) is dict or isinstance(value, Mapping)):
        kind = value.get("resourceType")
        if isinstance(kind, str):
            return kind
    return declared
