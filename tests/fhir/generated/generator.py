"""Resources made from definitions: what they allow, and nothing else.

Invariants and the meaning of codes are beyond a generator, so what it makes may break
invariants; everything else about it has to be sound.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure
from conformance_cli.fhir.validation.shape import element_by_id

Json = Any
Codes = Callable[[str], frozenset[str] | None]

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Made up</p></div>'
_WORDS = st.text("abcdefghijklmnopqrstuvwxyzäß -", min_size=1, max_size=12).map(
    lambda text: f"w{text.strip()}"
)
_NAMES = st.text("abcdefgh0123456789", min_size=1, max_size=12)
_DATES = st.dates().map(lambda date: date.replace(year=max(date.year, 1900)).isoformat())
_TIMES = st.times().map(lambda time: time.replace(microsecond=0, tzinfo=None).isoformat())
_INSTANTS = st.tuples(_DATES, _TIMES, st.sampled_from(["Z", "+01:00", "-11:30"])).map(
    lambda parts: f"{parts[0]}T{parts[1]}{parts[2]}"
)
PRIMITIVES: dict[str, st.SearchStrategy[Json]] = {
    "base64Binary": st.sampled_from(["aGVsbG8=", "AAAA"]),
    "boolean": st.booleans(),
    "canonical": _NAMES.map(lambda name: f"http://nowhere.test/canonical/{name}"),
    "code": _NAMES,
    "date": st.one_of(_DATES, _DATES.map(lambda date: date[:7]), _DATES.map(lambda date: date[:4])),
    "dateTime": st.one_of(_DATES, _INSTANTS),
    "decimal": st.decimals(-1000, 1000, places=2, allow_nan=False).map(Decimal),
    "id": _NAMES,
    "instant": _INSTANTS,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "markdown": _WORDS,
    "oid": st.sampled_from(["urn:oid:1.2.3.4", "urn:oid:2.16.840.1"]),
    "positiveInt": st.integers(1, 2**31 - 1),
    "string": _WORDS,
    "time": _TIMES,
    "unsignedInt": st.integers(0, 2**31 - 1),
    "uri": _NAMES.map(lambda name: f"http://nowhere.test/uri/{name}"),
    "url": _NAMES.map(lambda name: f"http://nowhere.test/url/{name}"),
    "uuid": st.uuids().map(lambda uuid: f"urn:uuid:{uuid}"),
    "xhtml": st.just(DIV),
}
#: Elements that lead into matters of their own: other resources, and what nobody has defined.
_LEFT_OUT = frozenset({"contained", "extension", "modifierExtension", "meta", "implicitRules"})
_BY_HAND: dict[str, Json] = {
    "Reference": {"display": "somebody"},
    "Narrative": {"status": "generated", "div": DIV},
    "Quantity": {"value": Decimal("1.5"), "unit": "mg"},
    "Attachment": {"title": "made up", "contentType": "text/plain"},
    "Identifier": {"system": "http://nowhere.test/ids", "value": "1"},
    "Coding": {"system": "http://nowhere.test/codes", "code": "a"},
    "CodeableConcept": {"text": "made up"},
}


class Generator:
    """Makes resources of the types of a library; ``codes`` expands value sets."""

    def __init__(self, library: Library, codes: Codes) -> None:
        self._library = library
        self._codes = codes

    @st.composite
    @staticmethod
    def _made(draw: st.DrawFn, generator: Generator, name: str) -> dict[str, Json]:
        structure = generator._library.type(name)
        assert structure is not None
        made = {"resourceType": name}
        return made | generator._object(draw, structure, structure.root, 0)

    def resources(self, name: str) -> st.SearchStrategy[dict[str, Json]]:
        """Resources of a type, with required elements and some of the others."""
        return Generator._made(self, name)

    def _object(
        self, draw: st.DrawFn, structure: Structure, element: Element, depth: int
    ) -> dict[str, Json]:
        made: dict[str, Json] = {}
        for child in element.children:
            if child.name in _LEFT_OUT or child.max == 0:
                continue
            if child.min or (depth < 2 and draw(st.integers(0, 3)) == 0):
                self._add(draw, structure, child, made, depth)
        if not made and depth:
            self._one(draw, structure, element, made)
        return made

    def _one(
        self, draw: st.DrawFn, structure: Structure, element: Element, made: dict[str, Json]
    ) -> None:
        """An object may not be empty: give it the first simple element that it can have."""
        for child in element.children:
            if child.name not in _LEFT_OUT and child.types and child.types[0].code in PRIMITIVES:
                self._add(draw, structure, child, made, 9)
                if made:
                    return

    def _add(
        self,
        draw: st.DrawFn,
        structure: Structure,
        child: Element,
        made: dict[str, Json],
        depth: int,
    ) -> None:
        types = [ref.code for ref in child.types] or [""]
        simple = [code for code in types if code in PRIMITIVES or code in _BY_HAND]
        code = draw(st.sampled_from(simple or types))
        key = child.name + code[:1].upper() + code[1:] if child.choice else child.name
        value = self._value(draw, structure, child, code, depth)
        if value is not None:
            made[key] = [value] if child.repeats else value

    def _value(
        self, draw: st.DrawFn, structure: Structure, child: Element, code: str, depth: int
    ) -> Json:
        if code in PRIMITIVES:
            return self._primitive(draw, child, code)
        if code in _BY_HAND:
            return dict(_BY_HAND[code])
        if child.children:
            return self._object(draw, structure, child, depth + 1)
        if child.content_reference:
            target = element_by_id(structure.root, child.content_reference)
            return self._object(draw, structure, target, depth + 2) if target else None
        found = self._library.type(code)
        if found is None or found.kind == "resource" or found.abstract:
            return None
        return self._object(draw, found, found.root, depth + 1)

    def _primitive(self, draw: st.DrawFn, child: Element, code: str) -> Json:
        binding = child.binding
        if binding is not None and binding.value_set and code in ("code", "uri", "string"):
            codes = self._codes(binding.value_set)
            if codes:
                return draw(st.sampled_from(sorted(codes)))
            if binding.strength == "required":
                return {"language": "en"}.get(child.name, "text/plain" if child.min else None)
        return draw(PRIMITIVES[code])
