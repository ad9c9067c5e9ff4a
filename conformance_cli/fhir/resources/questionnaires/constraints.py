"""Rules that a Questionnaire states in FHIRPath about its responses.

The extension questionnaire-constraint, and targetConstraint, which took its place
(http://hl7.org/fhir/StructureDefinition/questionnaire-constraint,
http://hl7.org/fhir/StructureDefinition/targetConstraint).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.reading import extension_value, extensions, short, text
from conformance_cli.fhir.validation.place import Place

Json = Any

BROKEN = error(
    "response-constraint",
    "invariant",
    "The Questionnaire's rule {key} does not hold: {human}",
    "Extensions questionnaire-constraint and targetConstraint: what must be true of a response "
    "before it is complete.",
)
NOT_EVALUATED = warning(
    "response-constraint-not-evaluated",
    "processing",
    "The Questionnaire's rule {key} could not be evaluated: {problem}",
    "Extensions questionnaire-constraint and targetConstraint, with FHIRPath expressions.",
)

_URLS: Final = (
    "http://hl7.org/fhir/StructureDefinition/questionnaire-constraint",
    "http://hl7.org/fhir/StructureDefinition/targetConstraint",
)


def check_constraints(
    asking: Asking, defined: Mapping[str, Json], given: Mapping[str, Json], place: Place
) -> None:
    """The rules of a Questionnaire, or of one of its items, on what was given."""
    is_item = place is not asking.scope.place
    node = Node(given, "QuestionnaireResponse.item" if is_item else "QuestionnaireResponse")
    for _, rule in extensions(defined, *_URLS):
        expression = _expression(rule)
        if expression is None:
            continue
        key = short(str(extension_value(rule, "key") or "without a key"))
        try:
            holds = asking.session.tools.holds(expression, node, asking.scope)
        except FhirPathError as err:
            asking.report(NOT_EVALUATED, place, key=key, problem=err.problem)
            continue
        if not holds:
            human = short(str(extension_value(rule, "human") or expression))
            severity = _severity(asking, rule)
            asking.report(BROKEN, place, severity=severity, key=key, human=human)


def _severity(asking: Asking, rule: Mapping[str, Json]) -> Severity:
    stated = extension_value(rule, "severity")
    return asking.severity_of_gaps if stated != "warning" else Severity.WARNING


def _expression(rule: Mapping[str, Json]) -> str | None:
    found = extension_value(rule, "expression")
    if isinstance(found, Mapping):
        is_fhirpath = text(found, "language") == "text/fhirpath"
        return text(found, "expression") if is_fhirpath else None
    return found if isinstance(found, str) and found else None
