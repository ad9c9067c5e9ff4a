"""What generated and mutated inputs brought to light: each stays mended."""

from __future__ import annotations

from typing import Any

import pytest

from conformance_cli.fhir import Validator, default_fhirpath
from conformance_cli.fhir.definitions.shapes import shape_library

SCENARIO = {
    "resourceType": "ExampleScenario",
    "status": "draft",
    "instance": [{"resourceId": "a", "resourceType": "Patient", "name": "somebody"}],
}


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(shape_library())


def ids(validator: Validator, data: Any) -> list[str]:
    return [one.id for one in validator.validate(data).issues if one.is_error]


def test_an_element_called_resourcetype_makes_no_resource_of_its_owner():
    path = default_fhirpath()
    assert path.evaluate("instance is Patient", SCENARIO) == [False]
    assert path.evaluate("instance.name", SCENARIO) == ["somebody"]
    assert path.evaluate("instance.resourceType", SCENARIO) == ["Patient"]


def test_floats_of_an_object_are_decimals(validator: Validator):
    data = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert ids(validator, {**data, "valueQuantity": {"value": 0.1}}) == []
    not_a_number = {**data, "valueQuantity": {"value": float("nan")}}
    assert ids(validator, not_a_number) == ["primitive-decimal"]


@pytest.mark.parametrize("times", [1, 5])
def test_an_object_may_not_nest_deeper_than_text(validator: Validator, times: int):
    item: dict[str, Any] = {"linkId": "0", "type": "group", "itm": "x"}
    for number in range(1, 300):
        item = {"linkId": str(number), "type": "group", "text": "x", "item": [item]}
    data = {"resourceType": "Questionnaire", "status": "draft", "item": [item]}
    for _ in range(times):
        assert ids(validator, data) == ["source-too-deep"]


def test_half_a_surrogate_pair_in_a_text_is_told(validator: Validator):
    text = '{"resourceType": "Patient", "name": [{"text": "\ud800"}]}'
    assert ids(validator, text) == ["encoding-utf-8"]


def test_the_target_of_a_reference_may_be_of_no_type_at_all(validator: Validator):
    address = "http://nowhere.test/fhir/Organization/1"
    patient = {"resourceType": "Patient", "managingOrganization": {"reference": address}}
    target = {"fullUrl": address, "resource": {"resourceType": {}}}
    entries = [{"fullUrl": "http://nowhere.test/a", "resource": patient}, target]
    data = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    assert "resource-type-missing" in ids(validator, data)
