"""What API 1.1.0 added: direct writes, demographics, pointers (BARS-BKG-013 to 015, DOC)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.reference import payloads
from tests.reference.conftest import sender_to
from tests.reference.sender import Answer, Sender

Json = Any
SUBJECT = {"subject:identifier": f"https://fhir.nhs.uk/Id/nhs-number|{payloads.PATIENT}"}
LATEST = "application/fhir+json; version=1.1.0"
NOT_ACCEPTABLE = (406, "REC_NOT_ACCEPTABLE", "processing")


def write(sender: Sender, method: str, path: str, body: Json = None, **headers: str) -> Answer:
    headers.setdefault("Accept", LATEST)
    return sender.send(method, path, body=body, headers=payloads.headers(**headers))


def success(answer: Answer) -> tuple[int, str, str, str]:
    issue = answer.body["issue"][0]
    code = issue["details"]["coding"][0]["code"]
    return answer.status, issue["severity"], issue["code"], code


def appointment(sender: Sender, number: int = 0) -> Json:
    slot = sender.slots().all("Slot")[number]
    whose = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": payloads.PATIENT}
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": slot["start"],
        "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [{"actor": {"identifier": whose}, "status": "accepted"}],
    }


def is_free(sender: Sender, reference: str) -> bool:
    return reference in {f"Slot/{slot['id']}" for slot in sender.slots().all("Slot")}


def test_an_appointment_is_created_and_takes_its_slot(newer: Sender) -> None:
    body = appointment(newer)
    created = write(newer, "POST", "/Appointment", body)
    assert success(created) == (201, "information", "informational", "RESOURCE_CREATED")
    path = created.headers["location"].removeprefix(newer.base_url)
    held = newer.get(path).body
    assert held["created"]
    assert held["slot"] == body["slot"]
    assert not is_free(newer, body["slot"][0]["reference"])
    again = write(newer, "POST", "/Appointment", body)
    assert again.problem == (409, "REC_CONFLICT", "conflict")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"resourceType": "Patient"}, (400, "REC_BAD_REQUEST", "structure")),
        ({"status": "proposed"}, (400, "REC_BAD_REQUEST", "invariant")),
        ({"start": "tomorrow"}, (400, "REC_BAD_REQUEST", "required")),
        ({"participant": []}, (400, "REC_BAD_REQUEST", "required")),
        ({"slot": [{"reference": "Slot/none"}]}, (404, "REC_NOT_FOUND", "not-found")),
    ],
)
def test_an_appointment_that_lacks_something_is_not_created(
    newer: Sender, changes: Json, problem: tuple[int, str, str]
) -> None:
    assert write(newer, "POST", "/Appointment", appointment(newer) | changes).problem == problem


def test_put_changes_the_status_and_frees_the_slot(newer: Sender) -> None:
    held = newer.book()
    path = f"/Appointment/{held['id']}"
    updated = write(newer, "PUT", path, held | {"status": "cancelled"})
    assert success(updated) == (200, "information", "informational", "RESOURCE_UPDATED")
    assert newer.get(path).body["status"] == "cancelled"
    assert is_free(newer, held["slot"][0]["reference"])
    again = write(newer, "PUT", path, held | {"status": "booked"})
    assert again.problem == (409, "REC_CONFLICT", "conflict")


def test_put_does_not_change_the_slot(newer: Sender) -> None:
    held, other = newer.book(), newer.slots().all("Slot")[3]
    moved = held | {"slot": [{"reference": f"Slot/{other['id']}"}]}
    refused = write(newer, "PUT", f"/Appointment/{held['id']}", moved)
    assert refused.problem == (400, "REC_BAD_REQUEST", "invariant")


def test_put_is_about_the_resource_of_its_path(newer: Sender) -> None:
    held = newer.book()
    refused = write(newer, "PUT", f"/Appointment/{held['id']}", held | {"id": str(uuid4())})
    assert refused.problem == (400, "REC_BAD_REQUEST", "invariant")


def test_patch_moves_a_booking_to_another_slot(newer: Sender) -> None:
    held, other = newer.book(), newer.slots().all("Slot")[3]
    moved = {
        "resourceType": "Appointment",
        "slot": [{"reference": f"Slot/{other['id']}"}],
        "start": other["start"],
        "end": other["end"],
    }
    path = f"/Appointment/{held['id']}"
    assert success(write(newer, "PATCH", path, moved))[3] == "RESOURCE_UPDATED"
    after = newer.get(path).body
    assert (after["slot"], after["start"]) == (moved["slot"], other["start"])
    assert is_free(newer, held["slot"][0]["reference"])
    assert not is_free(newer, f"Slot/{other['id']}")


def test_patch_changes_nothing_but_the_slot(newer: Sender) -> None:
    held = newer.book()
    refused = write(newer, "PATCH", f"/Appointment/{held['id']}", {"status": "cancelled"})
    assert refused.problem == (400, "REC_BAD_REQUEST", "invariant")
    refused = write(newer, "PATCH", f"/Appointment/{held['id']}", [])
    assert refused.problem == (400, "REC_BAD_REQUEST", "structure")


def test_a_taken_slot_cannot_be_moved_to(newer: Sender) -> None:
    first, second = newer.book(), newer.book()
    moved = {"slot": second["slot"]}
    refused = write(newer, "PATCH", f"/Appointment/{first['id']}", moved)
    assert refused.problem == (409, "REC_CONFLICT", "conflict")


def test_delete_forgets_the_appointment_and_frees_the_slot(newer: Sender) -> None:
    held = newer.book()
    path = f"/Appointment/{held['id']}"
    assert success(write(newer, "DELETE", path))[3] == "RESOURCE_REMOVED"
    assert newer.get(path).status == 404
    assert is_free(newer, held["slot"][0]["reference"])


def test_a_service_request_is_written_directly_as_well(newer: Sender) -> None:
    held = newer.refer()
    created = write(newer, "POST", "/ServiceRequest", held)
    path = created.headers["location"].removeprefix(newer.base_url)
    assert path != f"/ServiceRequest/{held['id']}"
    copy = newer.get(path).body
    assert write(newer, "PUT", path, copy | {"status": "revoked"}).status == 200
    assert newer.get(path).body["status"] == "revoked"
    assert write(newer, "DELETE", path).status == 200


def test_a_direct_write_is_not_done_twice(newer: Sender) -> None:
    same = {"X_Request_Id": str(uuid4()), "X_Correlation_Id": str(uuid4())}
    body = newer.refer()
    assert write(newer, "POST", "/ServiceRequest", body, **same).status == 201
    again = write(newer, "POST", "/ServiceRequest", body, **same)
    assert again.problem == (409, "REC_CONFLICT", "duplicate")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/Appointment"), ("GET", "/DocumentReference"), ("DELETE", "/ServiceRequest/x")],
)
def test_what_1_1_0_brought_is_not_acceptable_in_an_older_version(
    newer: Sender, method: str, path: str
) -> None:
    older = "application/fhir+json; version=1.0.0"
    assert write(newer, method, path, Accept=older).problem == NOT_ACCEPTABLE


def test_a_wrong_method_is_told_what_1_1_0_offers(newer: Sender) -> None:
    assert newer.send("PUT", "/Appointment").headers["allow"] == "GET, POST"
    refused = newer.send("POST", f"/Appointment/{uuid4()}")
    assert refused.headers["allow"] == "GET, PUT, PATCH, DELETE"


DEMOGRAPHICS = {
    "patient:name": "avery testcase",
    "patient:birthdate": "eq1980-02-29",
    "patient:address-postalcode": "ls14ap",
}


def test_appointments_are_found_by_demographics() -> None:
    with sender_to(version="1.1.0") as newer:
        made = newer.book()["id"]
        found = newer.get("/Appointment", DEMOGRAPHICS).all("Appointment")
        assert [held["id"] for held in found] == [made]
        for name, other in (
            ("patient:name", "Somebody Else"),
            ("patient:birthdate", "1980-03-01"),
            ("patient:address-postalcode", "M1 1AA"),
        ):
            assert newer.get("/Appointment", DEMOGRAPHICS | {name: other}).body["total"] == 0


@pytest.mark.parametrize("missing", list(DEMOGRAPHICS))
def test_demographics_only_count_together(newer: Sender, missing: str) -> None:
    query = {name: value for name, value in DEMOGRAPHICS.items() if name != missing}
    assert newer.get("/Appointment", query).problem == (400, "REC_BAD_REQUEST", "required")


def test_a_birth_date_is_a_date(newer: Sender) -> None:
    query = DEMOGRAPHICS | {"patient:birthdate": "spring"}
    assert newer.get("/Appointment", query).problem == (400, "REC_BAD_REQUEST", "value")


def pointers(sender: Sender, **query: str) -> list[Json]:
    answer = sender.get("/DocumentReference", SUBJECT | query, Accept=LATEST)
    return answer.all("DocumentReference")


def test_a_booking_and_a_referral_are_found_through_their_pointers() -> None:
    with sender_to(version="1.1.0") as newer:
        appointment_id, request_id = newer.book()["id"], newer.refer()["id"]
        types = {
            p["identifier"][0]["value"]: p["type"]["coding"][0]["code"] for p in pointers(newer)
        }
        assert types == {appointment_id: "749001000000101", request_id: "736253002"}
        referrals = pointers(newer, type="http://snomed.info/sct|736253002")
        assert [p["identifier"][0]["value"] for p in referrals] == [request_id]
        custodian = {"custodian:identifier": "https://fhir.nhs.uk/Id/ods-organization-code|OTHER"}
        assert pointers(newer, **custodian) == []


def test_a_pointer_goes_with_the_booking_and_moves_with_it() -> None:
    with sender_to(version="1.1.0") as newer:
        held, other = newer.book(), newer.slots().all("Slot")[5]
        moved = {"slot": [{"reference": f"Slot/{other['id']}"}], "start": other["start"]}
        write(newer, "PATCH", f"/Appointment/{held['id']}", moved)
        [pointer] = pointers(newer)
        assert pointer["context"]["period"]["start"] == other["start"]
        assert newer.post(payloads.cancellation(held["id"])).status == 200
        assert pointers(newer) == []


def test_pointers_are_created_read_replaced_and_deleted(newer: Sender) -> None:
    pointer = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"identifier": {"system": "urn:x", "value": "1"}},
    }
    created = write(newer, "POST", "/DocumentReference", pointer)
    assert success(created)[0::3] == (201, "RESOURCE_CREATED")
    path = created.headers["location"].removeprefix(newer.base_url)
    assert newer.get(path, Accept=LATEST).body["status"] == "current"
    replaced = write(newer, "PUT", path, pointer | {"status": "superseded"})
    assert success(replaced)[0::3] == (200, "RESOURCE_UPDATED")
    assert newer.get(path, Accept=LATEST).body["status"] == "superseded"
    assert success(write(newer, "DELETE", path))[0::3] == (200, "RESOURCE_REMOVED")
    assert newer.get(path, Accept=LATEST).problem == (404, "REC_NOT_FOUND", "not-found")


def test_pointers_are_always_of_somebody(newer: Sender) -> None:
    refused = newer.get("/DocumentReference", Accept=LATEST)
    assert refused.problem == (400, "SEND_BAD_REQUEST", "required")
