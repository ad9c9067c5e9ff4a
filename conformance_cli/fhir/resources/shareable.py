"""What value sets, code systems and concept maps need before they are published."""

from __future__ import annotations

from typing import Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import warning
from conformance_cli.fhir.resources.reading import text
from conformance_cli.fhir.validation.session import Scope, Session

MISSING = warning(
    "publication-metadata-missing",
    "required",
    "A {type} that is published has {element}, which is missing",
    "The shareable profiles (http://hl7.org/fhir/R4/shareablevalueset.html, "
    "shareablecodesystem.html) list what others need to reuse a definition.",
)

_COMMON: Final = ("url", "version", "title", "status", "experimental", "description")
#: A name is for code generation, and never missed so much as to be an error.
_OPTIONAL: Final = frozenset({"name"})


def check_shareable(session: Session, scope: Scope, *more: str) -> None:
    """Report what a definition lacks for publication; HL7 holds its own to it."""
    if not session.options.for_publication or scope.relation == "contained":
        return
    resource = scope.resource
    is_hl7 = "hl7" in (text(resource, "url") or "")
    for element in (*_COMMON, "name", *more):
        if resource.get(element) is None and resource.get(f"_{element}") is None:
            strict = is_hl7 and element not in _OPTIONAL
            session.report(
                MISSING,
                scope.place,
                severity=Severity.ERROR if strict else Severity.WARNING,
                type=str(resource.get("resourceType")),
                element=element,
            )
