"""A QuestionnaireResponse against the Questionnaire that it answers.

FHIR R4, 2.42.6 (http://hl7.org/fhir/R4/questionnaireresponse.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import information, warning
from conformance_cli.fhir.resources.questionnaires.amounts import compared
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.questionnaires.enablement import Enablement
from conformance_cli.fhir.resources.questionnaires.given import read_response
from conformance_cli.fhir.resources.questionnaires.items import check_items
from conformance_cli.fhir.resources.questionnaires.model import Form, read_form
from conformance_cli.fhir.resources.reading import Choice, part, parts, short, text
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

NO_QUESTIONNAIRE = information(
    "response-questionnaire-missing",
    "required",
    "The response does not say which Questionnaire it answers: it was not held against one",
    "QuestionnaireResponse.questionnaire (FHIR R4).",
)
NOT_FOUND = warning(
    "response-questionnaire-unknown",
    "required",
    "The Questionnaire {url} is not at hand: the response was not held against it",
    "QuestionnaireResponse.questionnaire (FHIR R4): contained, in the same Bundle, or loaded.",
)
AUTHORED = warning(
    "response-authored-outside",
    "business-rule",
    "The response was authored on {authored}, {side} the period in which the Questionnaire "
    "is in effect ({limit})",
    "Questionnaire.effectivePeriod (FHIR R4).",
)

#: Names that are kept for examples: nobody will ever load what they name (RFC 2606).
_EXAMPLES = ("http://example.org", "https://example.org")


def check_questionnaire_response(session: Session, scope: Scope) -> None:
    """Everything that a response must have in common with its Questionnaire."""
    url = _canonical(scope.resource)
    if url is None:
        session.report(NO_QUESTIONNAIRE, scope.place)
        return
    form = _find(session, scope, url)
    if form is None:
        severity = Severity.INFORMATION if url.startswith(_EXAMPLES) else None
        session.report(NOT_FOUND, scope.place, severity=severity, url=short(url))
        return
    _check_authored(session, scope, form)
    response = read_response(scope.resource, scope.place)
    enablement = Enablement(session, scope, form, response)
    check_items(Asking(session, scope, form, enablement), response)


def _canonical(response: Mapping[str, Json]) -> str | None:
    """Which Questionnaire is answered; STU3 has a Reference where R4 has a canonical."""
    reference = part(response, "questionnaire") or {}
    return text(response, "questionnaire") or text(reference, "reference")


def _find(session: Session, scope: Scope, url: str) -> Form | None:
    library = session.library
    if url.startswith("#"):
        for holder in _holders(scope):
            for _, resource in parts(holder, "contained"):
                if resource.get("id") == url[1:] and _is_questionnaire(resource):
                    return read_form(resource, library, holder)
        return None
    beside = next(_in_bundle(scope, url), None)
    found = beside or library.resource(url, "Questionnaire")
    if found is None:
        target = session.tools.resolve(url, scope)
        found = target.resource if target and _is_questionnaire(target.resource) else None
    return read_form(found, library) if found is not None else None


def _holders(scope: Scope) -> Iterator[Mapping[str, Json]]:
    yield scope.resource
    if scope.root is not scope:
        yield scope.root.resource


def _in_bundle(scope: Scope, url: str) -> Iterator[Mapping[str, Json]]:
    """The Questionnaires of that canonical URL in the Bundle around the response."""
    wanted, _, version = url.partition("|")
    bundle = scope.bundle
    for _, entry in parts(bundle.resource, "entry") if bundle else ():
        resource = part(entry, "resource")
        if resource is not None and _is_questionnaire(resource):
            is_version = not version or text(resource, "version") == version
            if text(resource, "url") == wanted and is_version:
                yield resource


def _is_questionnaire(resource: Mapping[str, Json]) -> bool:
    return resource.get("resourceType") == "Questionnaire"


def _check_authored(session: Session, scope: Scope, form: Form) -> None:
    authored = text(scope.resource, "authored")
    period = part(form.json, "effectivePeriod")
    if authored is None or period is None:
        return
    when = Choice("authored", "authored", "dateTime", authored)
    for key, outside, side in (("start", -1, "before"), ("end", 1, "after")):
        limit = text(period, key)
        edge = Choice(key, key, "dateTime", limit)
        if limit is not None and compared(when, edge) == outside:
            place, limit = scope.place.child("authored"), short(limit)
            session.report(AUTHORED, place, authored=short(authored), side=side, limit=limit)
