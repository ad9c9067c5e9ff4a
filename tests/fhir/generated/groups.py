"""The elements of a resource with their values, as a profile may speak of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element
from tests.fhir.generated.places import Places, Spot

Json = Any
Object = dict[str, Json]

#: Elements whose values other rules depend on, or that are no matter of profiles like these.
APART = frozenset(
    {"id", "extension", "modifierExtension", "contained", "meta", "text", "reference"}
)


@dataclass
class Group:
    """All values of one element of a resource, and the objects that may have it."""

    path: str
    element: Element
    spots: list[Spot]
    owners: list[tuple[str, Object]]
    order: tuple[int, ...]

    @property
    def counts(self) -> list[int]:
        """How often each owner has the element."""
        return [sum(spot.owner is owner for spot in self.spots) for _, owner in self.owners]


class Groups:
    """Finds the elements of a resource, and of the data types in it, there or not."""

    def __init__(self, library: Library, resource: Object) -> None:
        self._library = library
        self._resource = resource
        self._spots = Places(library).of(resource)
        #: By path: where an element stands among the others of its definition.
        self.order: dict[str, tuple[int, ...]] = {}

    def all(self) -> Iterator[Group]:
        """Every element whose values no companions complicate."""
        name = self._resource["resourceType"]
        structure = self._library.type(name)
        assert structure is not None
        yield from self._below(name, structure.root, [(name, self._resource)], (), 0)

    def holder(self, child: Element) -> Element | None:
        """Where the children of an element are defined."""
        if child.children:
            return child
        structure = self._library.type(child.types[0].code)
        is_type = structure is not None and structure.kind == "complex-type"
        return structure.root if structure is not None and is_type else None

    def _below(
        self,
        path: str,
        element: Element,
        owners: list[tuple[str, Object]],
        order: tuple[int, ...],
        depth: int,
    ) -> Iterator[Group]:
        for position, child in enumerate(element.children):
            if child.name in APART or child.content_reference:
                continue
            here = f"{path}.{child.name}" + ("[x]" if child.choice else "")
            mine = [one for one in self._spots if one.element is child and _is_owned(one, owners)]
            if any(f"_{key}" in owner for _, owner in owners for key in _keys(child)):
                continue
            group = Group(here, child, mine, owners, (*order, position))
            self.order[here] = group.order
            yield group
            inner = [(one.at, one.value) for one in mine if isinstance(one.value, dict)]
            holder = self.holder(child)
            if inner and depth < 2 and holder is not None and not child.choice:
                yield from self._below(here, holder, inner, group.order, depth + 1)


def _is_owned(spot: Spot, owners: list[tuple[str, Object]]) -> bool:
    return any(spot.owner is owner for _, owner in owners)


def _keys(child: Element) -> list[str]:
    if not child.choice:
        return [child.name]
    return [child.name + ref.code[0].upper() + ref.code[1:] for ref in child.types]
