"""Codings and quantities in themselves, whatever they are bound to.

Source: http://hl7.org/fhir/R4/datatypes.html#Coding and #Quantity,
http://hl7.org/fhir/R4/terminologies.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.terminology.check_digits import has_wrong_check_digit
from conformance_cli.fhir.terminology.grammars import UNITS
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing, Terminology
from conformance_cli.fhir.terminology.reading import text
from conformance_cli.fhir.validation.bindings import short
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session
from conformance_cli.fhir.validation.systems import flaw_of

Json = Any

_CODING: Final = "http://hl7.org/fhir/R4/datatypes.html#Coding"

CODE_UNKNOWN = error(
    "code-unknown",
    "code-invalid",
    "The code '{code}' does not exist: {reason}",
    f"Coding.code is a symbol that its code system defines ({_CODING}).",
)
DISPLAY_WRONG = error(
    "code-display",
    "invalid",
    "The display of {system}#{code} is {displays}; found '{display}'",
    f"Coding.display represents the meaning of the code as its system defines it ({_CODING}).",
)
SYSTEM_MISSING = warning(
    "code-system-missing",
    "code-invalid",
    "The code '{code}' has no system, so nobody can tell what it means",
    f"A Coding without a system cannot be interpreted or checked ({_CODING}).",
)
NOT_CHECKED = information(
    "code-not-checked",
    "informational",
    "{system}#{code} was not checked: {reason}",
    "Codes are checked as far as their code systems are loaded; the rest is said, not passed.",
)
CHECK_DIGIT = warning(
    "code-check-digit",
    "code-invalid",
    "{system} cannot have a code '{code}': its check digit does not fit",
    "SNOMED CT identifiers and LOINC codes end in a digit that guards against slips of writing.",
)
OUTDATED = warning(
    "code-outdated",
    "business-rule",
    "{system}#{code} {note}",
    "Code systems keep concepts that ought not to be used any more "
    "(http://hl7.org/fhir/R4/codesystem.html#status).",
)
OTHER_WRITING = information(
    "code-other-writing",
    "business-rule",
    "{system}#{code} {note}",
    "Where a code system ignores case, its own way of writing a code is still the best.",
)
ANNOTATION = warning(
    "code-unit-annotation",
    "business-rule",
    "The unit {code} has an annotation, which UCUM ignores{about}",
    "What {...} says in a UCUM code has no meaning for a machine (https://ucum.org/ucum, section "
    "2.3); a reader gets it from Quantity.unit.",
)

#: How many displays a message names.
_MOST_DISPLAYS: Final = 5
_SHORT_OF_EXAMPLE: Final = frozenset({"required", "extensible", "preferred"})


def check_coding(
    session: Session,
    value: Mapping[str, Json],
    place: Place,
    scope: Scope,  # noqa: ARG001 - all rules are called alike
    element: Element | None = None,
) -> None:
    """Report what is wrong with a Coding: its system, its code, its display.

    Those of a CodeableConcept are checked with it, and passed over here.
    """
    if place.key != "coding":
        _check(session, _coded(value), place, is_free=_is_free(element))


def check_codeable_concept(
    session: Session,
    value: Mapping[str, Json],
    place: Place,
    scope: Scope,  # noqa: ARG001
    element: Element | None = None,  # noqa: ARG001
) -> None:
    """Report what is wrong with the codings of a CodeableConcept."""
    codings = value.get("coding")
    for index, coding in enumerate(codings if isinstance(codings, list) else ()):
        if isinstance(coding, Mapping):
            _check(session, _coded(coding), place.child("coding", index), is_free=False)


def check_quantity(
    session: Session,
    value: Mapping[str, Json],
    place: Place,
    scope: Scope,  # noqa: ARG001
    element: Element | None = None,
) -> None:
    """Report what is wrong with the coded unit of a Quantity."""
    system, code = text(value.get("system")), text(value.get("code"))
    if system is None or code is None:
        return
    _check(session, Coded(system, code), place, is_free=_is_free(element))
    if system == UNITS and "{" in code:
        _check_annotation(session, code, text(value.get("unit")), place)


def _check_annotation(session: Session, code: str, unit: str | None, place: Place) -> None:
    annotation = code.partition("{")[2].partition("}")[0]
    if session.options.best_practice is not None:
        is_said = unit is not None and annotation.casefold() in unit.casefold()
        about = "" if is_said else f", and the unit does not say '{short(annotation)}' either"
        severity = session.options.best_practice
        session.report(ANNOTATION, place, severity=severity, code=short(code), about=about)


def _is_free(element: Element | None) -> bool:
    """Whether no value set is bound to an element but as an example."""
    binding = None if element is None else element.binding
    return binding is None or binding.strength not in _SHORT_OF_EXAMPLE


def _check(session: Session, coded: Coded, place: Place, *, is_free: bool) -> None:
    system, code = coded.system, coded.code
    if system is None:
        if code is not None:
            session.report(SYSTEM_MISSING, place, code=short(code))
        return
    flaw = flaw_of(session, system)
    if flaw is not None:
        message, severity = flaw.message, flaw.severity(is_free=is_free)
        at = place if is_free and flaw.is_of_coding else place.child("system")
        session.report(message, at, severity=severity, system=short(system), hint=flaw.hint)
    if code is None or (flaw is not None and flaw.is_fatal):
        return
    terminology: Terminology = session.tools.terminology
    answer = terminology.in_code_system(coded)
    if answer.standing is Standing.VALID:
        _report_valid(session, coded, answer, place)
    elif answer.standing is Standing.INVALID:
        at = place.child("code")
        reason = answer.reason or f"{short(system)} does not define it"
        session.report(CODE_UNKNOWN, at, code=short(code), reason=reason)
    elif flaw is None:
        _report_unknown(session, coded, answer, place)


def _report_valid(session: Session, coded: Coded, answer: Answer, place: Place) -> None:
    system, code = short(coded.system or ""), short(coded.code or "")
    if answer.display is not None:
        own = [f"'{short(one)}'" for one in answer.displays or (answer.display,)]
        more = ", ..." if len(own) > _MOST_DISPLAYS else ""
        session.report(
            DISPLAY_WRONG,
            place.child("display"),
            severity=session.options.wrong_display,
            system=system,
            code=code,
            displays=" or ".join(own[:_MOST_DISPLAYS]) + more,
            display=short(coded.display or ""),
        )
    if answer.note:
        message = OTHER_WRITING if answer.note.startswith("is written") else OUTDATED
        session.report(message, place.child("code"), system=system, code=code, note=answer.note)


def _report_unknown(session: Session, coded: Coded, answer: Answer, place: Place) -> None:
    system, code = coded.system or "", coded.code or ""
    shown = {"system": short(system), "code": short(code)}
    if has_wrong_check_digit(system, code):
        session.report(CHECK_DIGIT, place.child("code"), severity=None, profile=None, **shown)
    at = place.child("system")
    session.report(NOT_CHECKED, at, severity=None, profile=None, reason=answer.reason, **shown)


def _coded(value: Mapping[str, Json]) -> Coded:
    return Coded(
        text(value.get("system")),
        text(value.get("code")),
        text(value.get("version")),
        text(value.get("display")),
    )
