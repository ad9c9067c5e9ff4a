"""Faults in booking and cancelling (BARS-BKG)."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars import booking_rules
from conformance_cli.reference.bars.body_changes import dropping
from conformance_cli.reference.bars.conduct import Outgoing, Workflow
from conformance_cli.reference.bars.json_paths import text
from conformance_cli.reference.bars.outcomes import (
    Problem,
    conflict,
    required,
)
from conformance_cli.reference.bars.planted import (
    acknowledged,
    acknowledging,
    at,
    breaking,
    delivered,
    ignoring,
    insisting,
    misreporting,
    planted,
    refused_message,
    replying,
    reshaping,
)
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.store import Person
from conformance_cli.reference.bars.vocabulary import Event, Reason

Json = Any

_READ = at("/Appointment", 200, below=True)
_REFERRAL_READ = at("/ServiceRequest", 200, below=True)


def nhs_number_is_there(delivery: Delivery) -> Problem | None:
    """What no receiver may insist on: that the patient has an NHS number."""
    if Person.of(delivery.message.the("Patient")).nhs_number:
        return None
    return required("The patient has no NHS number.")


def _new_booking(outgoing: Outgoing) -> bool:
    if not acknowledged(Event.BOOKING_REQUEST)(outgoing):
        return False
    return delivered(outgoing).message.reason == Reason.NEW


def _still_booked(body: Json) -> None:
    if body.get("status") == "cancelled":
        body["status"] = "booked"


def _has_impossible_status(delivery: Delivery) -> bool:
    message = delivery.message
    is_update = (message.event, message.reason) == (Event.BOOKING_REQUEST, Reason.UPDATE)
    known = ("booked", "cancelled", "entered-in-error")
    return is_update and text(message.appointment, "status") not in known


def _has_other_reason_to_cancel(delivery: Delivery) -> bool:
    message = delivery.message
    return (
        message.event == Event.BOOKING_REQUEST
        and message.reason in (Reason.NEW, Reason.DELETE)
        and text(message.appointment, "status") == "cancelled"
    )


def _books_no_slot(delivery: Delivery) -> bool:
    message = delivery.message
    is_new = (message.event, message.reason) == (Event.BOOKING_REQUEST, Reason.NEW)
    return is_new and bool(message.appointment) and "slot" not in message.appointment


def _patient_has_no_open_booking(delivery: Delivery) -> Problem | None:
    """The toolkit's rule for its stateful patient, which the standard does not have.

    Messages that are unusual in anything else are let pass, so that only the booking
    itself can be blamed.
    """
    number = Person.of(delivery.message.the("Patient")).nhs_number
    usual = delivery.call.header("use-context").endswith("|booking-request|new")
    in_utc = text(delivery.message.bundle, "timestamp").endswith(("Z", "+00:00"))
    held = delivery.receiver.appointments
    if (
        usual
        and in_utc
        and any(record.status == "booked" and number == record.person.nhs_number for record in held)
    ):
        return conflict("The patient has an open booking.")
    return None


BOOKING_FAULTS = (
    planted(
        "answers-bookings-with-created",
        "A new booking is answered with 201.",
        "BKG-001 TI-003",
        replying(_new_booking, status=201),
    ),
    planted(
        "accepts-booking-without-times",
        "A booking without start or end is processed.",
        "BKG-002",
        ignoring(booking_rules.appointment_has_times),
    ),
    planted(
        "accepts-booking-without-patient",
        "A booking in which the patient does not take part is processed.",
        "BKG-002",
        ignoring(booking_rules.appointment_has_patient),
    ),
    planted(
        "accepts-booking-without-slot",
        "A booking that names no slot is acknowledged.",
        "BKG-002",
        acknowledging(_books_no_slot),
    ),
    planted(
        "omits-created",
        "An Appointment does not say when it was made.",
        "BKG-002",
        reshaping(_READ, dropping("created")),
    ),
    planted(
        "omits-participants",
        "An Appointment does not say whose it is.",
        "BKG-002",
        reshaping(_READ, dropping("participant")),
    ),
    planted(
        "needs-nhs-number-to-book",
        "A booking for a patient without an NHS number is refused.",
        "BKG-003",
        insisting(Workflow.NEW_BOOKING, nhs_number_is_there),
    ),
    planted(
        "accepts-taken-slot",
        "A slot that is booked can be booked again.",
        "BKG-004",
        ignoring(booking_rules.slot_is_free),
    ),
    planted(
        "calls-taken-slot-not-found",
        "A booking of a taken slot is refused with 404.",
        "BKG-004",
        misreporting(
            booking_rules.slot_is_free, status=404, code="REC_NOT_FOUND", issue="not-found"
        ),
    ),
    planted(
        "accepts-unknown-slot",
        "A slot that is not in the diary can be booked.",
        "BKG-005",
        ignoring(booking_rules.slot_is_known),
    ),
    planted(
        "forgets-referral-of-booking",
        "An Appointment does not say on which referral it is based.",
        "BKG-006",
        reshaping(_READ, dropping("basedOn")),
    ),
    planted(
        "forgets-booking-of-referral",
        "A ServiceRequest does not say which booking it supports.",
        "BKG-006",
        reshaping(_REFERRAL_READ, dropping("supportingInfo")),
    ),
    planted(
        "still-shows-cancelled-booking",
        "A cancelled Appointment is still returned as booked.",
        "BKG-007",
        reshaping(_READ, _still_booked),
    ),
    planted(
        "accepts-cancellation-of-nothing",
        "A cancellation of a booking that does not exist is acknowledged.",
        "BKG-009",
        ignoring(booking_rules.target_is_known),
    ),
    planted(
        "accepts-impossible-appointment-status",
        "An update of a booking to a status that none can have is acknowledged.",
        "BKG-010",
        acknowledging(_has_impossible_status),
    ),
    planted(
        "refuses-second-booking",
        "A patient with an open booking cannot book another one.",
        "BKG-011",
        insisting(Workflow.NEW_BOOKING, _patient_has_no_open_booking),
    ),
    planted(
        "breaks-on-other-reasons-to-cancel",
        "A cancellation with another reason than update is answered with 500.",
        "BKG-012",
        breaking(refused_message(_has_other_reason_to_cancel)),
    ),
)
