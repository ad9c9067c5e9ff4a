"""The quick looks, once they are worth their making."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.shape import Kind, Property, Shapes

if TYPE_CHECKING:
    from conformance_cli.fhir.validation.quick.lessons import Lesson
    from conformance_cli.fhir.validation.quick.look import Holder, Inside, Look, Quick

Json = Any
ResourceRule = Callable[[Session, Scope], None]
#: So many resources of a type are walked over before a quick look at that type is made.
_ENOUGH = 2
#: So many values of a property: a single resource holds several names and addresses.
_ENOUGH_INSIDE = 16


class Looks:
    """Counts what was met, and makes the quick look at what is met often.

    The functions of a quick look take longer to make than a few resources to walk over, so
    a single one never pays for them.
    """

    def __init__(
        self,
        library: Library,
        options: Options,
        shapes: Shapes,
        engine: Any,
        codes_of: Callable[[str], frozenset[str] | None],
        rules_of: Callable[[str], tuple[ResourceRule, ...]],
    ) -> None:
        self._given = library, options, shapes, engine, codes_of
        self._shapes = shapes
        self._rules_of = rules_of
        self._looks: dict[str, Look] = {}
        self._insides: dict[Property, Inside] = {}
        self._holders: dict[Property, Holder | None] = {}
        self._met: dict[str | Property, int] = {}
        #: What the quick looks have to be taught by the walk, by property.
        self.lessons: dict[Any, Lesson] = {}

    def meet(self, name: Json) -> Look | None:
        """The quick look at resources of a type, if enough were met before."""
        look = self._looks.get(name) if type(name) is str else None
        if look is not None or type(name) is not str:
            return look
        shape = self._shapes.of_type(name)
        if shape is None or not shape.is_resource or shape.structure.abstract:
            return None
        if self._is_met(name, _ENOUGH):
            look = self._looks[name] = self._quick.look(shape, self._rules_of(name))
        return look

    def inside(self, found: Property) -> Inside | None:
        """The quick look at the properties of an object, if enough were walked over before."""
        inside = self._insides.get(found)
        if inside is None and self._is_met(found, _ENOUGH_INSIDE) and found.shape is not None:
            inside = self._insides[found] = self._quick.inside(found.shape, found)
        return inside

    def holder(self, found: Property) -> Holder | None:
        """The quick look at values of a property in which there are resources."""
        if found in self._holders:
            return self._holders[found]
        properties = found.shape.properties.values() if found.shape else ()
        if not any(inner.kind is Kind.RESOURCE for inner in properties):
            self._holders[found] = None
        elif self._is_met(found, _ENOUGH_INSIDE):
            self._holders[found] = self._quick.holder(found)
        return self._holders.get(found)

    def _is_met(self, kind: str | Property, enough: int) -> bool:
        """Count what was met, and say whether more than enough were."""
        met = self._met[kind] = self._met.get(kind, 0) + 1
        return met > enough

    @cached_property
    def _quick(self) -> Quick:
        from conformance_cli.fhir.validation.quick.look import Quick

        return Quick(*self._given, self.lessons)
