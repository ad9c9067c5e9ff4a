"""What the definitions say about the elements of XML: names, order, types, and repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure


class Field(Struct, frozen=True):
    """An element that may stand in another one.

    ``key`` is the JSON property, ``shown`` what FHIRPath calls it where that differs,
    ``type`` the name of its type (empty for what has content of its own), ``order`` the
    position among its siblings.
    """

    element: Element
    key: str
    shown: str | None
    type: str
    order: int
    structure: Structure

    @property
    def repeats(self) -> bool:
        """Whether JSON has an array."""
        return self.element.repeats

    @property
    def is_attribute(self) -> bool:
        """Whether XML writes it as an attribute (http://hl7.org/fhir/R4/xml.html)."""
        return "xmlAttr" in self.element.representation


class Fields(Struct, frozen=True):
    """What may stand in an element: fields by the names that XML has for them."""

    type: str
    is_resource: bool = False
    by_name: Mapping[str, Field] = field(default_factory=dict)


class FieldTables:
    """Makes the tables of one library, each once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._types: dict[str, Fields | None] = {}
        self._elements: dict[tuple[str, str], Fields] = {}

    def of_type(self, name: str) -> Fields | None:
        """The fields of a type; ``None`` where it is not known."""
        if name not in self._types:
            structure = self._library.type(name)
            self._types[name] = self._of(structure, structure.root) if structure else None
        return self._types[name]

    def of_field(self, parent: Field) -> Fields | None:
        """The fields of what stands in a field that is no primitive."""
        element, structure = parent.element, parent.structure
        if element.content_reference:
            wanted = element.content_reference.rpartition("#")[2]
            found = next((e for e in _all(structure.root) if wanted in (e.id, e.path)), None)
            return self._of(structure, found) if found else None
        return self._of(structure, element) if element.children else self.of_type(parent.type)

    def is_resource(self, type_name: str) -> bool:
        """Whether a type is Resource, or comes from it."""
        return type_name in ("Resource", "DomainResource") or self._library.is_a(
            type_name, "Resource"
        )

    def _of(self, structure: Structure, element: Element) -> Fields:
        key = structure.url, element.id
        if key not in self._elements:
            by_name = {one.key: one for one in _fields(structure, element)}
            is_root = element is structure.root
            is_resource = is_root and structure.kind == "resource"
            name = structure.type if is_root else ""
            self._elements[key] = Fields(name, is_resource, by_name)
        return self._elements[key]


def is_primitive(one: Field) -> bool:
    """Whether a field's values are simple: types whose names begin in lower case."""
    element = one.element
    return one.type[:1].islower() and not element.children and not element.content_reference


def _fields(structure: Structure, parent: Element) -> Iterator[Field]:
    for order, child in enumerate(parent.children):
        if not child.choice:
            code = child.types[0].code if child.types else ""
            yield Field(child, child.name, None, code, order, structure)
            continue
        for ref in child.types:
            key = child.name + ref.code[:1].upper() + ref.code[1:]
            shown = f"{child.name}.ofType({ref.code})"
            yield Field(child, key, shown, ref.code, order, structure)


def _all(root: Element) -> Iterator[Element]:
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        stack.extend(element.children)
