"""Which rules apply where: the walks ask here, the rules themselves live in their modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.source.narrative import check_narrative
from conformance_cli.fhir.validation.bindings import check_binding
from conformance_cli.fhir.validation.canonicals import check_canonical
from conformance_cli.fhir.validation.coded import (
    check_codeable_concept,
    check_coding,
    check_quantity,
)
from conformance_cli.fhir.validation.datatypes import DATATYPE_RULES
from conformance_cli.fhir.validation.extensions import Host, check_extension, is_simple_use
from conformance_cli.fhir.validation.invariants import check_invariants
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.primitives import QUICK, check_absence, check_primitive
from conformance_cli.fhir.validation.references import check_reference
from conformance_cli.fhir.validation.scopes import inner_scope
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.shape import Property, Shape, Shapes
from conformance_cli.fhir.validation.type_limits import check_type_limits, is_limited

if TYPE_CHECKING:
    from conformance_cli.fhir.validation.navigation import Item
    from conformance_cli.fhir.validation.quick.lessons import Lesson

Json = Any
Rule = Callable[[Session, Mapping[str, Json], Place, Scope], None]

#: Types whose values may be bound to a value set (FHIR R4, 4.1.1).
_BINDABLE_TEXT = frozenset({"code", "string", "uri", "url", "canonical"})
BINDABLE = _BINDABLE_TEXT | {"Coding", "CodeableConcept", "CodeableReference", "Quantity"}
#: What coded values have to fulfil; where a value set is bound to them, it has a say too.
CODED_RULES: Mapping[str, Callable[[Session, Mapping[str, Json], Place, Scope, Element], None]] = {
    "Coding": check_coding,
    "CodeableConcept": check_codeable_concept,
    **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration"), check_quantity),
}
#: What values of a type have to fulfil wherever they stand.
TYPE_RULES: Mapping[str, tuple[Rule, ...]] = {
    "Narrative": (check_narrative,),
}


#: Remembered of a resource in which elements have ids, which are rare.
HAS_ELEMENT_IDS = "has-element-ids"


class Rules:
    """Gives the walks the rules of types and elements; ``inner`` walks a resource inside."""

    def __init__(
        self,
        shapes: Shapes,
        inner: Callable[[Scope], None],
        ancestors: Callable[[str], Any],
        lessons: Mapping[Any, Lesson],
    ) -> None:
        self.shapes = shapes
        self._inner = inner
        self._ancestors = ancestors
        #: What the quick look has to be taught.
        self._lessons = lessons

    def primitive(
        self, session: Session, value: Json, found: Property, place: Place, scope: Scope
    ) -> None:
        """A primitive: its form, its binding, and its invariants."""
        element, name = found.element, found.type
        if found.is_element_id:
            session.memory[HAS_ELEMENT_IDS] = True
        quick = QUICK.get(name)
        if quick is None or not quick(value) or is_limited(element):
            check_primitive(session, value, name, element, place, scope)
        if element.binding is not None and name in BINDABLE and isinstance(value, str):
            check_binding(session, element, value, name, place, scope)
        if name == "canonical" and isinstance(value, str):
            check_canonical(session, value, place, scope, element)
        if found.invariants:
            check_invariants(session, found.invariants, Node(value, name), place, scope)

    def absence(self, session: Session, twin: Json, found: Property, place: Place) -> None:
        """A primitive without a value, of which there are only the id and extensions."""
        check_absence(session, twin, found.element, place)

    def element(
        self,
        session: Session,
        value: Mapping[str, Json],
        found: Property,
        place: Place,
        scope: Scope,
    ) -> None:
        """A value of a complex type, after its structure was checked."""
        name = found.type
        check_coded = CODED_RULES.get(name)
        if check_coded is not None:
            check_coded(session, value, place, scope, found.element)
        for rule in (*TYPE_RULES.get(name, ()), *DATATYPE_RULES.get(name, ())):
            rule(session, value, place, scope)
        if found.element.binding is not None and name in BINDABLE:
            check_binding(session, found.element, value, name, place, scope)
        if name == "Reference":
            check_reference(session, value, place, scope, found.element)

    def inner(
        self,
        session: Session,
        value: Mapping[str, Json],
        shape: Shape,
        place: Place,
        scope: Scope,
        parent: Mapping[str, Json],
    ) -> None:
        """A resource inside a resource."""
        if place.key == "contained" and not session.options.check_contained:
            return
        self._inner(inner_scope(value, place, scope, parent, shape.path))

    def extensions(
        self,
        session: Session,
        value: Mapping[str, Json],
        shape: Shape,
        via: Property | None,
        place: Place,
        scope: Scope,
    ) -> None:
        """The extensions of an element: whether each is known, and may stand here."""
        paths = (shape.path,) if via is None else (via.element.path, shape.path)
        name = shape.path if via is None else via.type
        host = Host(paths, self._ancestors(name), place, value)
        lesson = self._lessons.get(("extension", via or shape))
        for key in ("extension", "modifierExtension"):
            items = value.get(key)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, dict):
                    at = place.child(key, index)
                    check_extension(session, item, at, scope, host)
                    if lesson is not None and is_simple_use(session, item, at, host):
                        lesson.learn(item)

    def binding(self, session: Session, element: Element, item: Item, profile: str) -> None:
        """A binding that a profile makes stricter."""
        if item.type in BINDABLE:
            check_binding(session, element, item.value, item.type, item.place, item.scope, profile)

    def reference(self, session: Session, element: Element, item: Item) -> None:
        """Targets that a profile narrows."""
        if item.type == "Reference" and isinstance(item.value, dict):
            check_reference(session, item.value, item.place, item.scope, element)
        elif item.type == "canonical" and isinstance(item.value, str):
            check_canonical(session, item.value, item.place, item.scope, element)

    def limits(self, session: Session, element: Element, item: Item, profile: str) -> None:
        """Limits that a profile sets on a value."""
        at, scope = item.place, item.scope
        check_type_limits(session, item.value, item.type, element, at, scope, profile)
