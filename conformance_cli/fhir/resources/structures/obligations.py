"""Obligation profiles, and profiles that inherit obligations from them.

An obligation profile says what systems have to do with elements, and changes nothing else
(http://hl7.org/fhir/extensions/obligations.html#profiles).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.reading import (
    choice,
    extension_value,
    extensions,
    part,
    parts,
    short,
    text,
    unversioned,
)
from conformance_cli.fhir.resources.structures.navigation import find
from conformance_cli.fhir.resources.structures.outline import Outline, Part
from conformance_cli.fhir.validation.place import Place

Json = Any

_BASE: Final = "http://hl7.org/fhir/StructureDefinition/"
_TOOLS: Final = "http://hl7.org/fhir/tools/StructureDefinition/"
_PROFILE: Final = (f"{_BASE}obligation-profile", f"{_BASE}obligation-profile-flag")
_INHERITS: Final = (f"{_BASE}inherit-obligations", f"{_BASE}obligation-profile-inherits")
_OBLIGATION: Final = frozenset({f"{_BASE}obligation", f"{_TOOLS}obligation"})
_ADDITIONAL: Final = frozenset({f"{_TOOLS}additional-binding", f"{_BASE}additional-binding"})
#: What an element of an obligation profile may say.
_ALLOWED: Final = frozenset({"id", "path", "mustSupport", "min", "max", "extension", "binding"})
_STRICT: Final = frozenset({"maximum", "required", "extensible"})
_ABOUT: Final = "Obligation profiles (http://hl7.org/fhir/extensions/obligations.html#profiles)."

NO_TARGET = error(
    "structure-obligations-no-profile",
    "invalid",
    "From which profile obligations are inherited is not said",
    _ABOUT,
)
TARGET_UNKNOWN = warning(
    "structure-obligations-unknown",
    "not-found",
    "The obligation profile {url} is not at hand",
    _ABOUT,
)
NOT_OBLIGATIONS = error(
    "structure-obligations-not-a-profile",
    "invalid",
    "{url} is not marked as an obligation profile",
    _ABOUT,
)
OTHER_BASE = error(
    "structure-obligations-base",
    "invalid",
    "The obligation profile {url} is for {found}, but this profile is based on {expected}",
    _ABOUT,
)
NOT_A_CONSTRAINT = error(
    "structure-obligations-derivation",
    "invalid",
    "Only a profile that constrains another can be an obligation profile",
    _ABOUT,
)
NO_ELEMENT = error(
    "structure-obligations-element",
    "invalid",
    "The obligation profile speaks of {id}, which its base {base} does not have",
    _ABOUT,
)
NOT_ALLOWED = error(
    "structure-obligations-content",
    "invalid",
    "The obligation profile says {what} about {id}, but may only speak of obligations",
    _ABOUT,
)
BINDING = error(
    "structure-obligations-binding",
    "invalid",
    "The obligation profile binds {id} otherwise than its base does",
    _ABOUT,
)


def check_obligations(outline: Outline) -> None:
    """What a profile inherits, and what it is allowed to say if it is one of obligations."""
    for index, extension in extensions(outline.json, *_INHERITS):
        _check_inherited(outline, extension, outline.place.child("extension", index))
    if extension_value(outline.json, *_PROFILE) is True:
        if not outline.is_constraint:
            outline.report(NOT_A_CONSTRAINT)
        elif outline.base is not None:
            for element in outline.elements("differential"):
                _check_element(outline, element)


def _check_inherited(outline: Outline, extension: Mapping[str, Json], place: Place) -> None:
    value = choice(extension, "value")
    url = value.value if value is not None else None
    if not isinstance(url, str) or not url:
        outline.report(NO_TARGET, place)
        return
    found = outline.session.library.resource(url, "StructureDefinition")
    if found is None:
        outline.report(TARGET_UNKNOWN, place, url=short(url))
    elif extension_value(found, *_PROFILE) is not True:
        outline.report(NOT_OBLIGATIONS, place, url=short(url))
    else:
        theirs, own = text(found, "baseDefinition"), text(outline.json, "baseDefinition")
        if unversioned(theirs or "") != unversioned(own or ""):
            shown = {"found": short(theirs or "nothing"), "expected": short(own or "nothing")}
            outline.report(OTHER_BASE, place, url=short(url), **shown)


def _check_element(outline: Outline, element: Part) -> None:
    base = outline.base
    identity = text(element.json, "id") or element.path
    shown = short(identity)
    if base is None or find(base.root, identity) is None:
        url = base.url if base is not None else ""
        outline.report(NO_ELEMENT, element.place, id=shown, base=short(url))
        return
    for what, place in _excess(element.json, element.place):
        outline.report(NOT_ALLOWED, place, id=shown, what=short(what))
    binding = part(element.json, "binding")
    if binding is not None:
        _check_binding(outline, binding, element, identity)


def _excess(json: Mapping[str, Json], place: Place) -> Iterator[tuple[str, Place]]:
    """What an element says beyond obligations."""
    for key in json:
        if key.removeprefix("_") not in _ALLOWED:
            yield key, place.child(key)
    for index, extension in parts(json, "extension"):
        url = text(extension, "url") or ""
        if url not in _OBLIGATION:
            yield url, place.child("extension", index)


def _check_binding(
    outline: Outline, binding: Mapping[str, Json], element: Part, identity: str
) -> None:
    """Bindings may only be added to, and with additional ones that forbid nothing."""
    place, shown = element.place.child("binding"), short(identity)
    base = find(outline.base.root, identity) if outline.base is not None else None
    own = base.binding if base is not None else None
    if own is None or text(binding, "strength") not in (None, own.strength):
        outline.report(BINDING, place, id=shown)
        return
    for key in binding:
        if key.removeprefix("_") not in ("strength", "extension", "additional", "id"):
            outline.report(NOT_ALLOWED, place.child(key), id=shown, what=key)
    for index, extension in parts(binding, "extension"):
        at = place.child("extension", index)
        purpose = extension_value(extension, "purpose")
        if extension.get("url") not in _ADDITIONAL or purpose in _STRICT:
            outline.report(NOT_ALLOWED, at, id=shown, what=short(str(extension.get("url"))))
    for index, additional in parts(binding, "additional"):
        if text(additional, "purpose") in _STRICT:
            at = place.child("additional", index)
            outline.report(NOT_ALLOWED, at, id=shown, what="a stricter binding")
