"""The bindings of a StructureDefinition: that their value sets are there, and are value sets.

http://hl7.org/fhir/R4/terminologies.html#binding
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.reading import (
    extension_value,
    extensions,
    flag,
    part,
    parts,
    short,
    text,
)
from conformance_cli.fhir.resources.structures.outline import Outline, Part
from conformance_cli.fhir.validation.place import Place

Json = Any

_ADDITIONAL: Final = (
    "http://hl7.org/fhir/tools/StructureDefinition/additional-binding",
    "http://hl7.org/fhir/StructureDefinition/additional-binding",
)
_ABOUT: Final = "ElementDefinition.binding.valueSet (FHIR R4)."
#: Value sets of everything in a system, which nobody means to allow.
_EVERYTHING: Final = {
    "http://loinc.org/vs": "LOINC",
    "http://snomed.info/sct?fhir_vs": "SNOMED CT",
    "http://hl7.org/fhir/ValueSet/cpt-all": "CPT",
}

UNKNOWN = warning(
    "structure-binding-unknown",
    "business-rule",
    "The value set {url}, to which {path} is bound, is not at hand",
    _ABOUT,
)
NOT_A_VALUE_SET = error(
    "structure-binding-not-a-value-set",
    "business-rule",
    "{path} is bound to {url}, which is a {type}, not a value set",
    _ABOUT,
)
EXPERIMENTAL = warning(
    "structure-binding-experimental",
    "business-rule",
    "{path} is bound to the value set {url}, which is experimental, but this structure is not",
    "StructureDefinition.experimental (FHIR R4).",
)
EVERYTHING = warning(
    "structure-binding-everything",
    "business-rule",
    "{path} is bound to all codes of {system}, also those that no one would record",
    _ABOUT,
)


def check_binding_of(outline: Outline, element: Part) -> None:
    """The binding of an element, and the additional ones within it."""
    binding = part(element.json, "binding")
    if binding is None:
        return
    place = element.place.child("binding")
    for at, url, is_loose in _value_sets(binding, place):
        _check_value_set(outline, element, url, at, is_loose=is_loose)


def _value_sets(binding: Mapping[str, Json], place: Place) -> Iterator[tuple[Place, str, bool]]:
    """Each value set with its place, and whether it is only an example."""
    reference = part(binding, "valueSetReference") or part(binding, "valueSet") or {}
    url = text(binding, "valueSet") or text(binding, "valueSetUri") or text(reference, "reference")
    if url is not None:
        yield place, url, text(binding, "strength") == "example"
    for index, additional in parts(binding, "additional"):
        inner = text(additional, "valueSet")
        if inner is not None:
            yield place.child("additional", index), inner, False
    for index, extension in extensions(binding, *_ADDITIONAL):
        inner = extension_value(extension, "valueSet")
        if isinstance(inner, str):
            yield place.child("extension", index), inner, False


def _check_value_set(
    outline: Outline, element: Part, url: str, place: Place, *, is_loose: bool
) -> None:
    session, path = outline.session, short(element.path)
    found = session.library.resource(url)
    if found is None:
        if not session.tools.terminology.value_set_exists(url):
            outline.report(UNKNOWN, place, url=short(url), path=path)
    elif found.get("resourceType") != "ValueSet":
        kind = short(found.get("resourceType"))
        outline.report(NOT_A_VALUE_SET, place, url=short(url), path=path, type=kind)
    elif flag(found, "experimental") and not flag(outline.json, "experimental") and not is_loose:
        outline.report(EXPERIMENTAL, place, url=short(url), path=path)
    system = _EVERYTHING.get(url)
    if system is not None:
        outline.report(EVERYTHING, place, path=path, system=system)
