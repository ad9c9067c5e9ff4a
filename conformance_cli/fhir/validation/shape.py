"""Shapes: base definitions turned into tables that the walk over a resource looks things up in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure, TypeRef
from conformance_cli.fhir.validation.invariants import Invariant, invariants_of

Json = Any


class Kind(IntEnum):
    """How a property is walked."""

    PRIMITIVE = 0
    COMPLEX = 1
    RESOURCE = 2
    COMPANION = 3


class Property:
    """A JSON property of a shape: ``valueQuantity``, or a companion such as ``_birthDate``."""

    __slots__ = (
        "_shape",
        "companion_key",
        "element",
        "invariants",
        "is_element_id",
        "key",
        "kind",
        "repeats",
        "shape_of",
        "shown",
        "type",
    )

    def __init__(
        self,
        element: Element,
        key: str,
        shown: str | None,
        type_name: str,
        kind: Kind,
        shape_of: Callable[[], Shape | None],
    ) -> None:
        self.element = element
        self.key = key
        self.companion_key = f"_{key}"
        self.shown = shown
        self.type = type_name
        self.kind = kind
        self.repeats = element.repeats
        self.shape_of = shape_of
        self._shape: Shape | None = None
        self.invariants: tuple[Invariant, ...] = ()
        #: Whether it is the id of an element, and not of a resource.
        self.is_element_id = False

    @property
    def shape(self) -> Shape | None:
        """The shape of the values, made when it is first needed."""
        if self._shape is None:
            self._shape = self.shape_of()
        return self._shape


class Shape:
    """What an object may hold: those of a type, or of a backbone element.

    ``path`` is the definitional path (``HumanName``, ``Patient.contact``), which is also
    what FHIRPath takes for its type.
    """

    __slots__ = (
        "by_name",
        "element",
        "exclusive",
        "invariants",
        "is_resource",
        "path",
        "properties",
        "required",
        "structure",
        "type",
    )

    def __init__(self, structure: Structure, element: Element) -> None:
        self.structure = structure
        self.element = element
        self.path = element.path
        self.type = structure.type
        self.is_resource = structure.kind == "resource" and "." not in element.path
        self.properties: dict[str, Property] = {}
        #: Elements that must be there, with the keys that they may have.
        self.required: list[tuple[Element, tuple[str, ...]]] = []
        #: Choices, of whose keys only one may be there.
        self.exclusive: list[tuple[Element, tuple[str, ...]]] = []
        #: The properties of each element, by its name without ``[x]``.
        self.by_name: dict[str, tuple[Property, ...]] = {}
        self.invariants: tuple[Invariant, ...] = ()


class Shapes:
    """Makes shapes from a library, each once."""

    def __init__(self, library: Library, engine: Any) -> None:
        self._library = library
        self._engine = engine
        self._types: dict[str, Shape | None] = {}
        self._elements: dict[tuple[str, str], Shape] = {}

    def of_type(self, name: str) -> Shape | None:
        """The shape of a type's root; ``None`` where the type is unknown."""
        if name not in self._types:
            structure = self._library.type(name)
            self._types[name] = self._of(structure, structure.root) if structure else None
        return self._types[name]

    def at(self, path: str) -> Shape | None:
        """The shape of a type, or of a backbone element such as ``Patient.contact``."""
        if "." not in path:
            return self.of_type(path)
        shape = self.of_type(path.partition(".")[0])
        for name in path.split(".")[1:]:
            found = shape.by_name.get(name.removesuffix("[x]")) if shape else None
            shape = found[0].shape if found else None
        return shape

    def of_element(self, structure: Structure, element: Element) -> Shape:
        """The shape of a backbone element."""
        known = self._elements.get((structure.url, element.id))
        return known or self._of(structure, element)

    def _of(self, structure: Structure, element: Element) -> Shape:
        shape = Shape(structure, element)
        for child in element.children:
            if child.max != 0:
                self._add(shape, child)
        shape.invariants = invariants_of(element, shape.path, self._engine)
        # kept when it is whole: an overflow of the stack may come in the midst of it
        self._elements[structure.url, element.id] = shape
        return shape

    def _add(self, shape: Shape, child: Element) -> None:
        members = tuple(self._properties(shape, child))
        shape.by_name[child.name] = members
        keys: list[str] = []
        for member in members:
            shape.properties[member.key] = member
            keys.append(member.key)
            if member.kind is Kind.PRIMITIVE:
                companion = self._companion(member)
                shape.properties[companion.key] = companion
                keys.append(companion.key)
        if child.min:
            shape.required.append((child, tuple(keys)))
        if len(members) > 1:
            shape.exclusive.append((child, tuple(keys)))

    def _properties(self, shape: Shape, child: Element) -> Iterator[Property]:
        if not child.choice:
            ref = child.types[0] if child.types else TypeRef("")
            yield self._property(shape, child, child.name, None, ref.code)
            return
        for ref in child.types:
            key = child.name + ref.code[:1].upper() + ref.code[1:]
            yield self._property(shape, child, key, f"{child.name}.ofType({ref.code})", ref.code)

    def _property(
        self, shape: Shape, child: Element, key: str, shown: str | None, code: str
    ) -> Property:
        if key == "id" and shape.is_resource:
            code = "id"
        maker = self._maker(shape, child, code)
        made = Property(child, key, shown, code, self._kind(child, code), maker)
        made.is_element_id = key == "id" and not shape.is_resource
        if made.kind is Kind.PRIMITIVE:
            made.invariants = invariants_of(child, code, self._engine)
        return made

    def _companion(self, of: Property) -> Property:
        return Property(
            of.element,
            of.companion_key,
            of.shown or of.key,
            of.type,
            Kind.COMPANION,
            lambda: self.of_type("Element"),
        )

    def _kind(self, child: Element, code: str) -> Kind:
        if child.content_reference or child.children:
            return Kind.COMPLEX
        if code[:1].islower():
            return Kind.PRIMITIVE
        is_resource = code in ("Resource", "DomainResource") or (
            bool(code) and self._library.is_a(code, "Resource")
        )
        return Kind.RESOURCE if is_resource else Kind.COMPLEX

    def _maker(self, shape: Shape, child: Element, code: str) -> Callable[[], Shape | None]:
        structure = shape.structure
        if child.content_reference:
            target = element_by_id(structure.root, child.content_reference)
            return lambda: self.of_element(structure, target) if target else None
        if child.children:
            return lambda: self.of_element(structure, child)
        profiles = next((ref.profiles for ref in child.types if ref.code == code), ())
        if len(profiles) == 1:
            return lambda: self._of_profile(profiles[0], code)
        return lambda: self.of_type(code) if code else None

    def _of_profile(self, url: str, code: str) -> Shape | None:
        """The shape of a type as base definitions limit it: a Quantity without comparator."""
        structure = self._library.structure(url)
        if structure is None or structure.type != code or not structure.root.children:
            return self.of_type(code)
        return self.of_element(structure, structure.root)


def element_by_id(root: Element, wanted: str) -> Element | None:
    """The element with an id or path, slices included; ``#`` and a URL before it are ignored."""
    name = wanted.rpartition("#")[2]
    stack = [root]
    while stack:
        element = stack.pop()
        if name in (element.id, element.path):
            return element
        stack.extend(element.children)
        stack.extend(element.slices)
    return None


def keys_of(properties: Mapping[str, Property]) -> tuple[str, ...]:
    """The names that may be meant by a misspelt one: no companions."""
    return tuple(key for key in properties if not key.startswith("_"))
