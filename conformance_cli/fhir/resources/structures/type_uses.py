"""The types of an element, and the profiles that they name.

http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.canonical import STANDARDS_STATUS
from conformance_cli.fhir.resources.kinds import CANONICAL_TYPES
from conformance_cli.fhir.resources.reading import extension_value, short, text, unversioned
from conformance_cli.fhir.resources.structures.characteristics import HAS_TARGET
from conformance_cli.fhir.resources.structures.outline import Outline, Part, TypeUse
from conformance_cli.fhir.validation.place import Place

_ABOUT: Final = (
    "ElementDefinition.type.profile: profiles on the type of the element "
    "(http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.profile)."
)
_ABOUT_TARGET: Final = (
    "ElementDefinition.type.targetProfile (http://hl7.org/fhir/R4/"
    "elementdefinition-definitions.html#ElementDefinition.type.targetProfile)."
)

NO_CODE = error(
    "structure-type-no-code",
    "invalid",
    "A type of {path} has no code",
    "ElementDefinition.type.code has a value, not only extensions, from FHIR R4 on.",
)
PROFILE_UNKNOWN = warning(
    "structure-type-profile-unknown", "exception", "The profile {url} is not at hand", _ABOUT
)
WRONG_PROFILE = error(
    "structure-type-profile",
    "exception",
    "The profile {url} is for {found}, but {path} is a {type}",
    _ABOUT,
)
NOT_A_MODIFIER = error(
    "structure-type-profile-modifier",
    "exception",
    "{url} is a modifier extension, but {path} is for others",
    "Extensions that change the meaning of an element stand in modifierExtension "
    "(http://hl7.org/fhir/R4/extensibility.html#modifierExtension).",
)
A_MODIFIER = error(
    "structure-type-profile-not-modifier",
    "exception",
    "{url} is no modifier extension, but {path} is for such",
    "Extensions that change the meaning of an element stand in modifierExtension "
    "(http://hl7.org/fhir/R4/extensibility.html#modifierExtension).",
)
NO_TARGETS = error(
    "structure-type-no-targets",
    "exception",
    "A {type} refers to nothing, so it has no target profiles",
    _ABOUT_TARGET,
)
WRONG_TARGET = error(
    "structure-type-target",
    "exception",
    "The profile {url} is for {found}, to which {path} cannot refer: it needs {expected}",
    _ABOUT_TARGET,
)
RETIRED = information(
    "structure-type-profile-retired",
    "business-rule",
    "The profile {url} is {status}",
    "A definition that is withdrawn, deprecated or retired is not for new use.",
)

#: How far chains of profiles are followed.
_MAX_BASES: Final = 50


def check_types(outline: Outline, element: Part) -> None:
    """All types of an element."""
    for use in element.types():
        if not use.code:
            if "_code" in use.json and not outline.is_stu3:
                outline.report(NO_CODE, element.place, path=short(element.path))
            continue
        for place, url in use.profiles("profile"):
            _check_profile(outline, element, use, place, url)
        for place, url in use.profiles("targetProfile"):
            _check_target(outline, element, use, place, url)


def _check_profile(outline: Outline, element: Part, use: TypeUse, place: Place, url: str) -> None:
    found = _structure(outline, url)
    if found is None:
        outline.report(PROFILE_UNKNOWN, place, url=short(url))
        return
    path = short(element.path)
    if not _is_of_type(outline, found, use.code):
        kind = short(found.type)
        outline.report(
            WRONG_PROFILE, place, url=short(url), found=kind, path=path, type=short(use.code)
        )
        return
    if found.type == "Extension":
        in_modifiers = element.path.endswith(".modifierExtension")
        if found.root.is_modifier and not in_modifiers:
            outline.report(NOT_A_MODIFIER, place, url=short(url), path=path)
        elif in_modifiers and not found.root.is_modifier:
            outline.report(A_MODIFIER, place, url=short(url), path=path)
    _check_standing(outline, url, place)


def _check_standing(outline: Outline, url: str, place: Place) -> None:
    json = outline.session.library.resource(url, "StructureDefinition") or {}
    standards, status = extension_value(json, STANDARDS_STATUS), text(json, "status")
    standing = standards if standards in ("deprecated", "withdrawn") else status
    if standing in ("deprecated", "withdrawn", "retired"):
        outline.report(RETIRED, place, url=short(url), status=standing)


def _check_target(outline: Outline, element: Part, use: TypeUse, place: Place, url: str) -> None:
    if use.code not in HAS_TARGET:
        outline.report(NO_TARGETS, place, type=short(use.code))
        return
    found = _structure(outline, url)
    if found is None:
        outline.report(PROFILE_UNKNOWN, place, url=short(url))
        return
    if use.code == "canonical":
        is_fit = found.type in CANONICAL_TYPES or found.type in ("Resource", "CanonicalResource")
        expected = "a canonical resource"
    else:
        is_fit, expected = found.kind == "resource", "a resource"
    # What a logical model may refer to is its own affair.
    if not is_fit and not found.kind == text(outline.json, "kind") == "logical":
        values = {"url": short(url), "found": short(found.type), "path": short(element.path)}
        outline.report(WRONG_TARGET, place, expected=expected, **values)


def _structure(outline: Outline, url: str) -> Structure | None:
    """A structure at hand; the one that is being checked is, even if nobody loaded it."""
    found = outline.session.library.structure(url)
    if found is None and outline.base is not None and unversioned(url) == outline.url:
        return replace(outline.base, url=outline.url, type=outline.type)
    return found


def _is_of_type(outline: Outline, profile: Structure, code: str) -> bool:
    """Whether a profile is one on a type; an abstract type also takes what comes from it."""
    if code in (profile.type, profile.url):
        return True
    library = outline.session.library
    current = library.type(profile.type) if profile.is_profile else profile
    for _ in range(_MAX_BASES):
        base = library.structure(current.base) if current is not None and current.base else None
        if current is None or base is None:
            return current is None
        if not base.abstract and base.kind != "logical":
            return False
        if code in (base.type, base.url):
            return True
        current = base
    return False
