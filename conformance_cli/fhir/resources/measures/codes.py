"""Finding the part of a Measure that a part of a report is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance_cli.fhir.resources.reading import parts, short, text

Json = Any


class Index:
    """The parts of one kind that a Measure defines, to be looked up by what names them."""

    def __init__(self, defined: Iterable[Mapping[str, Json]]) -> None:
        self.parts = list(defined)
        self._by_name: dict[tuple[str, ...], Mapping[str, Json]] = {}
        for one in self.parts:
            for name in _names(one):
                self._by_name.setdefault(name, one)

    def matching(self, reported: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """The part with the same linkId (FHIR R5), or else with the same code."""
        link = text(reported, "linkId")
        if link is not None:
            return self._by_name.get(("linkId", link))
        names = _names(reported)
        return next((self._by_name[name] for name in names if name in self._by_name), None)


def code_of(item: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The code of a part; the first one, where R4 lets a report's stratifier have several."""
    return next((code for _, code in parts(item, "code")), None)


def _names(item: Mapping[str, Json]) -> Iterator[tuple[str, ...]]:
    link, code = text(item, "linkId"), code_of(item) or {}
    if link is not None:
        yield ("linkId", link)
    codes = codes_of(code)
    for system, value in sorted(codes):
        yield ("code", system, value)
    words = text(code, "text")
    if words is not None and not codes:
        yield ("text", words)


def is_same_code(one: Mapping[str, Json], other: Mapping[str, Json] | None) -> bool:
    """Whether two CodeableConcepts share a code, or the text where neither has codes."""
    if other is None:
        return False
    first, second = codes_of(one), codes_of(other)
    if first or second:
        return bool(first & second)
    return text(one, "text") is not None and text(one, "text") == text(other, "text")


def codes_of(concept: Mapping[str, Json]) -> set[tuple[str, str]]:
    """System and code of each coding that has a code."""
    return {
        (text(coding, "system") or "", text(coding, "code") or "")
        for _, coding in parts(concept, "coding")
        if text(coding, "code")
    }


def shown_code(item: Mapping[str, Json]) -> str:
    """What names a part, for messages: its link id, its code, or its text."""
    code = code_of(item) or {}
    codes = ", ".join(f"{system}#{value}" for system, value in sorted(codes_of(code)))
    return short(text(item, "linkId") or codes or text(code, "text") or "without a code")
