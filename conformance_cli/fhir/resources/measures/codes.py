"""Finding the part of a Measure that a part of a report is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance_cli.fhir.resources.reading import part, parts, short, text

Json = Any


def matching(
    reported: Mapping[str, Json], defined: Iterable[Mapping[str, Json]]
) -> Mapping[str, Json] | None:
    """The part with the same linkId (FHIR R5) or code."""
    link = text(reported, "linkId")
    code = part(reported, "code")
    for one in defined:
        if link is not None:
            if text(one, "linkId") == link:
                return one
        elif code is not None and is_same_code(code, part(one, "code")):
            return one
    return None


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
    code = part(item, "code") or {}
    codes = ", ".join(f"{system}#{value}" for system, value in sorted(codes_of(code)))
    return short(text(item, "linkId") or codes or text(code, "text") or "without a code")
