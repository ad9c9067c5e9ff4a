"""What generated and mutated inputs brought to light: each stays mended."""

from __future__ import annotations

from conformance_cli.fhir import default_fhirpath

SCENARIO = {
    "resourceType": "ExampleScenario",
    "status": "draft",
    "instance": [{"resourceId": "a", "resourceType": "Patient", "name": "somebody"}],
}


def test_an_element_called_resourcetype_makes_no_resource_of_its_owner():
    path = default_fhirpath()
    assert path.evaluate("instance is Patient", SCENARIO) == [False]
    assert path.evaluate("instance.name", SCENARIO) == ["somebody"]
    assert path.evaluate("instance.resourceType", SCENARIO) == ["Patient"]
