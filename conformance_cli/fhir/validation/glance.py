"""At a glance: whether all is well with a part of a resource, found out quickly.

Nearly every part of nearly every resource is sound.  For each property of a shape this
makes a function that tells so without keeping track of places, which costs several times
as much as the checks do.  It is true only where the base walk would have nothing to say,
since it calls the same rules; where it is not, the walk goes through that part and tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.primitives import QUICK, needs_code
from conformance_cli.fhir.validation.rules import Rules
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.shape import Kind, Property, Shape
from conformance_cli.fhir.validation.type_limits import is_limited

Json = Any
Test = Callable[[Json], bool]

#: Codings that were found to be sound are kept; at most so many.
MOST_KEPT = 100_000
_ROOT = Place(None, "$")


class Glances:
    """Makes the tests, and holds what is being validated while they run."""

    def __init__(self) -> None:
        self._rules: Rules | None = None
        self._session: Session | None = None
        self._scope: Scope | None = None
        self._tests: dict[Property, Test | None] = {}
        self._sound: set[Any] = set()

    @contextmanager
    def on(self, rules: Rules, session: Session, scope: Scope) -> Iterator[None]:
        """Within, values are parts of this resource."""
        before = self._rules, self._session, self._scope
        self._rules, self._session, self._scope = rules, session, scope
        try:
            yield
        finally:
            self._rules, self._session, self._scope = before

    def is_fine(self, value: Json, found: Property) -> bool:
        """Whether there is surely nothing to say about a property's value."""
        try:
            test = self._tests[found]
        except KeyError:
            test = self._tests[found] = self._of_property(found)
        if test is None or self._session is None:
            return False
        reported = self._session.found
        before = len(reported)
        if test(value) and len(reported) == before:
            return True
        del reported[before:]
        return False

    def _of_property(self, found: Property) -> Test | None:
        """The test of a property, list or not; ``None`` where a resource may be inside."""
        if found.kind is Kind.RESOURCE or _holds_resources(found, set()):
            return None
        return self._whole(found)

    def _whole(self, found: Property) -> Test:
        """The test of all values of a property: the quick one, or else by the rules."""
        quick, thorough = self._pair(found)
        if quick is None:
            return thorough
        return lambda value: quick(value) or thorough(value)

    def _pair(self, found: Property) -> tuple[Test | None, Test]:
        """A test that costs little and may err on the side of doubt, and the one that decides."""
        if found.kind is Kind.COMPANION and needs_code(found.element):
            return None, _never  # is there a value, or only extensions?
        if found.kind is not Kind.PRIMITIVE:
            test = self._complex(found)
            return None, _each(test) if found.repeats else test
        quick, thorough = self._quick(found), self._by_rule(found)
        if not found.repeats:
            return quick, thorough
        return None if quick is None else _each(quick), _each(thorough)

    def _quick(self, found: Property) -> Test | None:
        quick = QUICK.get(found.type)
        element = found.element
        if found.invariants or found.is_element_id or is_limited(element):
            return None
        if found.type == "canonical":
            return None
        if element.binding is None:
            return quick
        binding = element.binding
        if found.type != "code" or binding.value_set is None or binding.additional:
            return None
        codes = self._known_codes(binding.value_set)
        if not codes:
            return None
        fine = frozenset(code for code in codes if quick is None or quick(code))
        return lambda value: type(value) is str and value in fine

    def _known_codes(self, url: str) -> frozenset[str] | None:
        session = self._session
        known: frozenset[str] | None = session.tools.terminology.codes_of(url) if session else None
        return known

    def _by_rule(self, found: Property) -> Test:
        """What the walk itself would do, at a place that nobody will see."""
        place = Place(_ROOT, found.key, None, found.shown)

        def test(value: Json) -> bool:
            session, rules, scope = self._session, self._rules, self._scope
            if value is None or session is None or rules is None or scope is None:
                return False
            before = len(session.found)
            rules.primitive(session, value, found, place, scope)
            return len(session.found) == before

        return test

    def _complex(self, found: Property) -> Test:
        """The test of an object; made in full when the first one comes."""
        made: Test | None = None

        def test(value: Json) -> bool:
            nonlocal made
            if made is None:
                shape = found.shape
                made = _never if shape is None else self._object(shape, found)
            return made(value)

        return test

    def _is_ruled_fine(self, value: Json, found: Property, place: Place, key: Any) -> bool:
        session, rules, scope = self._session, self._rules, self._scope
        if session is None or rules is None or scope is None:
            return False
        before = len(session.found)
        rules.element(session, value, found, place, scope)
        if len(session.found) != before:
            return False
        if key is not None and len(self._sound) < MOST_KEPT:
            self._sound.add(key)
        return True

    def _object(self, shape: Shape, via: Property) -> Test:  # noqa: C901 - see below
        """The test of an object: its properties, what it needs, its invariants, its rules."""
        tests: dict[str, Test] = {}
        decide = self._decider(shape, tests)
        complete, sound = _complete(shape), self._sound
        shortcuts = tuple(one.shortcut or _never for one in shape.invariants)
        place = Place(_ROOT, via.key, None, via.shown)
        is_companion = via.kind is Kind.COMPANION
        has_rules = not is_companion and Rules.concern(via)
        told_by = _TOLD_BY.get(via.type) if has_rules else None

        # one long function, for each call that it saves is a tenth of what it does
        def test(value: Json) -> bool:  # noqa: C901
            if type(value) is not dict or not value:
                return False
            for name, item in value.items():
                check = tests.get(name)
                if (check is None or not check(item)) and not decide(name, item):
                    return False
            if complete is not None and not complete(value):
                return False
            for shortcut in shortcuts:
                if not shortcut(value) and not self._hold(shape, value):
                    return False
            if "extension" in value or "modifierExtension" in value:
                if not self._extensions(value, shape, via, place):
                    return False
            elif is_companion:
                return False
            if not has_rules:
                return True
            key = (via, told_by(value)) if told_by is not None else None
            return key in sound or self._is_ruled_fine(value, via, place, key)

        return test

    def _decider(self, shape: Shape, tests: dict[str, Test]) -> Callable[[str, Json], bool]:
        """What to do about a property that is new, or that the quick test has doubts about."""
        properties = shape.properties
        thorough: dict[str, Test] = {}

        def decide(name: str, item: Json) -> bool:
            test = thorough.get(name)
            if test is None:
                found = properties.get(name)
                if found is None or found.kind is Kind.RESOURCE:
                    return False
                quick, test = self._pair(found)
                tests[name], thorough[name] = quick or test, test
                return test(item)
            return test is not tests[name] and test(item)

        return decide

    def _hold(self, shape: Shape, value: Json) -> bool:
        """Whether the invariants of an object hold, evaluated in full."""
        session, rules, scope = self._session, self._rules, self._scope
        if session is None or rules is None or scope is None:
            return False
        before = len(session.found)
        rules.invariants(session, shape, Node(value, shape.path), _ROOT, scope)
        return len(session.found) == before

    def _extensions(self, value: Json, shape: Shape, via: Property, place: Place) -> bool:
        session, rules, scope = self._session, self._rules, self._scope
        if session is None or rules is None or scope is None:
            return False
        before = len(session.found)
        rules.extensions(session, value, shape, via, place, scope)
        return len(session.found) == before


def _each(one: Test) -> Test:
    """The test of an array."""

    def test(items: Json) -> bool:
        if type(items) is not list or not items:
            return False
        for item in items:  # noqa: SIM110 - a generator takes twice as long
            if not one(item):
                return False
        return True

    return test


def _never(_: Json) -> bool:
    return False


def _coding(value: Json) -> Json:
    get = value.get
    return get("system"), get("version"), get("code"), get("display")


def _concept(value: Json) -> Json:
    return tuple(map(_coding, value.get("coding", ()))), "text" in value


def _quantity(value: Json) -> Json:
    get = value.get
    return get("system"), get("code"), get("unit")


#: Types in which what the rules say depends on a few texts alone, and those texts.
_TOLD_BY: Mapping[str, Callable[[Json], Json]] = {
    "Coding": _coding,
    "CodeableConcept": _concept,
    "Quantity": _quantity,
}


def _complete(shape: Shape) -> Test | None:
    """Whether all is there that has to be, and no choice is made twice."""
    required = tuple((keys[0], keys[1:]) for _, keys in shape.required)
    exclusive = tuple(keys for _, keys in shape.exclusive)
    if not required and not exclusive:
        return None

    def test(value: Json) -> bool:
        for first, others in required:
            if first not in value and not any(key in value for key in others):
                return False
        for keys in exclusive:
            there = [key for key in keys if key in value]
            if len(there) > 1 and len({key.removeprefix("_") for key in there}) > 1:
                return False
        return True

    return test


def _holds_resources(found: Property, seen: set[str]) -> bool:
    """Whether a resource may stand somewhere below a property, as in ``Bundle.entry``."""
    if found.kind in (Kind.PRIMITIVE, Kind.COMPANION) or not found.element.children:
        return False
    if found.element.id in seen or found.shape is None:
        return False
    seen.add(found.element.id)
    return any(
        below.kind is Kind.RESOURCE or _holds_resources(below, seen)
        for below in found.shape.properties.values()
    )
