"""The base walk: a resource against the definitions of its types.

It looks at every property once: whether it may be there, whether its JSON is of the right
kind, and what its type asks for; then at what is missing, and at the invariants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.validation.invariants import check_invariants
from conformance_cli.fhir.validation.looks import Looks
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.rules import HAS_ELEMENT_IDS, Rules
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.shape import Kind, Property, Shape, keys_of

Json = Any

_JSON = "FHIR R4, 2.6.2 JSON Representation (http://hl7.org/fhir/R4/json.html)"
UNKNOWN = error(
    "element-unknown",
    "structure",
    "{type} has no element {name}{hint}",
    "Only elements that the definition has, and extensions, may stand in a resource "
    "(http://hl7.org/fhir/R4/conformance-rules.html).",
)
MINIMUM = error(
    "element-minimum",
    "structure",
    "{path} must be there at least {minimum} time(s); found {count}",
    "Cardinality (http://hl7.org/fhir/R4/conformance-rules.html#cardinality).",
)
MAXIMUM = error(
    "element-maximum",
    "structure",
    "{path} may be there at most {maximum} time(s); found {count}",
    "Cardinality (http://hl7.org/fhir/R4/conformance-rules.html#cardinality).",
)
CHOICE = error(
    "element-choice",
    "structure",
    "{path} may have only one type; found {found}",
    "Of the properties of a choice only one may be there "
    "(http://hl7.org/fhir/R4/formats.html#choice).",
)
NOT_ARRAY = error("json-array-needed", "invalid", "{path} repeats, so it must be an array", _JSON)
ARRAY = error("json-array-forbidden", "invalid", "{path} does not repeat: no array", _JSON)
EMPTY_ARRAY = error("json-array-empty", "invalid", "{path} is an empty array: leave it out", _JSON)
EMPTY_OBJECT = error("json-object-empty", "invalid", "An object must not be empty", _JSON)
NULL = error("json-null", "invalid", "{path} must not be null: leave it out", _JSON)
NOT_OBJECT = error("json-object-needed", "invalid", "{path} must be an object, not {found}", _JSON)
UNEVEN = error(
    "json-companion-uneven",
    "invalid",
    "{path} has {values} value(s), but its companion {companions}: fill the gaps with null",
    _JSON,
)
NO_VALUE = error(
    "json-companion-gap", "invalid", "{path} has neither a value nor an extension", _JSON
)
UNKNOWN_TYPE = error(
    "resource-type-unknown",
    "invalid",
    "{name} is no type of resource in FHIR {version}",
    "Every resource names its type (http://hl7.org/fhir/R4/json.html#resources).",
)
NO_TYPE = error(
    "resource-type-missing",
    "invalid",
    "The resource does not say what it is: resourceType must name its type",
    "Every resource names its type (http://hl7.org/fhir/R4/json.html#resources).",
)


#: Misspelt names for which a right one is sought; to seek one takes time.
_MOST_GUESSES = 50


class Structures:
    """Walks resources, base definitions in hand."""

    def __init__(
        self,
        session: Session,
        rules: Rules,
        looks: Looks,
    ) -> None:
        self._guesses = 0
        self._session = session
        self._rules = rules
        self._looks = looks
        self._lessons = looks.lessons

    def resource(self, scope: Scope, doubts: Collection[str] | None = None) -> Shape | None:
        """Check a resource and all that is in it; its shape, if its type is known.

        ``doubts`` are the keys that have to be looked at, if that is not all of them.
        """
        session, resource = self._session, scope.resource
        name = resource.get("resourceType")
        if not isinstance(name, str):
            session.report(NO_TYPE, scope.place)
            return None
        shape = self._rules.shapes.of_type(name)
        if shape is None or not shape.is_resource or shape.structure.abstract:
            version = session.library.fhir_version
            session.report(UNKNOWN_TYPE, scope.place, name=name[:80], version=version)
            return None
        memory = session.memory
        outside = memory.pop(HAS_ELEMENT_IDS, False)
        self._object(resource, shape, scope.place, scope, None, doubts)
        if memory.pop(HAS_ELEMENT_IDS, False):
            from conformance_cli.fhir.validation.element_ids import check_element_ids

            check_element_ids(session, scope, shape)
        if outside:
            memory[HAS_ELEMENT_IDS] = True
        return shape

    def object(
        self, value: Json, shape: Shape, place: Place, scope: Scope, via: Property | None
    ) -> None:
        """Check an object against its shape; ``via`` is the property that holds it."""
        inside = self._looks.inside(via) if via is not None and _is_near(place, scope) else None
        doubts = None
        if inside is not None:
            doubts = inside.judge(value, inside.look(value), self._session, scope)
        self._object(value, shape, place, scope, via, doubts)

    def _object(
        self,
        value: Json,
        shape: Shape,
        place: Place,
        scope: Scope,
        via: Property | None,
        doubts: Collection[str] | None,
    ) -> None:
        session = self._session
        if not value:
            session.report(EMPTY_OBJECT, place)
            return
        doubtful = value if doubts is None else [key for key in value if key in doubts]
        companions = self._properties(value, shape, place, scope, doubtful)
        for key in companions:
            found = shape.properties[key]
            self._companion(value[key], value.get(key[1:]), found, place, scope)
        self._presence(value, shape, place)
        if shape.invariants:
            check_invariants(session, shape.invariants, Node(value, shape.path), place, scope)
        if "extension" in doubtful or "modifierExtension" in doubtful:
            self._rules.extensions(session, value, shape, via, place, scope)

    def _properties(
        self, value: Json, shape: Shape, place: Place, scope: Scope, keys: Iterable[str]
    ) -> list[str]:
        """Check what stands under some keys; those of companions, which come later."""
        properties = shape.properties
        companions = []
        for key in keys:
            found, item = properties.get(key), value[key]
            if found is None:
                if key != "resourceType" or not shape.is_resource:
                    self._unknown(key, shape, place)
            elif found.kind is Kind.COMPANION:
                companions.append(key)
            elif type(item) is list:
                self._array(item, found, shape, place, scope, value)
            else:
                at = place.child(key, None, found.shown)
                if found.repeats:
                    path = f"{place.expression}.{found.element.name}"
                    self._session.report(NOT_ARRAY, at, path=path)
                self._item(item, found, shape, at, scope, value)
        return companions

    def _unknown(self, key: str, shape: Shape, place: Place) -> None:
        for child in shape.element.children:
            if child.max == 0 and child.name == key.removeprefix("_"):
                self._session.report(MAXIMUM, place, path=child.path, maximum=0, count=1)
                return
        self._guesses += 1
        close = (
            _closest(key[:60], keys_of(shape.properties)) if self._guesses <= _MOST_GUESSES else ""
        )
        hint = f"; did you mean {close}?" if close else ""
        at = place.beneath(key)
        self._session.report(UNKNOWN, at, type=shape.path, name=key[:80], hint=hint)

    def _array(
        self,
        items: list[Json],
        found: Property,
        shape: Shape,
        place: Place,
        scope: Scope,
        parent: Json,
    ) -> None:
        session = self._session
        if not found.repeats:
            at = place.child(found.key, None, found.shown)
            session.report(ARRAY, at, path=at.expression)
        elif not items:
            at = place.child(found.key, None, found.shown)
            session.report(EMPTY_ARRAY, at, path=at.expression)
        twins = parent.get(f"_{found.key}") if found.kind is Kind.PRIMITIVE else None
        for index, item in enumerate(items):
            at = place.child(found.key, index, found.shown)
            if item is None and type(twins) is list and index < len(twins):
                continue
            self._item(item, found, shape, at, scope, parent)

    def _item(
        self, item: Json, found: Property, shape: Shape, place: Place, scope: Scope, parent: Json
    ) -> None:
        session = self._session
        if item is None:
            session.report(NULL, place, path=place.expression)
        elif found.kind is Kind.PRIMITIVE:
            self._simple(item, found, place, scope)
        elif type(item) is not dict:
            self._not_an_object(item, place)
        elif found.kind is Kind.RESOURCE:
            self._rules.inner(session, item, shape, place, scope, parent)
        else:
            self._complex(item, found, place, scope)

    def _simple(self, item: Json, found: Property, place: Place, scope: Scope) -> None:
        lesson = self._lessons.get(found)
        before = len(self._session.found)
        self._rules.primitive(self._session, item, found, place, scope)
        if lesson is not None and len(self._session.found) == before:
            lesson.learn(item)

    def _complex(self, item: Json, found: Property, place: Place, scope: Scope) -> None:
        holder = self._looks.holder(found)
        if holder is not None and holder.is_fine(item, self._session, scope):
            for key in holder.inner_keys(item):
                at = place.child(key)
                self._rules.inner(self._session, item[key], holder.shape, at, scope, item)
            return
        lesson, inner = self._lessons.get(found), found.shape
        before = len(self._session.found)
        if inner is not None:
            self.object(item, inner, place, scope, found)
        self._rules.element(self._session, item, found, place, scope)
        if lesson is not None and len(self._session.found) == before:
            lesson.learn(item)

    def _not_an_object(self, item: Json, place: Place) -> None:
        kind = "an array" if isinstance(item, list) else f"a {_json_name(item)}"
        self._session.report(NOT_OBJECT, place, path=place.expression, found=kind)

    def _companion(
        self, twins: Json, values: Json, found: Property, place: Place, scope: Scope
    ) -> None:
        session = self._session
        at = place.child(found.key, None, found.shown)
        if found.repeats != isinstance(twins, list):
            session.report(NOT_ARRAY if found.repeats else ARRAY, at, path=at.expression)
        if not isinstance(twins, list):
            self._twin(twins, values, found, at, scope)
            return
        if isinstance(values, list) and len(values) != len(twins):
            path = at.expression
            session.report(UNEVEN, at, path=path, values=len(values), companions=len(twins))
        for index, twin in enumerate(twins):
            value = values[index] if isinstance(values, list) and index < len(values) else None
            self._twin(twin, value, found, place.child(found.key, index, found.shown), scope)

    def _twin(self, twin: Json, value: Json, found: Property, place: Place, scope: Scope) -> None:
        session = self._session
        if twin is None:
            if value is None:
                session.report(NO_VALUE, place, path=place.expression)
            return
        shape = found.shape
        if not isinstance(twin, dict):
            self._not_an_object(twin, place)
        elif shape is not None:
            self.object(twin, shape, place, scope, found)
            if value is None:
                self._rules.absence(session, twin, found, place)
                if not twin.get("extension"):
                    session.report(NO_VALUE, place, path=place.expression)

    def _presence(self, value: Json, shape: Shape, place: Place) -> None:
        """What is missing, and choices made twice."""
        for element, keys in shape.required:
            for key in keys:
                if key in value:
                    break
            else:
                path = f"{shape.path}.{element.name}"
                self._session.report(MINIMUM, place, path=path, minimum=element.min, count=0)
        for element, keys in shape.exclusive:
            names = {key.removeprefix("_") for key in keys if key in value}
            if len(names) > 1:
                path = f"{shape.path}.{element.name}[x]"
                at = place.beneath([key for key in value if key in keys][-1])
                self._session.report(CHOICE, at, path=path, found=", ".join(sorted(names)))


def _is_near(place: Place, scope: Scope) -> bool:
    """Whether an element is one or two steps into its resource.

    There the quick look saves most of a walk; further in, it would be repeated too often.
    """
    above = place.parent
    return above is not None and (above is scope.place or above.parent is scope.place)


@lru_cache(maxsize=512)
def _closest(name: str, names: tuple[str, ...]) -> str | None:
    """The name that may be meant by one that there is not."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names, n=1)), None)


def _json_name(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"
