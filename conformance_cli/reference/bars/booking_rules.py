"""Rules on what a booking brings, beyond being a booking (section BKG)."""

from __future__ import annotations

from conformance_cli.reference.bars.conduct import Check
from conformance_cli.reference.bars.json_paths import codes, every, instant, objects, text
from conformance_cli.reference.bars.outcomes import (
    Problem,
    conflict,
    invariant,
    not_found,
    required,
)
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.vocabulary import USE_CASES


def appointment_has_times(delivery: Delivery) -> Problem | None:
    """BARS-BKG-002, BARS-COM-021: start and end are moments, with any offset and precision."""
    appointment = delivery.message.appointment
    if instant(text(appointment, "start")) and instant(text(appointment, "end")):
        return None
    return required("Appointment needs start and end with an offset.")


def appointment_has_use_case(delivery: Delivery) -> Problem | None:
    """BARS-BKG-002: the service category says the use case."""
    codings = list(every(delivery.message.appointment, "serviceCategory", "coding"))
    if any(codes(codings, USE_CASES)):
        return None
    return required("Appointment.serviceCategory needs a use case.")


def appointment_has_patient(delivery: Delivery) -> Problem | None:
    """BARS-BKG-002: the Patient of the Bundle takes part, accepted."""
    for participant in objects(delivery.message.appointment, "participant"):
        actor = delivery.message.resolve(text(participant, "actor", "reference"))
        is_patient = text(actor, "resourceType") == "Patient"
        if is_patient and text(participant, "status") == "accepted":
            return None
    return invariant("Appointment.participant needs the Patient with status accepted.")


def appointment_has_slot(delivery: Delivery) -> Problem | None:
    """BARS-BKG-002: the Appointment takes the Slot of the Bundle."""
    if text(delivery.message.slot, "resourceType") == "Slot":
        return None
    return invariant("Appointment.slot does not point at the Slot.")


def slot_is_known(delivery: Delivery) -> Problem | None:
    """BARS-BKG-005: the slot is one that a search returned."""
    return None if delivery.slot else not_found("The slot is not known here.")


def slot_is_free(delivery: Delivery) -> Problem | None:
    """BARS-BKG-004, row C12: nobody else has the slot."""
    if delivery.slot is None or delivery.slot.status == "free" or _keeps_slot(delivery):
        return None
    return conflict("The slot is no longer free.")


def _keeps_slot(delivery: Delivery) -> bool:
    """Whether an update leaves the booking in the slot that it already has."""
    held = delivery.held
    return held is not None and held.slot_id == text(delivery.message.slot, "id")


def target_is_known(delivery: Delivery) -> Problem | None:
    """BARS-BKG-009: what is changed or taken back exists here."""
    return None if delivery.held else not_found("The resource to change is not known here.")


def change_is_not_stale(delivery: Delivery) -> Problem | None:
    """BARS-MSG-010, row S1: what is held here is not newer than the change."""
    held = delivery.held
    if held is None or not held.is_newer_than(*delivery.message.sent):
        return None
    return conflict("What is held here is newer than this message.")


def target_is_current(delivery: Delivery) -> Problem | None:
    """Cancellation: what is no longer current is not changed or taken back any more."""
    held = delivery.held
    if held is None or held.status in ("booked", "active", "on-hold"):
        return None
    return conflict("The resource to change is no longer current.")


BOOKING_CONTENT: tuple[Check, ...] = (
    appointment_has_times,
    appointment_has_use_case,
    appointment_has_patient,
    appointment_has_slot,
)
CHANGE_RULES: tuple[Check, ...] = (target_is_known, change_is_not_stale, target_is_current)
