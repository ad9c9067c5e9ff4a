"""Discriminators: what tells the slices of an element apart.

FHIR R4, 5.1.0.14 (http://hl7.org/fhir/R4/profiling.html#discriminator).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Discriminator, Element, Pinned, Structure
from conformance_cli.fhir.terminology.protocol import Standing
from conformance_cli.fhir.validation.membership import codes_of
from conformance_cli.fhir.validation.navigation import Item, argument, follow, is_of, steps_of
from conformance_cli.fhir.validation.session import Session
from conformance_cli.fhir.validation.shape import Shapes, element_by_id
from conformance_cli.fhir.validation.values import fits, is_equal

#: Whether an item is what a slice asks for, as far as one discriminator goes.
Test = Callable[[Item, Session], bool]


class UndecidableSliceError(Exception):
    """A slice gives its discriminator nothing to decide by; the text says which."""


class Matchers:
    """Makes the tests of slices."""

    def __init__(self, library: Library, shapes: Shapes) -> None:
        self._library = library
        self._shapes = shapes

    def of(self, structure: Structure, sliced: Element, one: Element) -> Test:
        """The test of one slice.

        A discriminator that the slice gives nothing to decide by is passed over, unless none
        is left.  Raises ``UndecidableSliceError``.
        """
        found = sliced.slicing.discriminators if sliced.slicing else ()
        if not found:
            found = self._implied(sliced)
        tests: list[Test] = []
        reasons: list[UndecidableSliceError] = []
        for discriminator in found:
            try:
                tests.append(self._test(structure, sliced, one, discriminator))
            except UndecidableSliceError as err:
                reasons.append(err)
        if not tests:
            raise reasons[0]
        if len(tests) == 1:
            return tests[0]
        return lambda item, session: all(test(item, session) for test in tests)

    def _implied(self, sliced: Element) -> tuple[Discriminator, ...]:
        """Extensions are told apart by url, choices by type, even where nobody says so."""
        if sliced.name in ("extension", "modifierExtension"):
            return (Discriminator("value", "url"),)
        if sliced.choice:
            return (Discriminator("type", "$this"),)
        raise UndecidableSliceError(f"{sliced.id} is sliced without a discriminator")

    def _test(
        self, structure: Structure, sliced: Element, one: Element, how: Discriminator
    ) -> Test:
        if how.type == "position":
            return _by_position(sliced, one)
        steps = steps_of(how.path)
        # the profiles of a reference's target are given at the reference
        is_target = how.type == "profile" and steps[-1:] == ("resolve()",)
        ends = list(self._ends(structure, one, steps[:-1] if is_target else steps))
        made = {
            "value": self._by_value,
            "pattern": self._by_value,
            "exists": self._by_existence,
            "type": self._by_type,
            "profile": self._by_profile,
        }.get(how.type)
        if made is None:
            raise UndecidableSliceError(f"a discriminator of type {how.type} is not known")
        test = made(ends, one, how)
        return lambda item, session: test(follow(item, steps, self._shapes, session), session)

    def _ends(
        self, structure: Structure, element: Element, steps: tuple[str, ...]
    ) -> Iterator[Element]:
        """The definitions at the end of a path."""
        if not steps:
            yield element
            return
        for found in self._next(structure, element, steps[0]):
            yield from self._ends(structure, _needed(found), steps[1:])

    def _next(self, structure: Structure, element: Element, step: str) -> Iterator[Element]:
        if step.startswith("extension("):
            yield from self._extension(structure, element, argument(step))
        elif step == "resolve()":
            for ref in element.types:
                for target in ref.targets:
                    found = self._library.structure(target)
                    if found is not None:
                        yield found.root
        elif step.startswith(("ofType(", "as(")):
            kept = tuple(ref for ref in element.types if ref.code == argument(step))
            yield replace(element, types=kept)
        else:
            yield from self._named(structure, element, step.removesuffix("[x]"))

    def _named(self, structure: Structure, element: Element, name: str) -> Iterator[Element]:
        """The definitions of a child: what is pinned further up pins it too."""
        inherited = _part(element, name)
        for child in self._children(structure, element, name):
            if inherited is not None and child.fixed is None and child.pattern is None:
                yield replace(child, pattern=inherited)
            else:
                yield child

    def _children(self, structure: Structure, element: Element, name: str) -> Iterator[Element]:
        if element.children:
            yield from (child for child in element.children if child.name == name)
            return
        if element.content_reference:
            target = element_by_id(structure.root, element.content_reference)
            if target is not None and target.children:
                yield from self._children(structure, target, name)
            return
        for ref in element.types:
            for url in ref.profiles:
                found = self._library.structure(url)
                if found is not None:
                    yield from self._children(found, found.root, name)
                elif ref.code == "Extension" and name == "url":
                    # it is not loaded, but extensions are known by the URL of their definition
                    pinned = Pinned("uri", url.partition("|")[0])
                    yield Element("Extension.url", "Extension.url", "url", fixed=pinned)
            if not ref.profiles:
                base = self._library.type(ref.code)
                if base is not None and base.root.children:
                    yield from self._children(base, base.root, name)

    def _extension(self, structure: Structure, element: Element, url: str) -> Iterator[Element]:
        for child in self._children(structure, element, "extension"):
            for one in child.slices:
                if any(
                    profile.partition("|")[0] == url
                    for ref in one.types
                    for profile in ref.profiles
                ):
                    yield one
                    return
        found = self._library.structure(url)
        if found is not None:
            yield found.root

    def _by_value(
        self, ends: list[Element], one: Element, how: Discriminator
    ) -> Callable[[list[Item], Session], bool]:
        if any(end.max == 0 for end in ends):
            return _absent
        for end in ends:
            test = _value_test(end)
            if test is not None:
                return lambda items, session: any(test(item, session) for item in items)
        raise UndecidableSliceError(f"{one.id} fixes no value for {how.path}")

    def _by_existence(
        self, ends: list[Element], one: Element, how: Discriminator
    ) -> Callable[[list[Item], Session], bool]:
        for end in ends:
            if end.max == 0:
                return _absent
            if end.min > 0:
                return _present
        raise UndecidableSliceError(f"{one.id} neither requires nor forbids {how.path}")

    def _by_type(
        self, ends: list[Element], one: Element, how: Discriminator
    ) -> Callable[[list[Item], Session], bool]:
        codes = frozenset(ref.code for end in ends for ref in end.types)
        if not codes:
            codes = frozenset(end.path for end in ends)
        if not codes:
            raise UndecidableSliceError(f"{one.id} names no type for {how.path}")

        def matches(items: list[Item], session: Session) -> bool:
            return any(is_of(session.library, item.type, codes) for item in items)

        return matches

    def _by_profile(
        self, ends: list[Element], _: Element, how: Discriminator
    ) -> Callable[[list[Item], Session], bool]:
        refs = [ref for end in ends for ref in end.types]
        is_target = steps_of(how.path)[-1:] == ("resolve()",)
        urls = [url for ref in refs for url in (ref.targets if is_target else ref.profiles)]
        if not urls:
            codes = {ref.code for ref in refs} or {end.path for end in ends}
            return lambda items, _: is_target or any(item.type in codes for item in items)

        def matches(items: list[Item], session: Session) -> bool:
            return any(_conforms(item, url, session) for item in items for url in urls)

        return matches


def _needed(element: Element) -> Element:
    """What a sliced element on the way has to hold: the slice that must be there, if any."""
    return next((one for one in element.slices if one.min > 0), element)


def _by_position(sliced: Element, one: Element) -> Test:
    """Slices that stand at fixed positions, because those before have a fixed number of values."""
    start = 0
    for other in sliced.slices:
        if other.id == one.id:
            break
        if other.max != other.min:
            raise UndecidableSliceError(f"{other.id} has no fixed number of values")
        start += other.min
    end = None if one.max is None else start + one.max

    def matches(item: Item, _: Session) -> bool:
        index = item.place.index or 0
        return index >= start and (end is None or index < end)

    return matches


def _part(element: Element, name: str) -> Pinned | None:
    """What the fixed value or pattern of an element says of a child."""
    pinned = element.fixed or element.pattern
    if pinned is None or not isinstance(pinned.value, Mapping):
        return None
    part = pinned.value.get(name)
    if isinstance(part, list):
        part = part[0] if part else None
    return None if part is None else Pinned("", part)


def _absent(items: list[Item], _: Session) -> bool:
    return not items


def _present(items: list[Item], _: Session) -> bool:
    return bool(items)


def _conforms(item: Item, url: str, session: Session) -> bool:
    found = session.tools.validate(item.value, url, item.place, item.scope)
    return not any(one.severity.rank <= 1 for one in found)


def _value_test(end: Element) -> Test | None:
    if end.fixed is not None:
        fixed = end.fixed
        return lambda item, _: is_equal(item.value, fixed.value)
    if end.pattern is not None:
        pattern = end.pattern
        return lambda item, _: fits(item.value, pattern.value)
    if end.binding is not None and end.binding.strength == "required" and end.binding.value_set:
        value_set = end.binding.value_set
        return lambda item, session: _is_member(item, value_set, session)
    return _nested(end)


def _nested(end: Element) -> Test | None:
    """Values that are fixed further down than the discriminator's path goes."""
    tests: list[tuple[str, Test]] = []
    for child in end.children:
        for part in (child, *child.slices):
            test = _value_test(part) if part.fixed or part.pattern or part.children else None
            if test is not None:
                tests.append((child.name, test))
    if not tests:
        return None

    def matches(item: Item, session: Session) -> bool:
        shapes: Shapes = session.tools.shapes
        return all(
            any(test(found, session) for found in follow(item, (name,), shapes, session))
            for name, test in tests
        )

    return matches


def _is_member(item: Item, value_set: str, session: Session) -> bool:
    terminology = session.tools.terminology
    return any(
        terminology.in_value_set(coded, value_set).standing is Standing.VALID
        for coded in codes_of(item.value, item.type)
    )
