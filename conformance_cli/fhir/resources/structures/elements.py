"""What an element of a StructureDefinition may say, given its type and where it stands.

http://hl7.org/fhir/R4/elementdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.reading import (
    choice,
    extension_value,
    flag,
    parts,
    short,
    text,
)
from conformance_cli.fhir.resources.structures.characteristics import CAN_BIND, SUITABLE
from conformance_cli.fhir.resources.structures.outline import Outline, Part

Json = Any

_TABLE: Final = (
    "The table of what is allowed in profiles and in definitions "
    "(http://hl7.org/fhir/R4/elementdefinition.html#interpretation)."
)
PATH = error(
    "structure-element-path",
    "not-found",
    "The path {path} does not begin with the type {type}",
    "StructureDefinition.differential.element.path (FHIR R4, sdf-8a).",
)
NOT_IN_PROFILES = error(
    "structure-element-not-in-profiles",
    "not-found",
    "{path} says {key}, which a profile may not",
    _TABLE,
)
UNSUITABLE = error(
    "structure-element-unsuitable",
    "business-rule",
    "{path} has {key}, which means nothing for {types}",
    "ElementDefinition: constraints for values of certain types "
    "(http://hl7.org/fhir/R4/elementdefinition-definitions.html).",
)
NO_TYPES = error(
    "structure-element-no-types",
    "exception",
    "{path} has neither types nor a content reference",
    _TABLE,
)
VALUE_TYPE = error(
    "structure-element-value-type",
    "exception",
    "{path} has a {key} value of type {found}; its types are {types}",
    "ElementDefinition.fixed[x], pattern[x] and defaultValue[x] have the type of the element "
    "(FHIR R4).",
)
ALL_REPEATS = information(
    "structure-element-value-repeats",
    "exception",
    "The {key} value of {path} applies to each of its repetitions",
    "ElementDefinition.fixed[x] (FHIR R4).",
)
WHOLE = warning(
    "structure-element-fixed-complex",
    "exception",
    "{path} is fixed as a whole; a pattern would leave the rest of the {type} open",
    "ElementDefinition.fixed[x]: missing elements are fixed to be missing (FHIR R4).",
)
FORBIDDEN = error(
    "structure-element-forbidden",
    "exception",
    "{path} may not have {key} in the snapshot of a {kind}",
    _TABLE,
)
REQUIRED = error(
    "structure-element-required",
    "exception",
    "{path} needs {key} in the snapshot of a {kind}",
    _TABLE,
)
MUST_SUPPORT = warning(
    "structure-element-must-support",
    "exception",
    "{path} has types that must be supported, but must not be supported itself",
    "Extension elementdefinition-type-must-support "
    "(http://hl7.org/fhir/StructureDefinition/elementdefinition-type-must-support).",
)

_TYPE_MUST_SUPPORT: Final = (
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-type-must-support"
)
_VALUES: Final = ("defaultValue", "fixed", "pattern")
_ROOT: Final = ("sliceName", "slicing", "requirements", "defaultValue", "fixed", "pattern")
_ROOT_OF_PROFILE: Final = (
    *_ROOT,
    "meaningWhenMissing",
    "example",
    "minValue",
    "maxValue",
    "maxLength",
)
_ROOT_OF_TYPE: Final = (*_ROOT, "example", "minValue", "maxValue")
#: The primitive types of FHIR have limits, whatever the table says.
_INSIDE_TYPE: Final = ("sliceName", "fixed", "pattern")
_CHOICES: Final = frozenset({*_VALUES, "minValue", "maxValue"})


def check_element(outline: Outline, element: Part) -> None:
    """One element of a differential or a snapshot."""
    path = element.path
    kind = outline.type
    if path and kind and path != kind and not path.startswith(f"{kind}."):
        outline.report(PATH, element.place, path=short(path), type=short(outline.type))
    if outline.is_constraint and not element.in_snapshot:
        _check_meaning(outline, element)
    codes = [use.code for use in element.types() if use.code]
    _check_suitable(outline, element, [path] if element.is_root else codes)
    _check_must_support(outline, element)
    if element.in_snapshot:
        _check_table(outline, element)
        if not element.is_root:
            _check_values(outline, element, codes)


def _check_meaning(outline: Outline, element: Part) -> None:
    """Only an extension may say in a profile what it means that it is missing."""
    path, key = element.path, "meaningWhenMissing"
    is_extension = path == "Extension" or path.endswith(".extension")
    if key in element.json and not is_extension:
        outline.report(NOT_IN_PROFILES, element.place, path=short(path), key=key)


def _check_suitable(outline: Outline, element: Part, codes: list[str]) -> None:
    """Constraints that no type of the element gives a meaning to."""
    if not codes or any(outline.session.library.type(code) is None for code in codes):
        return
    suitable = {"binding": CAN_BIND, **SUITABLE}
    for key, types in suitable.items():
        if _has(element, key) and not types & set(codes):
            shown = {"path": short(element.path), "types": short(", ".join(codes))}
            outline.report(UNSUITABLE, element.place, key=key.rpartition("/")[2], **shown)


def _has(element: Part, key: str) -> bool:
    if "/" in key:
        return extension_value(element.json, key) is not None
    return key in element.json or (key in _CHOICES and choice(element.json, key) is not None)


def _check_must_support(outline: Outline, element: Part) -> None:
    if flag(element.json, "mustSupport"):
        return
    inner = any(
        extension_value(holder, _TYPE_MUST_SUPPORT) is True
        for use in element.types()
        for holder in _holders(use.json)
    )
    if inner and element.in_snapshot:
        outline.report(MUST_SUPPORT, element.place, path=short(element.path))


def _holders(type_json: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """A type, and the companions of its profiles: any of them may have to be supported."""
    yield type_json
    for key in ("_profile", "_targetProfile"):
        for _, companion in parts(type_json, key):
            yield companion


def _check_values(outline: Outline, element: Part, codes: list[str]) -> None:
    path = short(element.path)
    if not codes and "contentReference" not in element.json:
        # primitive values of STU3 have types that are told by extensions alone
        if not (outline.is_stu3 and any(element.types())):
            outline.report(NO_TYPES, element.place, path=path)
        return
    for key in _VALUES:
        value = choice(element.json, key)
        if value is None:
            continue
        place = value.at(element.place)
        if codes and value.type not in codes:
            shown = {"found": short(value.type), "types": short(", ".join(codes))}
            outline.report(VALUE_TYPE, place, path=path, key=key, **shown)
        if key != "defaultValue" and text(element.json, "max") not in ("0", "1"):
            outline.report(ALL_REPEATS, place, path=path, key=key)
        if key == "fixed" and value.type[:1].isupper():
            outline.report(WHOLE, place, path=path, type=value.type)


def _check_table(outline: Outline, element: Part) -> None:
    kind = "profile" if outline.is_constraint else "definition"
    path = short(element.path)
    for key in _forbidden(outline, element):
        if _has(element, key):
            outline.report(FORBIDDEN, element.place, path=path, key=key, kind=kind)
    if not outline.is_constraint and not element.is_root:
        for key in ("min", "max"):
            if key not in element.json:
                outline.report(REQUIRED, element.place, path=path, key=key, kind=kind)


def _forbidden(outline: Outline, element: Part) -> tuple[str, ...]:
    if outline.is_constraint:
        return _ROOT_OF_PROFILE if element.is_root else ()
    return _ROOT_OF_TYPE if element.is_root else _INSIDE_TYPE
