"""Which rules a type of resource has; each is loaded when its type is first met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from conformance_cli.fhir.resources.kinds import CANONICAL_TYPES
from conformance_cli.fhir.validation.session import Scope, Session

Rule = Callable[[Session, Scope], None]


def _rule(module: str, name: str) -> Rule:
    """A rule of a module below this package, which is imported by the first use."""

    def call(session: Session, scope: Scope) -> None:
        found: Rule = getattr(import_module(f"{__package__}.{module}"), name)
        found(session, scope)

    call.__name__ = name
    return call


_OF_TYPES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "CapabilityStatement": (("capability_statement", "check_capability_statement"),),
    "CodeSystem": (("code_systems", "check_code_system"),),
    "ConceptMap": (("concept_maps", "check_concept_map"),),
    "ImplementationGuide": (("implementation_guide", "check_implementation_guide"),),
    "Measure": (("measures.measure", "check_measure"),),
    "MeasureReport": (("measures.report", "check_measure_report"),),
    "Observation": (("observation", "check_observation"),),
    "OperationDefinition": (("operation_definition", "check_operation_definition"),),
    "Questionnaire": (("questionnaires.questionnaire", "check_questionnaire"),),
    "QuestionnaireResponse": (("questionnaires.response", "check_questionnaire_response"),),
    "SearchParameter": (("search_parameter", "check_search_parameter"),),
    "StructureDefinition": (("structures.definition", "check_structure_definition"),),
    "ValueSet": (("value_sets", "check_value_set"),),
}
_OF_DEFINITIONS: tuple[Rule, ...] = (
    _rule("canonical", "check_canonical_resource"),
    _rule("publication", "check_publication"),
)

#: The rules of each type that has any, in the order in which they are called.
RESOURCE_RULES: Mapping[str, tuple[Rule, ...]] = {
    name: (
        *(_OF_DEFINITIONS if name in CANONICAL_TYPES else ()),
        *(_rule(*rule) for rule in _OF_TYPES.get(name, ())),
    )
    for name in sorted(CANONICAL_TYPES | _OF_TYPES.keys())
}


def rules_of(type_name: str) -> tuple[Rule, ...]:
    """The rules of a type of resource; none for most."""
    return RESOURCE_RULES.get(type_name, ())
