"""Rules of StructureDefinitions beyond the invariants of their definition.

http://hl7.org/fhir/R4/structuredefinition.html and http://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.canonical import is_absolute
from conformance_cli.fhir.resources.reading import extension_values, flag, short, text, unversioned
from conformance_cli.fhir.resources.structures.bindings import check_binding_of
from conformance_cli.fhir.resources.structures.constraints import Constraints
from conformance_cli.fhir.resources.structures.contexts import check_extension
from conformance_cli.fhir.resources.structures.elements import check_element
from conformance_cli.fhir.resources.structures.obligations import check_obligations
from conformance_cli.fhir.resources.structures.outline import Outline
from conformance_cli.fhir.resources.structures.pinned import check_pinned
from conformance_cli.fhir.resources.structures.slicing import check_slicing
from conformance_cli.fhir.resources.structures.type_uses import check_types
from conformance_cli.fhir.validation.session import Scope, Session

_TYPE: Final = "StructureDefinition.type (FHIR R4)."
_BASE: Final = "StructureDefinition.baseDefinition (FHIR R4)."
_COMPLIES: Final = "http://hl7.org/fhir/StructureDefinition/structuredefinition-compliesWithProfile"

CIRCLE = error(
    "structure-base-circle",
    "business-rule",
    "The structure is derived from itself, by way of {url}",
    _BASE,
)
BASE_UNKNOWN = warning(
    "structure-base-unknown",
    "not-found",
    "The base definition {url} is not at hand, so the differential was not held against it",
    _BASE,
)
NO_DERIVATION = error(
    "structure-no-derivation",
    "not-found",
    "Whether it constrains or extends its base definition is not said: derivation is missing",
    "StructureDefinition.derivation (FHIR R4).",
)
KIND = error(
    "structure-kind",
    "not-found",
    "It is a {found}, but its base {url} is a {expected}",
    "StructureDefinition.kind is that of the base (FHIR R4).",
)
SAME_TYPE = error(
    "structure-type-not-new",
    "not-found",
    "It defines a type of its own, but has the type {type} of its base",
    _TYPE,
)
NOT_LOGICAL = error(
    "structure-type-not-logical",
    "invalid",
    "Only a logical model has a URL as its type; {type} is a {kind}",
    _TYPE,
)
NOT_DERIVED = error(
    "structure-type-taken",
    "invalid",
    "The type {type} is defined by FHIR: only its profiles have it",
    _TYPE,
)
TYPE_UNKNOWN = error(
    "structure-type-unknown",
    "invalid",
    "FHIR does not define the type {type}; other types have a namespace",
    _TYPE,
)
EXPERIMENTAL = warning(
    "structure-base-experimental",
    "business-rule",
    "The base {url} is experimental, but this structure does not say that it is",
    "StructureDefinition.experimental (FHIR R4).",
)
COMPLIES_UNKNOWN = error(
    "structure-complies-unknown",
    "invalid",
    "The profile {url}, with which this one claims to comply, is not at hand",
    "Extension structuredefinition-compliesWithProfile.",
)
SNAPSHOT = error(
    "structure-snapshot",
    "business-rule",
    "No sound snapshot can be made: {problem}",
    "A differential has to fit its base (http://hl7.org/fhir/R4/profiling.html#differential).",
)

#: Problems of other definitions, or that only mean that they are not at hand.
_ELSEWHERE: Final = frozenset({"snapshot-base-unknown", "snapshot-base-broken"})
_CORE: Final = "http://hl7.org/fhir/StructureDefinition/"
#: How far the chain of bases is followed, and how many elements are looked at.
_MAX_BASES: Final = 50
_MAX_ELEMENTS: Final = 20_000


def check_structure_definition(session: Session, scope: Scope) -> None:
    """Where a structure comes from, what it says of its elements, and what it claims."""
    outline = Outline(session, scope)
    check_extension(outline)
    _check_type(outline)
    if not _check_circle(outline):
        _check_base(outline)
    for view in ("differential", "snapshot"):
        _check_elements(outline, view)
    check_obligations(outline)
    for complied in extension_values(outline.json, _COMPLIES):
        url = complied.value
        if isinstance(url, str) and session.library.structure(url) is None:
            outline.report(COMPLIES_UNKNOWN, url=short(url))


def _check_elements(outline: Outline, view: str) -> None:
    constraints = Constraints(outline)
    for count, element in enumerate(outline.elements(view)):
        if count >= _MAX_ELEMENTS:
            return
        check_element(outline, element)
        check_types(outline, element)
        check_slicing(outline, element)
        check_binding_of(outline, element)
        constraints.check(element)
        if not element.in_snapshot:
            check_pinned(outline, element)


def _check_type(outline: Outline) -> None:
    stated, kind = text(outline.json, "type"), text(outline.json, "kind") or ""
    library, place = outline.session.library, outline.place.child("type")
    if stated is None:
        return
    if is_absolute(stated):
        if kind != "logical":
            outline.report(NOT_LOGICAL, place, type=short(stated), kind=short(kind))
    elif "." in stated and _is_known(library, stated.partition(".")[0]):
        return  # a data element: one element of a type, by its path
    elif _is_known(library, stated):
        if not outline.is_constraint and outline.url != _CORE + stated:
            outline.report(NOT_DERIVED, place, type=short(stated))
    elif library.has_definitions:
        outline.report(TYPE_UNKNOWN, place, type=short(stated))


def _is_known(library: Library, name: str) -> bool:
    """Whether FHIR defines a type, or one of the patterns that its types follow."""
    return library.type(name) is not None or library.structure(_CORE + name) is not None


def _check_circle(outline: Outline) -> bool:
    base, seen = text(outline.json, "baseDefinition"), 0
    while base is not None and outline.url and seen < _MAX_BASES:
        if unversioned(base) == outline.url:
            outline.report(CIRCLE, url=short(base))
            return True
        found = outline.session.library.resource(base, "StructureDefinition")
        base = text(found, "baseDefinition") if found is not None else None
        seen += 1
    return False


def _check_base(outline: Outline) -> None:
    url, base = text(outline.json, "baseDefinition"), outline.base
    if url is None:
        return
    if base is None:
        outline.report(BASE_UNKNOWN, url=short(url))
        return
    derivation = text(outline.json, "derivation")
    if derivation is None:
        outline.report(NO_DERIVATION)
        return
    _check_kind(outline, base)
    if derivation == "constraint":
        _check_snapshot(outline)
    elif text(outline.json, "type") == base.type:
        outline.report(SAME_TYPE, type=short(base.type))
    json = outline.session.library.resource(url, "StructureDefinition") or {}
    if flag(json, "experimental") and not flag(outline.json, "experimental"):
        outline.report(EXPERIMENTAL, url=short(url))


def _check_kind(outline: Outline, base: Structure) -> None:
    kind = text(outline.json, "kind")
    is_free = base.abstract and not outline.is_constraint
    if kind is not None and kind != base.kind and not is_free:
        outline.report(KIND, found=short(kind), expected=base.kind, url=short(base.url))


def _check_snapshot(outline: Outline) -> None:
    """Make a snapshot from the differential, and tell what stands in the way."""
    from conformance_cli.fhir.definitions.snapshot import generate

    library = outline.session.library
    _, problems = generate(outline.json, lambda url: library.resource(url, "StructureDefinition"))
    for problem in problems:
        message = replace(SNAPSHOT, id=problem.id, code=problem.code)
        severity = Severity.WARNING if problem.id in _ELSEWHERE else Severity(problem.severity)
        outline.report(message, severity=severity, problem=problem.text)
