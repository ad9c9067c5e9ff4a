"""References as answers: the types and profiles of what they point at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, information
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.questionnaires.given import Answer
from conformance_cli.fhir.resources.questionnaires.model import Item
from conformance_cli.fhir.resources.reading import short, text
from conformance_cli.fhir.validation.session import Scope

Json = Any

_RESOURCE: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource"
_PROFILE: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceProfile"
#: A literal reference in the form of a RESTful URL (http://hl7.org/fhir/R4/references.html#literal).
_RESTFUL = Regex(
    r"(?:https?://[^?#]*/)?(?P<type>[A-Z][A-Za-z]*)/[A-Za-z0-9.-]{1,64}(?:/_history/[^/?#]*)?"
)

NO_RESOURCE = error(
    "response-reference-no-resource",
    "invariant",
    "The reference {reference} names the type {type}, which is no type of resource",
    "A literal reference has the form [base]/[type]/[id] "
    "(http://hl7.org/fhir/R4/references.html#literal).",
)
TYPE = error(
    "response-reference-type",
    "invariant",
    "The reference {reference} points at a {type}; the question allows {allowed}",
    "Extension questionnaire-referenceResource "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource).",
)
TYPE_UNKNOWN = information(
    "response-reference-type-unknown",
    "invariant",
    "What the reference {reference} points at is not known; the question allows {allowed}",
    "Extension questionnaire-referenceResource "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource).",
)
PROFILE = error(
    "response-reference-profile",
    "invariant",
    "What the reference {reference} points at conforms to none of {profiles}",
    "Extension questionnaire-referenceProfile "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-referenceProfile).",
)


def check_reference_answer(
    asking: Asking, item: Item, answer: Answer, reference: Mapping[str, Json]
) -> None:
    """A reference against the types and profiles that a question allows."""
    literal = text(reference, "reference")
    if literal is None and text(reference, "type") is None:
        return
    session, place = asking.session, answer.value_place
    target = session.tools.resolve(literal, asking.scope) if literal else None
    found = _type(reference, literal, target)
    values = item.values(_RESOURCE)
    allowed = [one.value for one in values if isinstance(one.value, str)]
    shown = {"reference": short(literal or "")}
    if found is None:
        if allowed:
            asking.report(TYPE_UNKNOWN, place, allowed=", ".join(allowed), **shown)
    elif allowed and found not in allowed:
        asking.report(TYPE, place, type=found, allowed=", ".join(allowed), **shown)
    elif not allowed and found not in session.library.resource_types():
        asking.report(NO_RESOURCE, place, type=short(found), **shown)
    if target is not None:
        _check_profiles(asking, item, answer, target, literal or "")


def _type(reference: Mapping[str, Json], literal: str | None, target: Scope | None) -> str | None:
    """The type of the target: its own, or what the reference says of it."""
    if target is not None:
        return text(target.resource, "resourceType")
    match = _RESTFUL.fullmatch(literal) if literal and len(literal) < 1000 else None
    return match["type"] if match else text(reference, "type")


def _check_profiles(
    asking: Asking, item: Item, answer: Answer, target: Scope, literal: str
) -> None:
    values = item.values(_PROFILE)
    profiles = [one.value for one in values if isinstance(one.value, str)]
    known = [url for url in profiles if asking.session.library.structure(url) is not None]
    if not profiles or len(known) < len(profiles):
        return
    validate = asking.session.tools.validate
    for url in known:
        found = validate(target.resource, url, target.place, target)
        if all(one.severity.rank > Severity.ERROR.rank for one in found):
            return
    shown = {"reference": short(literal), "profiles": short(", ".join(profiles))}
    asking.report(PROFILE, answer.value_place, **shown)
