"""The quick look at resources and at their properties."""

from __future__ import annotations

from bisect import bisect_right
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
from conformance_cli.fhir.validation.quick.texts import Texts, start
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


#: Keys that the walk has to look at, and what is left to judge of all others.
Seen = tuple[list[str], list[Left]]
#: Among the keys, the object as a whole: what is missing, and its invariants.
_WHOLE = ""


class Inside:
    """Looks at the properties of an object, and tells those that are not surely fine.

    ``via`` is the property that holds the object; a resource has none.
    """

    def __init__(
        self,
        shape: Shape,
        via: Property | None,
        objects: ObjectTests,
        texts: Texts,
    ) -> None:
        self.shape = shape
        self._via = via
        self._objects = objects
        self._are_fine, self._wrong = texts.are_fine, texts.wrong
        self._tests: dict[str, Test] = {"resourceType": _always} if via is None else {}

    def look(self, value: Mapping[str, Json]) -> Seen:
        """What is seen: the keys in doubt, and references that are still to be judged."""
        texts, left = start(), list[Left]()
        doubts: list[str] = []
        ends: list[int] = []
        tests = self._tests
        for key, item in value.items():
            test = tests.get(key) or self._test(key)
            try:
                if not test(item, texts, left):
                    doubts.append(key)
            except FAILURES:
                doubts.append(key)
            ends.append(len(texts))
        if not self._are_fine(texts):
            wrong = {bisect_right(ends, place) for place in self._wrong(texts)}
            doubts += [key for at, key in enumerate(value) if at in wrong and key not in doubts]
        return doubts, left

    def judge(
        self, value: Mapping[str, Json], seen: Seen, session: Session, scope: Scope
    ) -> list[str]:
        """The keys in doubt, with those of references that are not surely fine."""
        doubts, left = seen
        if is_fine_inside(left, session, scope):
            return doubts
        for key, item in value.items():
            if key not in doubts:
                own: list[Left] = []
                self._tests[key](item, [], own)
                if own and not is_fine_inside(own, session, scope):
                    doubts.append(key)
        return doubts

    def _test(self, key: str) -> Test:
        if key not in self.shape.properties:
            return never
        test = self._tests[key] = self._objects.of_key(self.shape, self._via, key)
        return test


class Look(Inside):
    """Looks at resources of one type, and at what they lack."""

    def __init__(
        self,
        shape: Shape,
        objects: ObjectTests,
        texts: Texts,
        silences: Sequence[Silence] | None,
    ) -> None:
        super().__init__(shape, None, objects, texts)
        self.name = shape.type
        self._complete = objects.complete_test(shape)
        self._silences = silences

    def look(self, value: Mapping[str, Json]) -> Seen:
        """What is seen; the walk would report nothing where there is no doubt in the end."""
        seen = super().look(value)
        if not self._complete(value):
            seen[0].append(_WHOLE)
        return seen

    def is_all(self, seen: Seen, resource: Mapping[str, Json]) -> bool:
        """Whether it is clear that nothing is to be said of a resource that nothing holds."""
        doubts, left = seen
        return not doubts and self.is_simple(resource) and is_fine_alone(left, resource)

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

    def __init__(self, shape: Shape, test: Test, texts: Texts) -> None:
        self.shape = shape
        self._keys = frozenset(
            key for key, found in shape.properties.items() if found.kind is Kind.RESOURCE
        )
        self._test = test
        self._are_fine = texts.are_fine

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
        self._texts = Texts(options)
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
