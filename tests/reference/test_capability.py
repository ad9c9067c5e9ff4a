"""What a BaRS receiver says about itself (BARS-CAP, BARS-MD)."""

from __future__ import annotations

import pytest

from tests.reference.sender import Sender

SERVICE = "https://fhir.nhs.uk/Id/dos-service-id|2000011147"


def interactions(sender: Sender, resource_type: str) -> set[str]:
    rest = sender.get("/metadata").body["rest"][0]
    declared = {r["type"]: r["interaction"] for r in rest["resource"]}
    return {interaction["code"] for interaction in declared.get(resource_type, [])}


def test_metadata_is_a_capability_statement_of_an_instance(sender: Sender) -> None:
    statement = sender.get("/metadata").body
    assert statement["resourceType"] == "CapabilityStatement"
    assert (statement["kind"], statement["fhirVersion"]) == ("instance", "4.0.1")
    assert {"status", "date", "format", "meta"} <= statement.keys()


def test_the_version_is_that_of_the_api(sender: Sender, newer: Sender) -> None:
    assert sender.get("/metadata").body["version"] == "1.0.0"
    assert newer.get("/metadata").body["version"] == "1.1.0"


def test_messages_are_declared_as_operation_and_as_supported_messages(sender: Sender) -> None:
    statement = sender.get("/metadata").body
    assert statement["rest"][0]["operation"][0]["name"] == "process-message"
    supported = statement["messaging"][0]["supportedMessage"]
    assert {message["mode"] for message in supported} == {"receiver"}
    assert len(supported) == 9


def test_security_services_are_declared(sender: Sender) -> None:
    rest = sender.get("/metadata").body["rest"][0]
    assert rest["security"]["service"][0]["coding"][0]["code"] == "Certificates"


def test_direct_writes_are_declared_only_where_they_are_offered(
    sender: Sender, newer: Sender
) -> None:
    assert interactions(sender, "Appointment") == {"read", "vread", "search-type"}
    assert interactions(newer, "Appointment") >= {"create", "update", "patch", "delete"}
    assert interactions(sender, "DocumentReference") == set()
    assert "create" in interactions(newer, "DocumentReference")


def test_a_service_has_all_message_definitions(sender: Sender) -> None:
    found = sender.get("/MessageDefinition", {"context": SERVICE})
    assert found.body["type"] == "searchset"
    assert len(found.all("MessageDefinition")) == found.body["total"] == 9


def test_the_bare_id_of_a_service_finds_the_same(sender: Sender) -> None:
    with_system = sender.get("/MessageDefinition", {"context": SERVICE})
    without = sender.get("/MessageDefinition", {"context": "2000011147"})
    assert without.all("MessageDefinition") == with_system.all("MessageDefinition")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({}, (400, "REC_BAD_REQUEST", "required")),
        ({"context": ""}, (400, "REC_BAD_REQUEST", "required")),
        ({"context": "||"}, (400, "REC_BAD_REQUEST", "invalid")),
        ({"context": "|"}, (400, "REC_BAD_REQUEST", "invalid")),
        ({"context": "a|b|c"}, (400, "REC_BAD_REQUEST", "invalid")),
        ({"context": "9999999999"}, (404, "REC_NOT_FOUND", "not-found")),
        ({"context": "urn:other|2000011147"}, (404, "REC_NOT_FOUND", "not-found")),
    ],
)
def test_a_context_is_present_well_formed_and_known(
    sender: Sender, query: dict[str, str], problem: tuple[int, str, str]
) -> None:
    assert sender.get("/MessageDefinition", query).problem == problem


def test_each_definition_says_what_it_is(sender: Sender) -> None:
    for definition in sender.get("/MessageDefinition", {"context": SERVICE}).all(
        "MessageDefinition"
    ):
        assert definition["url"].startswith("https://fhir.nhs.uk/MessageDefinition/")
        assert {"version", "status", "date", "focus", "meta"} <= definition.keys()
        assert definition["eventCoding"]["system"].endswith("message-events-bars")
        assert definition["useContext"][0]["code"]["code"] == "workflow"


def test_a_use_case_narrows_the_definitions_from_1_1_0_on(sender: Sender, newer: Sender) -> None:
    use_case = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars|a4t1"
    query = {"context": [SERVICE, use_case]}
    assert sender.get("/MessageDefinition", query).body["total"] == 9
    urls = {
        definition["url"].rpartition("/")[2]
        for definition in newer.get("/MessageDefinition", query).all("MessageDefinition")
    }
    assert urls == {
        "bars-message-servicerequest-request-validation",
        "bars-message-servicerequest-request-cancelled",
        "bars-message-servicerequest-response-validation-interim",
        "bars-message-servicerequest-response-validation-full",
    }
