"""Reading and searching appointments and service requests (BARS-RD)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.reference import payloads
from tests.reference.conftest import sender_to
from tests.reference.sender import Sender

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
TYPES = ["Appointment", "ServiceRequest"]
both = pytest.mark.parametrize("resource_type", TYPES)


def made_for(sender: Sender, resource_type: str, nhs_number: str) -> str:
    if resource_type == "Appointment":
        return str(sender.book(nhs_number)["id"])
    return str(sender.refer(payloads.referral(nhs_number))["id"])


@both
def test_a_resource_is_read_by_its_id(sender: Sender, resource_type: str) -> None:
    made = made_for(sender, resource_type, payloads.PATIENT)
    answer = sender.get(f"/{resource_type}/{made}")
    assert (answer.status, answer.body["id"]) == (200, made)
    assert answer.body["meta"]["lastUpdated"]


@both
@pytest.mark.parametrize("resource_id", ["123", "not-a-uuid", "x" * 36])
def test_an_id_is_a_uuid(sender: Sender, resource_type: str, resource_id: str) -> None:
    refused = sender.get(f"/{resource_type}/{resource_id}")
    assert refused.problem == (400, "REC_BAD_REQUEST", "value")


@both
def test_what_is_not_here_is_not_found(sender: Sender, resource_type: str) -> None:
    refused = sender.get(f"/{resource_type}/{uuid4()}")
    assert refused.problem == (404, "REC_NOT_FOUND", "not-found")


@both
def test_a_search_finds_everything_of_one_patient_and_of_nobody_else(resource_type: str) -> None:
    with sender_to() as sender:
        mine = {made_for(sender, resource_type, payloads.PATIENT) for _ in range(2)}
        made_for(sender, resource_type, payloads.OTHER_PATIENT)
        query = {"patient:identifier": f"{NHS_NUMBER}|{payloads.PATIENT}"}
        found = sender.get(f"/{resource_type}", query)
        assert (found.body["type"], found.body["total"]) == ("searchset", 2)
        assert {resource["id"] for resource in found.all(resource_type)} == mine


@both
@pytest.mark.parametrize("patient", [f"{NHS_NUMBER}|9990000182", "urn:other|9990000107"])
def test_nothing_found_is_an_empty_searchset(
    sender: Sender, resource_type: str, patient: str
) -> None:
    found = sender.get(f"/{resource_type}", {"patient:identifier": patient})
    assert (found.status, found.body["type"], found.body["total"]) == (200, "searchset", 0)


@both
def test_a_search_is_always_for_somebody(sender: Sender, resource_type: str) -> None:
    refused = sender.get(f"/{resource_type}")
    assert refused.problem == (400, "REC_BAD_REQUEST", "required")


@both
@pytest.mark.parametrize("patient", ["123", "|123", f"{NHS_NUMBER}|", "a|b|c"])
def test_a_patient_is_identified_by_system_and_value(
    sender: Sender, resource_type: str, patient: str
) -> None:
    refused = sender.get(f"/{resource_type}", {"patient:identifier": patient})
    assert refused.problem == (400, "REC_BAD_REQUEST", "value")


def test_referrals_can_be_narrowed_by_their_identifier(sender: Sender) -> None:
    message = payloads.referral("9990000158")
    identifier = {"system": "urn:case", "value": "42"}
    payloads.part(message, "ServiceRequest")["identifier"] = [identifier]
    made = sender.refer(message)["id"]
    sender.refer(payloads.referral("9990000158"))
    patient = {"patient:identifier": f"{NHS_NUMBER}|9990000158"}
    assert sender.get("/ServiceRequest", patient).body["total"] == 2
    for token in ("42", "urn:case|42"):
        found = sender.get("/ServiceRequest", patient | {"identifier": token})
        assert [request["id"] for request in found.all("ServiceRequest")] == [made]


def test_demographics_are_no_search_of_1_0_0(sender: Sender) -> None:
    query = {
        "patient:name": "Testcase",
        "patient:birthdate": "eq1980-02-29",
        "patient:address-postalcode": "LS1 4AP",
    }
    assert sender.get("/Appointment", query).problem == (400, "REC_BAD_REQUEST", "required")
