"""From an element to those that a discriminator's path names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.scopes import inner_scope
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.shape import Kind, Property, Shapes

Json = Any


class Item(Struct):
    """A value in a resource: what it is, its companion, its type, and where it stands."""

    value: Json
    extra: Json
    type: str
    place: Place
    scope: Scope


#: Types that stand for any that is derived from them.
ABSTRACT = frozenset({"Resource", "DomainResource", "Element"})
#: R4 calls some ids strings, and some strings ids.
_LIKE_IDS = frozenset({"string", "id"})


def is_of(library: Library, name: str, codes: Collection[str]) -> bool:
    """Whether values of a type may stand where some types are named: a code is no string there."""
    if name in codes:
        return True
    if name in _LIKE_IDS and not _LIKE_IDS.isdisjoint(codes):
        return True
    return any(code in ABSTRACT and library.is_a(name, code) for code in codes)


def members(item: Item, properties: tuple[Property, ...]) -> Iterator[Item]:
    """The values of an element's child, given the properties it may have."""
    source = item.value if type(item.value) is dict else item.extra
    if type(source) is not dict:
        return
    for found in properties:
        value, extra = source.get(found.key), source.get(found.companion_key)
        if value is None and extra is None:
            continue
        yield from _each(item, found, value, extra)


def _each(item: Item, found: Property, value: Json, extra: Json) -> Iterator[Item]:
    if not isinstance(value, list) and not isinstance(extra, list):
        at = item.place.child(found.key, None, found.shown)
        yield _found(item, found, value, extra, at)
        return
    values = value if isinstance(value, list) else []
    extras = extra if isinstance(extra, list) else []
    for index in range(max(len(values), len(extras))):
        one = values[index] if index < len(values) else None
        twin = extras[index] if index < len(extras) else None
        if one is not None or twin is not None:
            at = item.place.child(found.key, index, found.shown)
            yield _found(item, found, one, twin, at)


def _found(item: Item, found: Property, value: Json, extra: Json, place: Place) -> Item:
    scope = item.scope
    if found.kind is Kind.RESOURCE and isinstance(value, dict):
        scope = inner_scope(value, place, scope, item.value, item.type)
    return Item(value, extra, _type(value, found), place, scope)


def _type(value: Json, found: Property) -> str:
    if isinstance(value, Mapping):
        kind = value.get("resourceType") if found.kind is Kind.RESOURCE else None
        if isinstance(kind, str):
            return kind
        if not found.type or found.element.children or found.element.content_reference:
            return found.element.path
    return found.type


def follow(item: Item, steps: tuple[str, ...], shapes: Shapes, session: Session) -> list[Item]:
    """All values at the end of a path."""
    items = [item]
    for step in steps:
        items = [found for one in items for found in _step(one, step, shapes, session)]
    return items


def _step(item: Item, step: str, shapes: Shapes, session: Session) -> Iterator[Item]:
    if step.startswith("extension("):
        yield from _extensions(item, argument(step), shapes)
    elif step == "resolve()":
        yield from _resolved(item, session)
    elif step.startswith(("ofType(", "as(")):
        if item.type == argument(step):
            yield item
    else:
        shape = shapes.at(item.type)
        if shape is not None:
            yield from members(item, shape.by_name.get(step.removesuffix("[x]"), ()))


def _extensions(item: Item, url: str, shapes: Shapes) -> Iterator[Item]:
    shape = shapes.of_type("Element")
    for found in members(item, shape.by_name.get("extension", ()) if shape else ()):
        if isinstance(found.value, Mapping) and found.value.get("url") == url:
            yield found


def _resolved(item: Item, session: Session) -> Iterator[Item]:
    reference = item.value.get("reference") if isinstance(item.value, Mapping) else item.value
    if not isinstance(reference, str):
        return
    target = session.tools.resolve(reference, item.scope)
    if target is not None:
        kind = target.resource.get("resourceType")
        yield Item(target.resource, None, str(kind), target.place, target)


def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a discriminator's path; none for ``$this``."""
    steps: list[str] = []
    depth = 0
    word = ""
    for letter in path.strip():
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "." and depth == 0:
            steps.append(word)
            word = ""
        else:
            word += letter
    steps.append(word)
    return tuple(step for step in steps if step and step != "$this")


def argument(step: str) -> str:
    """What stands between the parentheses of a step, without quotation marks."""
    return step.partition("(")[2].rpartition(")")[0].strip().strip("'\"")
