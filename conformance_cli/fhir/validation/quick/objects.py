"""Generated tests of the values of properties: arrays, objects and what is in them.

Every test takes a value and two lists, and says whether the value is surely fine.  It adds
texts and references to the lists, for the caller to look at all of them together.  For data
of an unexpected shape it may also raise what ``FAILURES`` names: that counts as doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.primitive_forms import QUICK
from conformance_cli.fhir.validation.primitives import needs_value
from conformance_cli.fhir.validation.quick.lessons import Extensions, Lesson, Values
from conformance_cli.fhir.validation.quick.primitives import TEXTS, Primitives
from conformance_cli.fhir.validation.quick.ruled import is_idle, is_ruled, is_understood
from conformance_cli.fhir.validation.quick.workshop import Workshop, indented, never
from conformance_cli.fhir.validation.shape import Kind, Property, Shape
from conformance_cli.fhir.validation.type_limits import is_limited

Json = Any
Test = Callable[[Json, list[Json], list[Json]], bool]
#: What stands for a property in the loop over an object, instead of the usual.
Special = Mapping[str, list[str]]
#: Makes the body of the test of an object of a type that has rules.
Body = Callable[["ObjectTests", Shape, Property], list[str]]

DOUBT = "return False"
#: Data that tests may meet without expecting it: then there is doubt.
FAILURES = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
#: So many names of properties are compared one after the other; the others are looked up.
_MOST_COMPARED = 10
#: Choices of fewer types are counted one by one.
_FEW = 5
#: Simple extensions whose use was settled before.
_EXTENSIONS = """\
if type(x) is not list or not x: return False
for y in x:
    if type(y) is not dict or len(y) != 2: return False
    u = y['url']
    for k in y:
        if k != 'url': break
    p = {}.get((u, k))
    if p is None or not p(y[k], t, r): return False
return True
"""


class ObjectTests:
    """Makes tests for properties, each when it is first needed."""

    def __init__(
        self,
        workshop: Workshop,
        options: Options,
        codes_of: Callable[[str], frozenset[str] | None],
        engine: Any,
        bodies: Mapping[str, Body],
        shape_of: Callable[[str], Shape | None],
        aim: Callable[[Element], Any],
        lessons: dict[Any, Lesson],
    ) -> None:
        self.workshop = workshop
        self._primitives = Primitives(options, workshop)
        self._codes_of = codes_of
        self._engine = engine
        self._bodies = bodies
        self._shape_of = shape_of
        self.aim = aim
        self._names: dict[Property, str] = {}
        self._values: dict[str, Test] = {}
        #: Where the walk teaches, by property; for extensions, by what carries them.
        self.lessons = lessons

    def of_key(self, shape: Shape, via: Property | None, key: str) -> Test:
        """The test of what stands under a key; ``via`` is the property that holds the object."""
        found = shape.properties.get(key)
        if found is None:
            return never
        lines = self._under(shape, via, key, "x")
        return self.workshop.made("x, t, r", [*lines, "return True"])

    def holder(self, shape: Shape, via: Property) -> Test:
        """The test of an object but for the resources in it."""
        inner = {
            key: [f"if type(x) is not dict: {DOUBT}"]
            for key, found in shape.properties.items()
            if found.kind is Kind.RESOURCE
        }
        lines = [f"if type(v) is not dict or not v: {DOUBT}", *self.loop(shape, via, inner)]
        return self.workshop.made("v, t, r", [*lines, *self.complete(shape), "return True"])

    def object(self, via: Property) -> str:
        """The name of the test of an object, as a value of a property."""
        name = self._names.get(via)
        if name is None:
            name = self.workshop.function("v, t, r", lambda: self._body(via))
            self._names[via] = name
        return name

    def loop(self, shape: Shape, via: Property, special: Special | None = None) -> list[str]:
        """Statements about each property of an object."""
        usual = {key: self._under(shape, via, key, "x") for key in _named(shape)[:_MOST_COMPARED]}
        branches = {**usual, **(special or {})}
        lines: list[str] = []
        for key, body in branches.items():
            lines += [f"{'elif' if lines else 'if'} k == {key!r}:", *indented(body)]
        others = self.workshop.constant({})
        make = self.workshop.constant(lambda key: self.of_key(shape, via, key))
        looked_up = [
            f"p = {others}.get(k)",
            "if p is None:",
            f"    p = {make}(k)",
            "    if p is not never:",
            f"        {others}[k] = p",
            f"if not p(x, t, r): {DOUBT}",
        ]
        lines += ["else:", *indented(looked_up)] if lines else looked_up
        return ["for k, x in v.items():", *indented(lines)]

    def complete_test(self, shape: Shape) -> Callable[[Mapping[str, Json]], bool]:
        """The test of what ``complete`` states."""
        return self.workshop.made("v", [*self.complete(shape), "return True"])

    def complete(self, shape: Shape) -> Iterator[str]:
        """Statements about an object as a whole: what it needs, choices, and invariants."""
        for _, keys in shape.required:
            values = [key for key in keys if key[0] != "_"]
            if len(values) == 1:
                yield f"if {values[0]!r} not in v: {DOUBT}"
            else:
                yield f"if {self.workshop.constant(frozenset(values))}.isdisjoint(v): {DOUBT}"
        for _, keys in shape.exclusive:
            values = [key for key in keys if key[0] != "_"]
            count = f"len({self.workshop.constant(frozenset(values))}.intersection(v))"
            if len(values) < _FEW:
                count = " + ".join(f"({key!r} in v)" for key in values)
            yield f"if {count} > 1: {DOUBT}"
        yield from self.invariants(shape)

    def invariants(self, shape: Shape) -> Iterator[str]:
        """Statements about the invariants of an object."""
        expressions = [one.expression for one in shape.invariants]
        if expressions:
            quick, left = self._engine.shortcuts(expressions, shape.path)
            yield DOUBT if left else f"if not {self.workshop.constant(quick)}(v): {DOUBT}"

    def _under(self, shape: Shape, via: Property | None, key: str, x: str) -> list[str]:
        found = shape.properties[key]
        if found.kind is Kind.RESOURCE or found.is_element_id or key == "modifierExtension":
            return [DOUBT]
        if key == "extension":
            return [f"if not {self._extensions(shape, via)}({x}, t, r): {DOUBT}"]
        if found.kind is Kind.COMPANION:
            return self._object(found, x) if _is_simple(found) else [DOUBT]
        if not found.repeats:
            return self._one(found, x)
        whole = [f"if type({x}) is not list or not {x}: {DOUBT}"]
        if _is_text(found):
            return [*whole, f"t += {x}"]
        return [*whole, f"for y in {x}:", *indented(self._one(found, "y"))]

    def _one(self, found: Property, x: str) -> list[str]:
        return self._primitive(found, x) if found.kind is Kind.PRIMITIVE else self._object(found, x)

    def _primitive(self, found: Property, x: str) -> list[str]:
        if _is_text(found):
            return [f"t.append({x})"]
        if found.invariants or is_limited(found.element):
            return [DOUBT]
        if found.type == "canonical" or not is_idle(found.element.binding):
            known = self.workshop.constant(self._known_values(found))
            return [f"if {x} not in {known}: {DOUBT}"]
        condition = self._primitives.doubt(found.type, x)
        return [DOUBT] if condition is None else [f"if {condition}: {DOUBT}"]

    def _known_values(self, found: Property) -> set[str] | frozenset[str]:
        """The codes of a value set that has few; else those that the walk knows to be fine."""
        binding = found.element.binding
        if found.type == "code" and binding and binding.value_set and not binding.additional:
            codes = self._codes_of(binding.value_set) or frozenset()
            fine = frozenset(filter(QUICK["code"], codes))
            if fine:
                return fine
        lesson = Values()
        self.lessons[found] = lesson
        return lesson.known

    def _object(self, found: Property, x: str) -> list[str]:
        return [f"if type({x}) is not dict or not {self.object(found)}({x}, t, r): {DOUBT}"]

    def _extensions(self, shape: Shape, via: Property | None) -> str:
        """The name of the test of extensions, as they stand on values of a property."""
        of_value = self._of_extension_value
        lesson = self.lessons.get(("extension", via or shape))
        if not isinstance(lesson, Extensions):
            lesson = self.lessons["extension", via or shape] = Extensions(of_value)
        known = self.workshop.constant(lesson.known)
        return self.workshop.function("x, t, r", lambda: _EXTENSIONS.format(known).splitlines())

    def _of_extension_value(self, key: str) -> Test:
        found = self._values.get(key)
        shape = self._shape_of("Extension")
        if found is None and shape is not None:
            found = self._values[key] = self.of_key(shape, None, key)
        return found or never

    def _body(self, via: Property) -> list[str]:
        shape = via.shape
        if shape is None:
            return [DOUBT]
        if via.kind is Kind.COMPANION:
            return [f"if 'extension' not in v: {DOUBT}", *self._plain(shape, via)]
        if not is_ruled(via):
            return self._plain(shape, via)
        body = self._bodies.get(via.type)
        return [DOUBT] if body is None or not is_understood(via) else body(self, shape, via)

    def _plain(self, shape: Shape, via: Property) -> list[str]:
        """Of an object of a type without rules: structure and invariants."""
        return [
            f"if not v: {DOUBT}",
            *self.loop(shape, via),
            *self.complete(shape),
            "return True",
        ]


def _named(shape: Shape) -> list[str]:
    """The properties that are compared by name: not those that are rarely there."""
    return [
        key
        for key, found in shape.properties.items()
        if found.kind is not Kind.COMPANION and key not in ("id", "extension", "modifierExtension")
    ]


def _is_simple(companion: Property) -> bool:
    """Whether it does not matter if there is a value beside the extensions."""
    element = companion.element
    return not (companion.repeats or element.choice or needs_value(element))


def _is_text(found: Property) -> bool:
    return (
        found.kind is Kind.PRIMITIVE
        and found.type in TEXTS
        and not found.invariants
        and not is_limited(found.element)
        and is_idle(found.element.binding)
    )
