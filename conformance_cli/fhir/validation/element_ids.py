"""The ids of elements, by which links within a resource name them: each may be there once.

FHIR R4, 2.24.0.1 (http://hl7.org/fhir/R4/element.html#id).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.shape import Kind, Property, Shape

Json = Any

SAME = error(
    "element-same-id",
    "business-rule",
    "The id {id} is that of another element of the resource too",
    "Element.id is unique within a resource (http://hl7.org/fhir/R4/element.html#id).",
)
#: What has a space of ids of its own: the snapshot repeats those of the differential.
_APART = frozenset({"StructureDefinition.snapshot"})


def check_element_ids(session: Session, scope: Scope, shape: Shape) -> None:
    """Report elements of a resource that have the id of an earlier one.

    The ids of resources, and of what is in resources inside, do not count.
    """
    spaces: dict[str, set[str]] = {}
    waiting = [(scope.resource, shape, scope.place, "")]
    while waiting:
        value, inner, place, space = waiting.pop()
        key = value.get("id")
        if isinstance(key, str) and key and not inner.is_resource:
            seen = spaces.setdefault(space, set())
            if key in seen:
                session.report(SAME, place, id=shortened(key, 80))
            seen.add(key)
        below = [
            (item, found.shape, at, inner.path if inner.path in _APART else space)
            for item, found, at in _objects(value, inner, place)
            if found.shape is not None
        ]
        waiting.extend(reversed(below))


def _objects(
    value: Mapping[str, Json], shape: Shape, place: Place
) -> Iterator[tuple[Mapping[str, Json], Property, Place]]:
    """The elements of an element, in their order."""
    for key, items in value.items():
        found = shape.properties.get(key)
        if found is None or found.kind in (Kind.PRIMITIVE, Kind.RESOURCE):
            continue
        if isinstance(items, dict):
            yield items, found, place.child(key, None, found.shown)
        elif isinstance(items, list):
            for index, item in enumerate(items):
                if isinstance(item, dict):
                    yield item, found, place.child(key, index, found.shown)
