"""The quick look at resources and at their properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.source.narrative_quick import is_plainly_sound
from conformance_cli.fhir.validation.options import Options, ReferencePolicy
from conformance_cli.fhir.validation.primitive_forms import ID, PLAIN_MOMENT
from conformance_cli.fhir.validation.quick.judging import Aim, Left, is_fine_alone, is_fine_inside
from conformance_cli.fhir.validation.quick.lessons import Lesson
from conformance_cli.fhir.validation.quick.objects import FAILURES, ObjectTests, Test
from conformance_cli.fhir.validation.quick.primitives import DAYS, YEARS, is_plain_uri
from conformance_cli.fhir.validation.quick.silent import Silence, silence
from conformance_cli.fhir.validation.quick.texts import are_fine, are_fine_without_tags, start
from conformance_cli.fhir.validation.quick.typed import BODIES
from conformance_cli.fhir.validation.quick.workshop import Workshop, never
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.shape import Kind, Property, Shape, Shapes
from conformance_cli.fhir.validation.targets import read_targets

Json = Any

#: What generated source may name.
_NAMES: Mapping[str, object] = {
    "DAYS": DAYS,
    "Decimal": Decimal,
    "YEARS": YEARS,
    "is_id": ID.fullmatch,
    "is_moment": PLAIN_MOMENT.fullmatch,
    "is_plain_uri": is_plain_uri,
    "is_plainly_sound": is_plainly_sound,
}


class Inside:
    """Looks at the properties of an object, and tells those that are not surely fine.

    ``via`` is the property that holds the object; a resource has none.
    """

    def __init__(
        self,
        shape: Shape,
        via: Property | None,
        objects: ObjectTests,
        are_fine: Callable[[list[str]], bool],
    ) -> None:
        self.shape = shape
        self._via = via
        self._objects = objects
        self._are_fine = are_fine
        self._tests: dict[str, Test] = {"resourceType": _always} if via is None else {}

    def doubts(self, value: Mapping[str, Json], session: Session, scope: Scope) -> list[str]:
        """The keys under which the walk might have something to report."""
        texts, left = start(), list[Left]()
        doubts = self._doubts(value, texts, left)
        if self._are_fine(texts) and is_fine_inside(left, session, scope):
            return doubts
        return self._one_by_one(value, lambda left: is_fine_inside(left, session, scope))

    def _doubts(self, value: Mapping[str, Json], texts: list[str], left: list[Left]) -> list[str]:
        """The same, texts and references apart."""
        doubts = []
        tests = self._tests
        for key, item in value.items():
            test = tests.get(key) or self._test(key)
            try:
                if test(item, texts, left):
                    continue
            except FAILURES:
                pass
            doubts.append(key)
        return doubts

    def _one_by_one(
        self, value: Mapping[str, Json], judge: Callable[[list[Left]], bool]
    ) -> list[str]:
        """The same, where texts or references are in doubt: those of each key apart."""
        doubts = []
        for key in value:
            texts, left = start(), list[Left]()
            is_fine = not self._doubts({key: value[key]}, texts, left)
            if not (is_fine and self._are_fine(texts) and judge(left)):
                doubts.append(key)
        return doubts

    def _test(self, key: str) -> Test:
        if key not in self.shape.properties:
            return never
        test = self._tests[key] = self._objects.of_key(self.shape, self._via, key)
        return test


#: Stands for the object as a whole: for what is missing, and its invariants.
_WHOLE = ""


class Look(Inside):
    """Looks at resources of one type; where there is no doubt, the walk would report nothing."""

    def __init__(
        self,
        shape: Shape,
        objects: ObjectTests,
        are_fine: Callable[[list[str]], bool],
        silences: Sequence[Silence] | None,
    ) -> None:
        super().__init__(shape, None, objects, are_fine)
        self.name = shape.type
        self._complete = objects.complete_test(shape)
        self._silences = silences

    def doubts(self, value: Mapping[str, Json], session: Session, scope: Scope) -> list[str]:
        """The keys that the walk has to look at; none, if it would report nothing."""
        doubts = super().doubts(value, session, scope)
        if not self._complete(value):
            doubts.append(_WHOLE)
        return doubts

    def doubts_alone(self, resource: Mapping[str, Json]) -> list[str]:
        """The same, for a resource that nothing holds, and that nothing is handed over with."""
        texts, left = start(), list[Left]()
        doubts = self._doubts(resource, texts, left)
        if not (self._are_fine(texts) and is_fine_alone(left, resource)):
            doubts = self._one_by_one(resource, lambda left: is_fine_alone(left, resource))
        if not self._complete(resource):
            doubts.append(_WHOLE)
        return doubts

    def is_simple(self, resource: Mapping[str, Json]) -> bool:
        """Whether nothing but its structure matters: no other rules, no claimed profiles."""
        silences = self._silences
        if silences is None or ("meta" in resource and "profile" in resource["meta"]):
            return False
        for is_silent in silences:  # noqa: SIM110 - a generator takes several times as long
            if not is_silent(resource):
                return False
        return True


class Holder:
    """Looks at objects that hold resources, such as the entries of a Bundle."""

    def __init__(self, shape: Shape, test: Test, are_fine: Callable[[list[str]], bool]) -> None:
        self.shape = shape
        self._keys = frozenset(
            key for key, found in shape.properties.items() if found.kind is Kind.RESOURCE
        )
        self._test = test
        self._are_fine = are_fine

    def is_fine(self, value: Json, session: Session, scope: Scope) -> bool:
        """Whether the walk would report nothing of all that is not in the resources inside."""
        texts = start()
        left: list[Left] = []
        try:
            is_fine = self._test(value, texts, left) and self._are_fine(texts)
        except FAILURES:
            return False
        return is_fine and is_fine_inside(left, session, scope)

    def inner_keys(self, value: Mapping[str, Json]) -> Iterator[str]:
        """The keys of the resources inside."""
        return (key for key in value if key in self._keys)


class Quick:
    """Makes the quick looks at types of resources."""

    def __init__(
        self,
        library: Library,
        options: Options,
        shapes: Shapes,
        engine: Any,
        codes_of: Callable[[str], frozenset[str] | None],
        lessons: dict[Any, Lesson],
    ) -> None:
        self._library = library
        self._options = options
        self._texts = are_fine_without_tags if options.refuse_html else are_fine
        self._objects = ObjectTests(
            Workshop(_NAMES),
            options,
            codes_of,
            engine,
            BODIES,
            shapes.of_type,
            self._aim,
            lessons,
        )

    def look(self, shape: Shape, rules: Sequence[Callable[..., None]]) -> Look:
        """The look at resources of a type, which have these rules."""
        is_profiled = bool(self._library.global_profiles(shape.type))
        return Look(shape, self._objects, self._texts, None if is_profiled else silence(rules))

    def inside(self, shape: Shape, via: Property) -> Inside:
        """The look at the properties of an object, as a value of a property."""
        return Inside(shape, via, self._objects, self._texts)

    def holder(self, via: Property) -> Holder | None:
        """The look at values of a property that are objects which hold resources."""
        shape = via.shape
        if shape is None:
            return None
        return Holder(shape, self._objects.holder(shape, via), self._texts)

    def _aim(self, element: Element) -> Aim:
        targets = read_targets(self._library, element, "Reference")
        is_simple = (
            not targets.is_particular and self._options.references is not ReferencePolicy.EXISTS
        )
        return Aim(element, None if targets.is_any else targets.types, is_simple)


def _always(*_: object) -> bool:
    return True
