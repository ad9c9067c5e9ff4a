"""Demands: what a profile asks for beyond the base definition of its type.

The base walk has checked every element against its base definition, so a profile is
reduced to what differs from that; whole branches vanish.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Binding, Element, Pinned, Structure, TypeRef
from conformance_cli.fhir.validation.discriminators import Matchers, Test, UndecidableSliceError
from conformance_cli.fhir.validation.invariants import Invariant, invariants_of
from conformance_cli.fhir.validation.shape import Property, Shape, Shapes, element_by_id
from conformance_cli.fhir.validation.type_limits import is_limited, limits_of


class Demand:
    """What is asked of an element; empty or ``None`` where the base says the same.

    ``properties`` are the keys that the element may have in JSON.
    """

    __slots__ = (
        "asks_of_values",
        "binding",
        "children",
        "element",
        "fixed",
        "invariants",
        "is_needed",
        "is_only_supported",
        "is_sliced",
        "keys",
        "limits",
        "matches",
        "max",
        "min",
        "pattern",
        "profiles",
        "properties",
        "slices",
        "targets",
        "types",
        "undecidable",
    )

    def __init__(self, element: Element, properties: tuple[Property, ...]) -> None:
        self.element = element
        self.properties = properties
        self.min = 0
        self.max: int | None = None
        self.types: frozenset[str] | None = None
        self.profiles: dict[str, tuple[str, ...]] = {}
        self.targets = False
        self.fixed: Pinned | None = element.fixed
        self.pattern: Pinned | None = element.pattern
        self.binding: Binding | None = None
        self.limits = False
        self.invariants: tuple[Invariant, ...] = ()
        self.children: tuple[Demand, ...] = ()
        self.slices: tuple[Demand, ...] = ()
        #: Whether an item is of this slice; ``None`` for what is no slice, or undecidable.
        self.matches: Test | None = None
        self.undecidable = ""
        #: The keys that the element may have in JSON, companions included.
        self.keys = tuple(key for found in properties for key in (found.key, found.companion_key))
        self.is_sliced = False
        #: Whether anything is asked of each value, and not only of how many there are.
        self.asks_of_values = True
        #: Whether its absence has to be looked into.
        self.is_needed = True
        self.is_only_supported = False

    def settle(self) -> None:
        """Work out, once everything is known, what can be told without looking at values."""
        slicing = self.element.slicing
        self.is_sliced = bool(self.slices) or bool(slicing and slicing.rules == "closed")
        self.is_needed = bool(self.min or self.slices)
        self.asks_of_values = self._asks_of_values
        kept, self.element = self.element, replace(self.element, must_support=False)
        self.is_only_supported = self.asks_for_nothing
        self.element = kept

    @property
    def asks_for_nothing(self) -> bool:
        """Whether the base definition says it all."""
        return not (
            self.min
            or self.max is not None
            or self._asks_of_values
            or self.slices
            or self.element.must_support
            or (self.element.slicing and self.element.slicing.rules == "closed")
        )

    @property
    def _asks_of_values(self) -> bool:
        return bool(
            self.types is not None
            or self.profiles
            or self.targets
            or self.fixed
            or self.pattern
            or self.binding
            or self.limits
            or self.invariants
            or self.children
            or self.element.must_have_value
            or self.element.value_alternatives
        )


class Demands:
    """Makes the demands of profiles, each once."""

    def __init__(self, library: Library, shapes: Shapes, engine: Any) -> None:
        self._library = library
        self._shapes = shapes
        self._engine = engine
        self._matchers = Matchers(library, shapes)
        self._known: dict[str, Demand] = {}

    def of(self, structure: Structure) -> Demand:
        """What a structure asks of a value of its type."""
        key = f"{structure.url}|{structure.version}"
        if key not in self._known:
            made = Demand(structure.root, ())
            self._known[key] = made
            base = self._library.type(structure.type)
            self._fill(made, structure, base.root if base else None, structure.type)
        return self._known[key]

    def at(self, structure: Structure, identity: str) -> Demand | None:
        """What one element of a structure asks of its values; ``None`` where there is none."""
        key = f"{structure.url}|{structure.version}#{identity}"
        if key not in self._known:
            element = element_by_id(structure.root, identity)
            if element is None:
                return None
            made = self._known[key] = Demand(element, ())
            shape = self._shapes.at(element.path)
            self._fill(made, structure, shape.element if shape else None, element.path)
        return self._known[key]

    def _fill(
        self, made: Demand, structure: Structure, base: Element | None, type_name: str
    ) -> None:
        element = made.element
        self._facts(made, element, base)
        known = _keys(base) | self._type_keys(element)
        made.invariants = invariants_of(element, type_name, self._engine, known)
        shape = self._shapes.at(type_name)
        if element.children and shape is not None:
            made.children = tuple(self._children(structure, element, shape))

    def _facts(self, made: Demand, element: Element, base: Element | None) -> None:
        if base is None or element.min > base.min:
            made.min = element.min
        if base is None or element.max != base.max:
            made.max = element.max
        made.types = _narrowed(element.types, base)
        made.profiles = _profiles(element.types, base)
        made.targets = _targets(element.types) != _targets(base.types if base else ())
        made.binding = _binding(element.binding, base.binding if base else None)
        made.limits = is_limited(element) and (
            base is None or limits_of(element) != limits_of(base)
        )

    def _type_keys(self, element: Element) -> frozenset[tuple[str, str | None]]:
        """The invariants of the element's types: the base walk has seen to them."""
        keys: set[tuple[str, str | None]] = set()
        for ref in element.types:
            found = self._library.type(ref.code)
            if found is not None:
                keys |= _keys(found.root)
        return frozenset(keys)

    def _children(self, structure: Structure, element: Element, shape: Shape) -> list[Demand]:
        made = []
        for child in element.children:
            properties = shape.by_name.get(child.name)
            if properties is None:
                continue
            one = self._demand(structure, child, properties[0].element, properties)
            if not one.asks_for_nothing:
                made.append(one)
        return made

    def _demand(
        self,
        structure: Structure,
        element: Element,
        base: Element | None,
        properties: tuple[Property, ...],
    ) -> Demand:
        made = Demand(element, properties)
        self._fill_element(made, structure, base)
        made.slices = tuple(
            self._slice(structure, element, one, base, properties) for one in element.slices
        )
        made.settle()
        return made

    def _fill_element(self, made: Demand, structure: Structure, base: Element | None) -> None:
        element = made.element
        self._facts(made, element, base)
        known = _keys(base) | self._type_keys(element)
        type_name = element.types[0].code if len(element.types) == 1 else ""
        backbone = type_name in ("BackboneElement", "Element", "")
        path = made.properties[0].element.path if made.properties else element.path
        made.invariants = invariants_of(
            element, path if backbone else type_name, self._engine, known
        )
        if not element.children:
            return
        shape = self._child_shape(made, element)
        if shape is not None:
            made.children = tuple(self._children(structure, element, shape))

    def _child_shape(self, made: Demand, element: Element) -> Shape | None:
        """The shape that the children of an element have."""
        codes = {ref.code for ref in element.types}
        for found in made.properties:
            if (not codes or found.type in codes) and found.shape is not None:
                concrete = codes if found.type in ("Resource", "DomainResource") else set()
                if len(concrete) == 1:
                    return self._shapes.of_type(next(iter(concrete)))
                return found.shape
        return self._shapes.of_type(next(iter(codes))) if len(codes) == 1 else None

    def _slice(
        self,
        structure: Structure,
        sliced: Element,
        one: Element,
        base: Element | None,
        properties: tuple[Property, ...],
    ) -> Demand:
        if one.slices and one.slicing is None and sliced.slicing is not None:
            # slices of slices may be told apart as the outer ones are
            inherited = replace(sliced.slicing, rules="open", ordered=False)
            one = replace(one, slicing=inherited)
        made = self._demand(structure, one, base, properties)
        made.min, made.max = one.min, one.max
        try:
            made.matches = self._matchers.of(structure, sliced, one)
        except UndecidableSliceError as err:
            made.undecidable = str(err)
        return made


def _keys(element: Element | None) -> frozenset[tuple[str, str | None]]:
    if element is None:
        return frozenset()
    return frozenset((constraint.key, constraint.expression) for constraint in element.constraints)


def _narrowed(types: tuple[TypeRef, ...], base: Element | None) -> frozenset[str] | None:
    codes = frozenset(ref.code for ref in types)
    if base is not None and codes >= {ref.code for ref in base.types}:
        return None
    return codes or None


def _profiles(types: tuple[TypeRef, ...], base: Element | None) -> dict[str, tuple[str, ...]]:
    known = {ref.code: ref.profiles for ref in base.types} if base else {}
    found: dict[str, tuple[str, ...]] = {}
    for ref in types:
        if ref.profiles and known.get(ref.code) != ref.profiles:
            found[ref.code] = found.get(ref.code, ()) + ref.profiles
    return found


def _targets(types: tuple[TypeRef, ...]) -> set[tuple[Any, ...]]:
    return {
        (*sorted(ref.targets), *ref.aggregation, ref.versioning)
        for ref in types
        if ref.targets or ref.aggregation or ref.versioning
    }


def _binding(binding: Binding | None, base: Binding | None) -> Binding | None:
    return None if binding == base or binding is None or binding.strength == "example" else binding
