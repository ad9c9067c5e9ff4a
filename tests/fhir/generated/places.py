"""Every place in a resource, with what its definition says of it; found apart from the product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure
from tests.fhir.generated.generator import element_of

Json = Any
Object = dict[str, Json]


@dataclass(frozen=True)
class Spot:
    """A value in a resource: ``owner[key]``, or an item of that.

    ``at`` is where issues about it are reported, ``around`` where those about its owner are.
    """

    owner: Object = field(repr=False)
    key: str
    index: int | None
    at: str
    around: str
    element: Element = field(repr=False)
    type: str

    @property
    def value(self) -> Json:
        held = self.owner[self.key]
        return held if self.index is None else held[self.index]

    def put(self, new: Json) -> None:
        """Set another value."""
        if self.index is None:
            self.owner[self.key] = new
        else:
            self.owner[self.key][self.index] = new

    @property
    def whole(self) -> str:
        """Where issues about all items of the property are reported."""
        return self.at if self.index is None else self.at.rpartition("[")[0]


class Places:
    """Goes through resources by the definitions of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def of(self, resource: Object) -> list[Spot]:
        """All values below a resource, those of resources in it too."""
        name = resource["resourceType"]
        return list(self._resource(resource, name))

    def _resource(self, value: Object, at: str) -> Iterator[Spot]:
        structure = self._library.type(value["resourceType"])
        assert structure is not None
        yield from self._members(value, structure, structure.root, at)

    def _members(
        self, value: Object, structure: Structure, element: Element, at: str
    ) -> Iterator[Spot]:
        for child in element.children:
            for key, shown, code in _keys(child):
                yield from self._values(value, key, f"{at}.{shown}", code, structure, child, at)
                twins = value.get(f"_{key}")
                for index, twin in enumerate(twins if isinstance(twins, list) else [twins]):
                    if isinstance(twin, dict):
                        place = f"{at}.{shown}" + (f"[{index}]" if child.repeats else "")
                        yield from self._typed(twin, "Element", place)

    def _values(
        self,
        value: Object,
        key: str,
        at: str,
        code: str,
        structure: Structure,
        child: Element,
        around: str,
    ) -> Iterator[Spot]:
        if key not in value:
            return
        items = value[key] if child.repeats else [value[key]]
        for index, item in enumerate(items):
            here = f"{at}[{index}]" if child.repeats else at
            place = index if child.repeats else None
            if item is not None:
                yield Spot(value, key, place, here, around, child, code)
            if isinstance(item, dict):
                yield from self._below(item, structure, child, code, here)

    def _below(
        self, value: Object, structure: Structure, child: Element, code: str, at: str
    ) -> Iterator[Spot]:
        if child.content_reference:
            target = element_of(structure.root, child.content_reference)
            yield from self._members(value, structure, target, at)
        elif child.children:
            yield from self._members(value, structure, child, at)
        elif code in ("Resource", "DomainResource"):
            yield from self._resource(value, at)
        else:
            yield from self._typed(value, code, at)

    def _typed(self, value: Object, type_name: str, at: str) -> Iterator[Spot]:
        structure = self._library.type(type_name)
        assert structure is not None, type_name
        yield from self._members(value, structure, structure.root, at)


def _keys(child: Element) -> Iterator[tuple[str, str, str]]:
    """The properties of an element: name, what FHIRPath calls it, type."""
    if not child.choice:
        yield child.name, child.name, child.types[0].code if child.types else ""
        return
    for ref in child.types:
        key = child.name + ref.code[0].upper() + ref.code[1:]
        yield key, f"{child.name}.ofType({ref.code})", ref.code
