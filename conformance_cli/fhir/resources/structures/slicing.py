"""Slicing in a StructureDefinition: where it may be, and whether its paths lead anywhere.

http://hl7.org/fhir/R4/profiling.html#slicing
"""

from __future__ import annotations

from conformance_cli.fhir.outcome.message import error, information
from conformance_cli.fhir.resources.reading import part, parts, short, text
from conformance_cli.fhir.resources.structures.navigation import (
    OPEN_TYPES,
    Spot,
    UnknownError,
    by_path,
    follow,
    of_type,
    steps_of,
)
from conformance_cli.fhir.resources.structures.outline import Outline, Part

NOT_REPEATING = error(
    "structure-slicing-single",
    "not-found",
    "{path} can be there only once and has one type, so it cannot be sliced",
    "Slicing divides a list, or the types of a choice "
    "(http://hl7.org/fhir/R4/profiling.html#slicing).",
)
NO_SUCH_PATH = error(
    "structure-discriminator-path",
    "invalid",
    "The discriminator {discriminator} leads to nothing from {path}",
    "ElementDefinition.slicing.discriminator.path names an element inside the sliced one "
    "(http://hl7.org/fhir/R4/profiling.html#discriminator).",
)
PATTERN = information(
    "structure-discriminator-pattern",
    "business-rule",
    "Discriminators of type pattern are deprecated from FHIR R5 on: type value does the same",
    "http://hl7.org/fhir/R5/valueset-discriminator-type.html",
)


def check_slicing(outline: Outline, element: Part) -> None:
    """The slicing of an element, if it has one."""
    slicing = part(element.json, "slicing")
    if slicing is None:
        return
    place = element.place.child("slicing")
    base = _base(outline, element)
    if base and all(spot.element.max == 1 and not spot.element.choice for spot in base):
        outline.report(NOT_REPEATING, place, path=short(element.path))
    for index, discriminator in parts(slicing, "discriminator"):
        at = place.child("discriminator", index)
        if text(discriminator, "type") == "pattern" and not element.in_snapshot:
            outline.report(PATTERN, at)
        path = text(discriminator, "path")
        if path is not None and _leads_nowhere(outline, element, base, path):
            shown = {"discriminator": short(path), "path": short(element.path)}
            outline.report(NO_SUCH_PATH, at, **shown)


def _base(outline: Outline, element: Part) -> list[Spot]:
    """What the type says of the element; nothing where that is not known."""
    try:
        return by_path(outline.session.library, element.path)
    except UnknownError:
        return []


def _leads_nowhere(outline: Outline, element: Part, base: list[Spot], path: str) -> bool:
    """Whether a path surely names nothing inside the element."""
    library = outline.session.library
    try:
        spots = [
            spot
            for use in element.types()
            if use.code not in OPEN_TYPES
            for spot in of_type(library, use.code, [url for _, url in use.profiles("profile")])
        ]
        spots = spots or base
        return bool(spots) and not follow(library, spots, steps_of(path))
    except UnknownError:
        return False
