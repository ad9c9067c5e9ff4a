"""Constraints of definitions, evaluated on an element of a resource."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from conformance_cli.fhir import FhirPathError
from conformance_cli.fhir.path.engine import Engine
from conformance_cli.fhir.path.errata import known, meant
from conformance_cli.fhir.path.types import Node

ENGINE = Engine("4.0.1", clock=lambda: datetime(2026, 11, 23, 10, 30, tzinfo=UTC))


class World:
    """Services that know one resource, one value set and one profile, and hear traces."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, list[Any]]] = []

    def resolve(self, reference: str, at: Node) -> Any:
        found = {"resourceType": "Patient", "id": "p", "active": True}
        return found if reference == "Patient/p" and at.type in ("Reference", "uri") else None

    def member_of(self, value: Any, type_name: str, value_set: str) -> bool | None:
        return (value, type_name) == ("final", "code") if value_set == "http://x/vs" else None

    def conforms_to(self, value: Any, url: str) -> bool | None:
        return value.get("active") is True if url == "http://x/profile" else None

    def trace(self, name: str, items: list[Any]) -> None:
        self.heard.append((name, items))


def holds(expression: str, focus: Any, type_name: str, resource: Any = None, root: Any = None):
    resource = focus if resource is None else resource
    root = resource if root is None else root
    nodes = (Node(r, r.get("resourceType", "")) for r in (resource, root))
    return ENGINE.holds(expression, Node(focus, type_name), *nodes, World())


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("active", False),
        ("active = false", True),
        ("name", True),
        ("contact", False),
        ("name.given.count() = 2", True),
        ("gender", True),
    ],
)
def test_only_true_and_things_that_are_no_booleans_hold(expression, result):
    patient = {
        "resourceType": "Patient",
        "active": False,
        "gender": "male",
        "name": [{"given": ["A", "B"]}],
    }
    assert holds(expression, patient, "Patient") is result


def test_the_variables_are_the_element_its_resource_and_what_contains_that():
    inner = {"resourceType": "Patient", "id": "in", "name": [{"family": "X"}]}
    outer = {"resourceType": "Observation", "id": "out", "contained": [inner]}
    told = "%resource.id = 'in' and %rootResource.id = 'out' and %context.family = 'X'"
    assert holds(told, inner["name"][0], "HumanName", inner, outer)


def test_services_answer_what_lies_outside_the_resource():
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "focus": [{"reference": "Patient/unknown"}],
    }
    for expression in (
        "subject.resolve() is Patient",
        "subject.resolve().conformsTo('http://x/profile')",
        "focus.resolve().empty()",
        "status.memberOf('http://x/vs')",
    ):
        assert holds(expression, observation, "Observation"), expression


@pytest.mark.parametrize(
    "expression", ["status.memberOf('http://x/none')", "conformsTo('http://x/none')", "%nothing"]
)
def test_what_nobody_can_tell_is_an_error_and_neither_true_nor_false(expression):
    observation = {"resourceType": "Observation", "status": "final"}
    with pytest.raises(FhirPathError):
        holds(expression, observation, "Observation")


def test_a_side_that_cannot_matter_is_not_asked():
    observation = {"resourceType": "Observation", "status": "final"}
    assert holds("status.exists() or memberOf('http://x/none')", observation, "Observation")
    assert holds("status.empty() implies memberOf('http://x/none')", observation, "Observation")
    assert not holds("status.empty() and memberOf('http://x/none')", observation, "Observation")


def test_traces_are_heard_by_services_and_not_printed(capsys):
    world, patient = World(), {"resourceType": "Patient", "id": "p"}
    node = Node(patient, "Patient")
    assert ENGINE.holds("id.trace('ids').exists()", node, node, node, world)
    assert world.heard == [("ids", ["p"])]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "expression",
    ["birthDate < today()", "now() > @2026-11-23T10:29:59Z", "timeOfDay() = @T10:30:00.000"],
)
def test_the_time_is_that_of_the_callers_clock(expression):
    patient = {"resourceType": "Patient", "birthDate": "1970-01-01"}
    assert holds(expression, patient, "Patient")
    with pytest.raises(FhirPathError, match="read the clock"):
        Engine("4.0.1").evaluate(expression, patient)


def test_a_cast_of_several_items_is_an_error_since_r5_only():
    patient = {"resourceType": "Patient", "extension": [{"url": "a"}, {"url": "b"}]}
    node = Node(patient, "Patient")
    assert ENGINE.holds("extension.as(Extension).exists()", node, node, node)
    with pytest.raises(FhirPathError):
        Engine("5.0.0").holds("extension.as(Extension).exists()", node, node, node)


@pytest.mark.parametrize("expression", ["id as String = 'p'", "id.as(String) = 'p'"])
def test_a_cast_to_a_system_type_keeps_primitives_before_r5_only(expression):
    patient = Node({"resourceType": "Patient", "id": "p"}, "Patient")
    family = Node({"family": "p"}, "HumanName")
    told = expression.replace("id", "family")
    assert ENGINE.holds(told, family, patient, patient)
    assert not Engine("5.0.0").holds(told, family, patient, patient)


def test_an_empty_text_is_no_value():
    patient = Node({"resourceType": "Patient", "gender": ""}, "Patient")
    assert ENGINE.holds("gender.hasValue().not()", patient, patient, patient)


@pytest.mark.parametrize(
    ("key", "type_name", "focus", "result"),
    [
        ("ref", "Reference", {"display": "only"}, True),
        ("ref", "Reference", {"reference": "#"}, True),
        ("ref", "Reference", {"reference": "#gone"}, False),
        ("fullUrl", "Bundle.entry", {"resource": {"resourceType": "Patient"}}, True),
        ("fullUrl", "Bundle.entry", {"fullUrl": "http://x/Patient/1/_history/2"}, False),
        ("name.m", "ValueSet", {"resourceType": "ValueSet"}, True),
        ("name.m", "ValueSet", {"resourceType": "ValueSet", "name": "Good_1"}, True),
        ("name.m", "ValueSet", {"resourceType": "ValueSet", "name": "Not-Good"}, False),
        ("offset", "Timing.repeat", {"offset": 5, "when": ["AC", "HS"]}, True),
        ("offset", "Timing.repeat", {"offset": 5, "when": ["AC", "C"]}, False),
        ("probability", "RiskAssessment.prediction", {}, True),
        ("probability", "RiskAssessment.prediction", {"probabilityDecimal": 101}, False),
        (
            "operator",
            "Questionnaire.item.enableWhen",
            {"operator": "=", "answerDate": "2020"},
            True,
        ),
        (
            "operator",
            "Questionnaire.item.enableWhen",
            {"operator": "exists", "answerBoolean": True},
            True,
        ),
        ("path.matches('[A-Z", "ElementDefinition", {"path": "Patient.name[x]"}, True),
        ("path.matches('[A-Z", "ElementDefinition", {"path": "Patient.Name"}, False),
        (
            "element.first",
            "StructureDefinition.differential",
            {"element": [{"path": "Patient.name", "slicing": {"rules": "open"}}]},
            True,
        ),
        (
            "element.first",
            "StructureDefinition.differential",
            {"element": [{"path": "Patient", "slicing": {"rules": "open"}}]},
            False,
        ),
    ],
)
def test_a_constraint_published_with_a_mistake_means_what_it_says_in_words(
    key, type_name, focus, result
):
    published = next(text for text in known() if text.startswith(key))
    assert meant(published) != published
    assert holds(published, focus, type_name) is result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("defineVariable('n', name.given).select(%n.count()) = 2", True),
        ("name.defineVariable('n').given.where(%n.exists()).count() = 2", True),
        (
            "(defineVariable('a', 1).select(%a) | defineVariable('a', 2).select(%a)).count() = 2",
            True,
        ),
    ],
)
def test_a_variable_is_known_to_what_follows_it(expression, result):
    patient = {"resourceType": "Patient", "name": [{"given": ["A", "B"]}]}
    assert holds(expression, patient, "Patient") is result


@pytest.mark.parametrize(
    "expression",
    [
        "defineVariable('a').defineVariable('a').exists()",
        "defineVariable('resource').exists()",
        "(defineVariable('a', 1) | name).exists(%a = 1)",
    ],
)
def test_a_variable_cannot_be_redefined_and_ends_with_its_operand(expression):
    patient = {"resourceType": "Patient", "name": [{"given": ["A", "B"]}]}
    with pytest.raises(FhirPathError):
        holds(expression, patient, "Patient")


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("valueQuantity = 0.5 'g'", True),
        ("value = 500 'mg'", True),
        ("value < 1 'g' and value > 1 'mg'", True),
        ("value * 2 = 1 'g'", True),
        ("(value / 2 's') = 0.25 'g/s'", True),
        ("value.comparable(1 'kg')", True),
        ("value.comparable(1 's')", False),
        ("(value + 1 'g') = 1500 'mg'", True),
        ("(value = 1 's').empty()", True),
    ],
)
def test_quantities_of_resources_are_compared_across_units(expression, result):
    amount = {
        "value": 500,
        "code": "mg",
        "system": "http://unitsofmeasure.org",
        "unit": "milligram",
    }
    observation = {"resourceType": "Observation", "valueQuantity": amount}
    assert holds(expression, observation, "Observation") is result


def test_quantities_of_other_systems_equal_only_their_own_kind():
    pack = {"value": 2, "code": "g", "system": "http://x/units"}
    observation = {"resourceType": "Observation", "valueQuantity": pack}
    assert holds("(value = 2 'g').empty()", observation, "Observation")
    assert holds("value = %resource.value", observation, "Observation")


@pytest.mark.parametrize(
    ("age", "result"), [({"value": 1, "code": "a"}, True), ({"value": 11, "code": "mo"}, False)]
)
def test_an_age_of_a_resource_counts_as_calendar_time(age, result):
    age = {**age, "system": "http://unitsofmeasure.org"}
    condition = {"resourceType": "Condition", "onsetAge": age}
    assert holds("onset >= 1 year", condition, "Condition") is result
    assert holds("(@2020-01-01 + onset) >= @2021-01-01", condition, "Condition") is result
