"""Where an extension may be used: StructureDefinition.context.

http://hl7.org/fhir/R4/defining-extensions.html#context
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.path.fhirpath import default_fhirpath
from conformance_cli.fhir.resources.reading import (
    choice,
    extension_value,
    extensions,
    part,
    parts,
    short,
    text,
    texts,
)
from conformance_cli.fhir.resources.structures.navigation import (
    Spot,
    UnknownError,
    by_path,
    follow,
)
from conformance_cli.fhir.resources.structures.outline import Outline
from conformance_cli.fhir.validation.place import Place

Json = Any

_JSON_NAME: Final = (
    "http://hl7.org/fhir/tools/StructureDefinition/json-name",
    "http://hl7.org/fhir/tools/StructureDefinition/elementdefinition-json-name",
)
_OTHER_VERSIONS: Final = "http://hl7.org/fhir/StructureDefinition/version-specific-use"
_EXTENSION: Final = "http://hl7.org/fhir/StructureDefinition/Extension"
#: How STU3 says that an extension may stand anywhere.
_ANYTHING: Final = frozenset({"*", "Any"})
#: Names of kinds of resources that R4 has no definitions of, and one resource of each kind.
_STAND_INS: Final = {"CanonicalResource": "CodeSystem", "MetadataResource": "PlanDefinition"}
_ABOUT: Final = (
    "StructureDefinition.context (http://hl7.org/fhir/R4/defining-extensions.html#context)."
)

NOT_AN_EXTENSION = error(
    "structure-context-forbidden",
    "invalid",
    "A structure of type {type} is no extension, so it has no context",
    _ABOUT,
)
UNKNOWN_ELEMENT = error(
    "structure-context-unknown",
    "invalid",
    "The context {expression} is no element of FHIR {version}",
    _ABOUT,
)
ANYWHERE = warning(
    "structure-context-element",
    "business-rule",
    "The extension may stand anywhere: the context Element is rarely meant",
    _ABOUT,
)
SIMPLE = warning(
    "structure-context-simple",
    "business-rule",
    "The context {expression} is the path of an element, so its type is element, not fhirpath",
    _ABOUT,
)
INVARIANT = error(
    "structure-context-invariant",
    "invalid",
    "The rule for the context cannot be read: {problem}",
    "StructureDefinition.contextInvariant is FHIRPath (FHIR R4).",
)
URL_MISSING = error(
    "structure-extension-url-missing",
    "invalid",
    "The url of the extension is not fixed; it is to be {url}",
    "Extension.url is the canonical URL of the definition "
    "(http://hl7.org/fhir/R4/defining-extensions.html).",
)
URL_DIFFERS = error(
    "structure-extension-url",
    "invalid",
    "The url of the extension is fixed to {found}, but its definition is {url}",
    "Extension.url is the canonical URL of the definition "
    "(http://hl7.org/fhir/R4/defining-extensions.html).",
)


def check_extension(outline: Outline) -> None:
    """The contexts of an extension, and the URL that tells it."""
    is_extension = outline.type == "Extension"
    for index, place, kind, expression, json in _contexts(outline):
        if is_extension:
            _check_context(outline, kind, expression, json, place)
        elif index == 0 and not _has_json_name(outline):
            outline.report(NOT_AN_EXTENSION, place, type=short(outline.type))
    for index, rule in texts(outline.json, "contextInvariant"):
        try:
            default_fhirpath(outline.session.library.fhir_version).check(rule)
        except FhirPathError as err:
            place = outline.place.child("contextInvariant", index)
            outline.report(INVARIANT, place, problem=short(err.problem))
    if is_extension and text(outline.json, "baseDefinition") == _EXTENSION:
        _check_url(outline)


_Context = tuple[int, Place, str, str, Mapping[str, Json]]


def _contexts(outline: Outline) -> list[_Context]:
    """Position, place, type, expression and JSON; STU3 has one type for all expressions."""
    found: list[_Context] = []
    for index, json in parts(outline.json, "context"):
        place = outline.place.child("context", index)
        kind, expression = text(json, "type") or "", text(json, "expression") or ""
        found.append((index, place, kind, expression, json))
    old = {"resource": "element", "datatype": "element"}
    kind = text(outline.json, "contextType") or ""
    for index, names in texts(outline.json, "context"):
        place = outline.place.child("context", index)
        found += [(index, place, old.get(kind, kind), one.strip(), {}) for one in names.split(",")]
    return found


def _check_context(
    outline: Outline, kind: str, expression: str, json: Mapping[str, Json], place: Place
) -> None:
    if kind == "element":
        is_elsewhere = next(extensions(json, _OTHER_VERSIONS), None) is not None
        if expression and not is_elsewhere and _is_element(outline, expression) is False:
            version = outline.session.library.fhir_version
            shown = short(expression)
            outline.report(UNKNOWN_ELEMENT, place, expression=shown, version=version)
        if expression == "Element":
            outline.report(ANYWHERE, place)
    elif kind == "fhirpath" and "(" not in expression and _is_element(outline, expression):
        outline.report(SIMPLE, place, expression=short(expression))


def _is_element(outline: Outline, expression: str) -> bool | None:
    """Whether a context names an element; ``None`` where that cannot be told."""
    library = outline.session.library
    url, hash_, path = expression.rpartition("#")
    name, *steps = path.split(".")
    try:
        if hash_:
            structure = library.structure(url)
            return (
                None
                if structure is None
                else bool(follow(library, [Spot(structure, structure.root)], steps))
            )
        if "/" in name or name == "Base" or (outline.is_stu3 and name in _ANYTHING):
            return None
        stand_in = name if library.type(name) else _STAND_INS.get(name, name)
        if library.type(stand_in) is None:
            return False if library.has_definitions else None
        return bool(by_path(library, ".".join([stand_in, *steps])))
    except UnknownError:
        return None


def _has_json_name(outline: Outline) -> bool:
    """Whether a structure has a property of its own in JSON, which works like an extension."""
    for view in ("snapshot", "differential"):
        root = next(outline.elements(view), None)
        if root is not None:
            return extension_value(root.json, *_JSON_NAME) is not None
    return False


def _check_url(outline: Outline) -> None:
    if not outline.url or part(outline.json, "differential") is None:
        return
    pinned = [
        choice(one.json, "fixed")
        for one in outline.elements("differential")
        if one.path == "Extension.url"
    ]
    found = next((one.value for one in pinned if one is not None), None)
    if found is None:
        outline.report(URL_MISSING, url=short(outline.url))
    elif found != outline.url:
        outline.report(URL_DIFFERS, found=short(found), url=short(outline.url))
