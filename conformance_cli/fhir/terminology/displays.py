"""What a code system says about one of its codes and the display that came with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance_cli.fhir.terminology import grammars
from conformance_cli.fhir.terminology.concepts import Concepts
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing
from conformance_cli.fhir.terminology.sources import Edition

Json = Any
Supplements = Callable[[str], Iterable[Mapping[str, Json]]]


def judged(coded: Coded, code: str, edition: Edition, supplements: Supplements) -> Answer:
    """Whether the code is there, and whether its display is one of the concept's.

    Displays are compared without regard to case (FHIR R4, ``Coding.display``: it follows the
    rules of the system; no published system tells displays apart by case).
    """
    concepts = edition.concepts
    known = concepts.find(code)
    if known is None:
        if grammars.allows(concepts.url, code):
            return Answer(Standing.VALID)
        return _missing(code, coded, edition)
    note = _note(code, known, concepts)
    if coded.display is None or not edition.is_exact:
        return Answer(Standing.VALID, system=coded.system, note=note)
    displays = concepts.displays(known)
    if not displays or _is_among(coded.display, displays):
        return Answer(Standing.VALID, system=coded.system, note=note)
    displays += tuple(_supplemented(known, concepts, supplements))
    right = None if _is_among(coded.display, displays) else displays[0]
    return Answer(Standing.VALID, display=right, displays=displays, system=coded.system, note=note)


def _missing(code: str, coded: Coded, edition: Edition) -> Answer:
    concepts = edition.concepts
    if concepts.is_complete and edition.is_exact:
        return Answer(Standing.INVALID, f"{_named(concepts)} has no code '{code[:80]}'")
    if not edition.is_exact:
        reason = f"version {coded.version} of {concepts.url} is not loaded"
        return Answer(Standing.UNKNOWN, reason)
    return Answer(Standing.UNKNOWN, f"the code system {concepts.url} is loaded only in part")


def _named(concepts: Concepts) -> str:
    return f"{concepts.url}, version {concepts.version}," if concepts.version else concepts.url


def _note(code: str, known: str, concepts: Concepts) -> str:
    if concepts.is_inactive(known):
        return "is inactive"
    if concepts.status(known) == "deprecated":
        return "is deprecated"
    return "" if code == known else f"is written '{known[:80]}' in its code system"


def _is_among(display: str, displays: Iterable[str]) -> bool:
    wanted = display.casefold()
    return any(one.casefold() == wanted for one in displays)


def _supplemented(code: str, concepts: Concepts, supplements: Supplements) -> Iterable[str]:
    for resource in supplements(concepts.url):
        yield from Concepts(resource).displays(code)
