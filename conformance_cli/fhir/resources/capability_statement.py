"""Rules of CapabilityStatements.

http://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.resources.reading import parts, short, text
from conformance_cli.fhir.validation.session import Scope, Session

PARAMETER_TYPE = error(
    "capability-search-type",
    "invalid",
    "The search parameter {url} is of type {expected}, not {found}",
    "CapabilityStatement.rest.resource.searchParam.type is that of the definition (FHIR R4).",
)


def check_capability_statement(session: Session, scope: Scope) -> None:
    """The types of search parameters are those of their definitions."""
    for outer, rest in parts(scope.resource, "rest"):
        for inner, resource in parts(rest, "resource"):
            for index, parameter in parts(resource, "searchParam"):
                url, kind = text(parameter, "definition"), text(parameter, "type")
                found = session.library.resource(url, "SearchParameter") if url else None
                expected = text(found, "type") if found is not None else None
                if url and kind and expected and kind != expected:
                    place = scope.place.child("rest", outer).child("resource", inner)
                    shown = {"url": short(url), "expected": expected, "found": short(kind)}
                    at = place.child("searchParam", index)
                    session.report(PARAMETER_TYPE, at, severity=None, profile=None, **shown)
