"""What a booking brings, and what becomes of it (BARS-BKG)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.reference import payloads
from tests.reference.payloads import part
from tests.reference.sender import Sender

Json = Any
NOT_FOUND = (404, "REC_NOT_FOUND", "not-found")
CONFLICT = (409, "REC_CONFLICT", "conflict")


def test_a_booked_appointment_can_be_read_with_id_and_created(sender: Sender) -> None:
    message = sender.booking()
    sent = part(message, "Appointment")
    sent["created"] = "1999-01-01T00:00:00Z"
    given = sender.post(message).one("Appointment")
    held = sender.get(f"/Appointment/{given['id']}").body
    assert (held["status"], held["start"], held["end"]) == ("booked", sent["start"], sent["end"])
    assert held["slot"] == [{"reference": f"Slot/{part(message, 'Slot')['id']}"}]
    assert held["serviceCategory"] == sent["serviceCategory"]
    assert held["participant"][0]["actor"]["reference"].startswith("Patient/")
    assert held["participant"][0]["actor"]["identifier"]["value"] == payloads.PATIENT
    assert held["created"] == "2026-11-23T10:00:00.000+00:00"
    assert held["meta"]["versionId"] == "1"


def test_ids_that_a_sender_gives_are_not_used(sender: Sender) -> None:
    message, chosen = sender.booking(), str(uuid4())
    part(message, "Appointment")["id"] = chosen
    assert sender.post(message).one("Appointment")["id"] != chosen


def test_a_slot_comes_back_busy(sender: Sender) -> None:
    assert sender.post(sender.booking()).one("Slot")["status"] == "busy"


@pytest.mark.parametrize(
    ("missing", "issue"),
    [
        ("start", "required"),
        ("end", "required"),
        ("serviceCategory", "required"),
        ("participant", "invariant"),
        ("slot", "invariant"),
    ],
)
def test_a_booking_without_what_it_needs_is_refused(
    sender: Sender, missing: str, issue: str
) -> None:
    message = sender.booking()
    del part(message, "Appointment")[missing]
    assert sender.post(message).problem == (400, "REC_BAD_REQUEST", issue)


def test_the_patient_must_have_accepted(sender: Sender) -> None:
    message = sender.booking()
    part(message, "Appointment")["participant"][0]["status"] = "tentative"
    assert sender.post(message).problem == (400, "REC_BAD_REQUEST", "invariant")


def test_a_patient_without_nhs_number_is_welcome(sender: Sender) -> None:
    appointment = sender.book(nhs_number=None)
    assert "identifier" not in appointment["participant"][0]["actor"]


def test_an_unknown_slot_cannot_be_booked(sender: Sender) -> None:
    message = sender.booking()
    part(message, "Slot")["id"] = str(uuid4())
    assert sender.post(message).problem == NOT_FOUND


def test_times_keep_the_offset_that_they_were_sent_with(sender: Sender) -> None:
    message = sender.booking()
    part(message, "Appointment")["start"] = "2026-11-24T10:00:00.1234567+01:00"
    given = sender.post(message).one("Appointment")["id"]
    held = sender.get(f"/Appointment/{given}").body
    assert held["start"] == "2026-11-24T10:00:00.1234567+01:00"


def test_a_booking_says_on_which_referral_it_is_based(sender: Sender) -> None:
    referral, message = sender.refer(), sender.booking()
    based_on = [{"reference": f"ServiceRequest/{referral['id']}"}]
    part(message, "Appointment")["basedOn"] = based_on
    given = sender.post(message).one("Appointment")["id"]
    assert sender.get(f"/Appointment/{given}").body["basedOn"] == based_on


def test_a_referral_says_which_booking_it_supports(sender: Sender) -> None:
    appointment, message = sender.book(), payloads.referral()
    supporting = [{"reference": f"Appointment/{appointment['id']}", "display": "Booking"}]
    part(message, "ServiceRequest")["supportingInfo"] = supporting
    assert sender.refer(message)["supportingInfo"] == supporting


def test_a_cancelled_booking_keeps_what_was_booked(sender: Sender) -> None:
    before = sender.book()
    assert sender.post(payloads.cancellation(before["id"])).status == 200
    after = sender.get(f"/Appointment/{before['id']}").body
    assert after["status"] == "cancelled"
    assert after["meta"]["versionId"] == "2"
    for kept in ("start", "end", "slot", "created", "participant"):
        assert after[kept] == before[kept]


def test_former_versions_are_kept(sender: Sender) -> None:
    before = sender.book()
    path = f"/Appointment/{before['id']}"
    sender.post(payloads.cancellation(before["id"]))
    assert sender.get(f"{path}/_history/1").body == before
    assert sender.get(f"{path}/_history/2").body == sender.get(path).body
    assert sender.get(f"{path}/_history/3").problem == NOT_FOUND


def test_a_cancellation_may_name_the_appointment_by_full_url_only(sender: Sender) -> None:
    appointment = sender.book()
    message = payloads.cancellation(appointment["id"])
    del part(message, "Appointment")["id"]
    full_url = f"urn:uuid:{appointment['id']}"
    message["entry"][1]["fullUrl"] = full_url
    part(message, "MessageHeader")["focus"] = [{"reference": full_url}]
    assert sender.post(message).status == 200


def test_what_does_not_exist_cannot_be_cancelled(sender: Sender) -> None:
    assert sender.post(payloads.cancellation(str(uuid4()))).problem == NOT_FOUND


def test_what_is_no_longer_current_cannot_be_cancelled_again(sender: Sender) -> None:
    message = payloads.cancellation(sender.book()["id"])
    assert sender.post(message).status == 200
    assert sender.post(message).problem == CONFLICT


def test_a_patient_can_book_again_before_and_after_cancelling(sender: Sender) -> None:
    first, second = sender.book(), sender.book()
    assert sender.post(payloads.cancellation(first["id"])).status == 200
    assert sender.book()["slot"] == first["slot"]
    assert sender.get(f"/Appointment/{second['id']}").body["status"] == "booked"


def test_sixty_bookings_and_cancellations_leave_as_many_slots_as_before(sender: Sender) -> None:
    before = sender.slots().body["total"]
    for _ in range(60):
        assert sender.post(payloads.cancellation(sender.book()["id"])).status == 200
    assert sender.slots().body["total"] == before
