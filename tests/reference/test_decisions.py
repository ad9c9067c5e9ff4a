"""Every row of the decision table, taken and just not taken (BARS-WF)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance_cli.reference.bars.receiver import SENT_REFERRAL, SENT_VALIDATION
from tests.reference import payloads
from tests.reference.payloads import part
from tests.reference.sender import Sender

Json = Any
INVARIANT = (400, "REC_BAD_REQUEST", "invariant")


def validation(care_plan: str = "active", encounter: str = "triaged") -> Json:
    bundle = payloads.validation()
    part(bundle, "CarePlan")["status"] = care_plan
    part(bundle, "Encounter")["status"] = encounter
    return bundle


def referral(care_plan: str = "completed", encounter: str = "finished") -> Json:
    bundle = payloads.referral()
    part(bundle, "CarePlan")["status"] = care_plan
    part(bundle, "Encounter")["status"] = encounter
    return bundle


def with_reason(bundle: Json, reason: str) -> Json:
    part(bundle, "MessageHeader")["reason"]["coding"][0]["code"] = reason
    return bundle


def with_status(bundle: Json, status: str, resource_type: str = "ServiceRequest") -> Json:
    part(bundle, resource_type)["status"] = status
    return bundle


def with_category(bundle: Json, category: str) -> Json:
    part(bundle, "ServiceRequest")["category"][0]["coding"][0]["code"] = category
    return bundle


def interim(status: str = "active", encounter: str = "in-progress", reason: str = "new") -> Json:
    return payloads.response(
        SENT_VALIDATION, "validation-interim", "validation", status, encounter, reason
    )


def full(status: str, encounter: str, reason: str = "new") -> Json:
    return payloads.response(
        SENT_VALIDATION, "validation-full", "validation", status, encounter, reason
    )


def missed(status: str = "revoked", reason: str = "new") -> Json:
    return payloads.response(SENT_REFERRAL, "referral-short", "referral", status, "triaged", reason)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(validation("active", "triaged"), id="C1 triaged"),
        pytest.param(validation("active", "in-progress"), id="C1 in progress"),
        pytest.param(referral("completed", "triaged"), id="C2 triaged"),
        pytest.param(referral("completed", "finished"), id="C2 finished"),
        pytest.param(missed(), id="C8"),
        pytest.param(interim(), id="C9"),
        pytest.param(full("completed", "triaged", "new"), id="C10 new"),
        pytest.param(full("completed", "triaged", "update"), id="C10 update"),
        pytest.param(full("completed", "finished"), id="C10 finished"),
        pytest.param(full("revoked", "triaged", "new"), id="C11 new"),
        pytest.param(full("revoked", "triaged", "update"), id="C11 update"),
    ],
)
def test_a_message_that_fits_a_row_is_accepted(sender: Sender, message: Json) -> None:
    assert sender.post(message).status == 200


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(validation("completed", "triaged"), id="C1 care plan completed"),
        pytest.param(validation("active", "finished"), id="C1 encounter finished"),
        pytest.param(with_status(validation(), "draft"), id="C1 draft"),
        pytest.param(referral("active", "finished"), id="C2 care plan active"),
        pytest.param(referral("completed", "in-progress"), id="C2 encounter in progress"),
        pytest.param(with_status(referral(), "completed"), id="C2 completed"),
        pytest.param(with_reason(referral(), "update"), id="C5 still active"),
        pytest.param(with_reason(referral(), "delete"), id="C15 delete"),
        pytest.param(with_category(referral(), "advice"), id="C15 unknown category"),
        pytest.param(missed("active"), id="C8 still active"),
        pytest.param(missed("revoked", "update"), id="C8 update"),
        pytest.param(interim("active", "planned"), id="C9 planned"),
        pytest.param(interim("active", "in-progress", "update"), id="C9 update"),
        pytest.param(full("completed", "in-progress"), id="C10 in progress"),
        pytest.param(full("completed", "triaged", "delete"), id="C10 delete"),
        pytest.param(full("revoked", "cancelled"), id="C11 cancelled"),
        pytest.param(full("active", "finished"), id="C11 active"),
    ],
)
def test_a_message_that_just_misses_every_row_is_refused(sender: Sender, message: Json) -> None:
    assert sender.post(message).problem == INVARIANT


@pytest.mark.parametrize("status", ["revoked", "entered-in-error"])
@pytest.mark.parametrize(
    ("start", "category"),
    [
        pytest.param(payloads.validation, "validation", id="C3"),
        pytest.param(payloads.referral, "referral", id="C5"),
    ],
)
def test_a_request_is_taken_back(
    sender: Sender, start: Callable[[], Json], category: str, status: str
) -> None:
    request = sender.refer(start())
    assert sender.post(payloads.withdrawal(request["id"], category, status)).status == 200
    assert sender.get(f"/ServiceRequest/{request['id']}").body["status"] == status


@pytest.mark.parametrize("status", ["active", "on-hold"])
def test_c4_a_validation_request_is_updated(sender: Sender, status: str) -> None:
    request = sender.refer(payloads.validation())
    update = with_status(payloads.validation(reason="update"), status)
    part(update, "ServiceRequest")["id"] = request["id"]
    assert sender.post(update).status == 200
    held = sender.get(f"/ServiceRequest/{request['id']}").body
    assert (held["status"], held["meta"]["versionId"]) == (status, "2")


def test_c6_and_c7_a_response_answers_something_known(sender: Sender) -> None:
    nothing = interim()
    del part(nothing, "MessageHeader")["response"]
    assert sender.post(nothing).problem == INVARIANT
    failed = interim()
    part(failed, "MessageHeader")["response"]["code"] = "fatal-error"
    assert sender.post(failed).problem == INVARIANT
    unknown = interim()
    part(unknown, "MessageHeader")["response"]["identifier"] = "unknown"
    assert sender.post(unknown).problem == (404, "REC_NOT_FOUND", "not-found")


def test_c9_an_interim_response_brings_no_encounter_of_the_receiver(sender: Sender) -> None:
    request = payloads.validation()
    planned = sender.post(request).all("Encounter")[-1]
    response = interim()
    part(response, "Encounter", 1)["id"] = planned["id"]
    assert sender.post(response).problem == INVARIANT


def test_c12_a_slot_is_booked_once(sender: Sender) -> None:
    message = sender.booking()
    assert sender.post(message).status == 200
    assert sender.post(message).problem == (409, "REC_CONFLICT", "conflict")


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_c13_a_booking_is_taken_back(sender: Sender, status: str) -> None:
    appointment = sender.book()
    assert sender.post(payloads.cancellation(appointment["id"], status)).status == 200
    assert sender.get(f"/Appointment/{appointment['id']}").body["status"] == status


def test_c14_a_booking_is_updated_and_may_move(sender: Sender) -> None:
    message = sender.booking()
    booked = sender.post(message).one("Appointment")
    path = f"/Appointment/{booked['id']}"
    old = part(message, "Slot")["id"]
    moved = with_reason(sender.booking(), "update")
    part(moved, "Appointment")["id"] = booked["id"]
    part(moved, "Appointment")["description"] = "moved"
    assert sender.post(moved).status == 200
    held = sender.get(path).body
    assert held["description"] == "moved"
    assert held["created"] == booked["created"]
    free = {slot["id"] for slot in sender.slots().all("Slot")}
    assert old in free
    assert part(moved, "Slot")["id"] not in free


@pytest.mark.parametrize(
    ("reason", "status"),
    [("new", "cancelled"), ("new", "proposed"), ("delete", "booked"), ("update", "arrived")],
)
def test_c15_no_other_booking_makes_sense(sender: Sender, reason: str, status: str) -> None:
    message = with_reason(with_status(sender.booking(), status, "Appointment"), reason)
    assert sender.post(message).problem == INVARIANT


def test_s1_an_update_does_not_undo_a_newer_one(sender: Sender) -> None:
    request = sender.refer(payloads.validation())
    update = payloads.validation(reason="update")
    part(update, "ServiceRequest")["id"] = request["id"]
    part(update, "ServiceRequest")["meta"]["lastUpdated"] = "2026-11-22T00:00:00Z"
    assert sender.post(update).problem == (409, "REC_CONFLICT", "conflict")


def test_the_rows_are_tried_after_ids_duplicates_and_version(sender: Sender) -> None:
    wrong = with_reason(referral(), "delete")
    del wrong["meta"]["versionId"]
    assert sender.post(wrong, X_Request_Id=None).problem == (400, "REC_BAD_REQUEST", "invalid")
    wrong["meta"]["versionId"] = "99.0.0"
    assert sender.post(wrong).status == 422
