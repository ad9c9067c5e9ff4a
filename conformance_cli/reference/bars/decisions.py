"""The decision table of a receiver: what a message asks for, by its workflow variables.

Rows are those of the published algorithm for processing bundles, in its order; the
names C1 to C15 are the rows of the profile's section WF.
"""

from __future__ import annotations

from conformance_cli.reference.bars.conduct import Decision, Workflow
from conformance_cli.reference.bars.json_paths import text
from conformance_cli.reference.bars.outcomes import invariant, not_found
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.vocabulary import Category, Event, Reason

#: Status of a service request that is taken back.
WITHDRAWN = ("revoked", "entered-in-error")
#: Status of an appointment that is taken back.
CANCELLED = ("cancelled", "entered-in-error")
#: The algorithm says "complete", which FHIR R4 spells "finished".
_CONCLUDED = ("triaged", "complete", "finished")
#: A validation response brings at most the requester's, the receiver's and one more.
_MOST_ENCOUNTERS = 3


def _is_request(delivery: Delivery, reason: Reason, category: Category) -> bool:
    message = delivery.message
    return (message.event, message.reason, message.category) == (
        Event.SERVICE_REQUEST,
        reason,
        category,
    )


def _starts(delivery: Delivery, care_plan: str, encounter: tuple[str, ...]) -> bool:
    message = delivery.message
    return (
        text(message.service_request, "status") == "active"
        and text(message.the("CarePlan"), "status") == care_plan
        and text(message.the("Encounter"), "status") in encounter
    )


def is_new_validation(delivery: Delivery) -> bool:
    """C1: a validation request starts, with its care plan still active."""
    return _is_request(delivery, Reason.NEW, Category.VALIDATION) and _starts(
        delivery, "active", ("triaged", "in-progress")
    )


def is_new_referral(delivery: Delivery) -> bool:
    """C2: a referral starts, with its care plan completed."""
    return _is_request(delivery, Reason.NEW, Category.REFERRAL) and _starts(
        delivery, "completed", ("triaged", "finished")
    )


def is_cancelled_validation(delivery: Delivery) -> bool:
    """C3: a validation request is taken back."""
    return (
        _is_request(delivery, Reason.UPDATE, Category.VALIDATION)
        and text(delivery.message.service_request, "status") in WITHDRAWN
    )


def is_updated_validation(delivery: Delivery) -> bool:
    """C4: a validation request changes."""
    return _is_request(delivery, Reason.UPDATE, Category.VALIDATION) and text(
        delivery.message.service_request, "status"
    ) in ("active", "on-hold")


def is_cancelled_referral(delivery: Delivery) -> bool:
    """C5: a referral is taken back."""
    return (
        _is_request(delivery, Reason.UPDATE, Category.REFERRAL)
        and text(delivery.message.service_request, "status") in WITHDRAWN
    )


def is_response_to_nothing(delivery: Delivery) -> bool:
    """C6: a response does not say what it responds to, or not that it went well."""
    response = delivery.message.header.get("response")
    return delivery.message.event == Event.SERVICE_RESPONSE and not (
        text(response, "identifier") and text(response, "code") == "ok"
    )


def is_response_to_unknown(delivery: Delivery) -> bool:
    """C7: a response to a message that nobody here knows."""
    return delivery.message.event == Event.SERVICE_RESPONSE and not delivery.answers_known_message


def _is_response(
    delivery: Delivery, category: Category, status: str, reasons: tuple[Reason, ...]
) -> bool:
    message = delivery.message
    return (
        message.event == Event.SERVICE_RESPONSE
        and message.category == category
        and text(message.service_request, "status") == status
        and message.reason in reasons
    )


def is_missed_referral(delivery: Delivery) -> bool:
    """C8: the patient of a referral did not attend."""
    return _is_response(delivery, Category.REFERRAL, "revoked", (Reason.NEW,))


def is_interim_validation(delivery: Delivery) -> bool:
    """C9: a validation is being worked on elsewhere."""
    encounters = list(delivery.message.of("Encounter"))
    local = any(delivery.receiver.identities.minted(text(e, "id")) for e in encounters)
    return (
        _is_response(delivery, Category.VALIDATION, "active", (Reason.NEW,))
        and not local
        and len(encounters) <= _MOST_ENCOUNTERS
        and _focus_encounter_is(delivery, ("in-progress",))
    )


def is_final_validation(delivery: Delivery) -> bool:
    """C10: a validation is done."""
    return _is_response(
        delivery, Category.VALIDATION, "completed", (Reason.NEW, Reason.UPDATE)
    ) and _focus_encounter_is(delivery, _CONCLUDED)


def is_rejected_validation(delivery: Delivery) -> bool:
    """C11: a validation request is turned down."""
    return _is_response(
        delivery, Category.VALIDATION, "revoked", (Reason.NEW, Reason.UPDATE)
    ) and _focus_encounter_is(delivery, ("triaged",))


def _focus_encounter_is(delivery: Delivery, statuses: tuple[str, ...]) -> bool:
    focus = delivery.message.focus
    return delivery.message.focus_type == "Encounter" and text(focus, "status") in statuses


def _is_booking(delivery: Delivery, reason: Reason, statuses: tuple[str, ...]) -> bool:
    message = delivery.message
    return (
        message.event == Event.BOOKING_REQUEST
        and message.reason == reason
        and text(message.appointment, "status") in statuses
    )


def is_new_booking(delivery: Delivery) -> bool:
    """C12: a slot is booked.  Whether it is free is a content rule of the workflow."""
    return _is_booking(delivery, Reason.NEW, ("booked",))


def is_cancelled_booking(delivery: Delivery) -> bool:
    """C13: a booking is taken back."""
    return _is_booking(delivery, Reason.UPDATE, CANCELLED)


def is_updated_booking(delivery: Delivery) -> bool:
    """C14: a booking changes."""
    return _is_booking(delivery, Reason.UPDATE, ("booked",))


#: C15: what a message is told that no row describes.
NO_WORKFLOW = invariant("Event, reason and statuses are no workflow of the standard.")

DECISIONS: tuple[Decision, ...] = (
    Decision("C1", is_new_validation, Workflow.NEW_VALIDATION),
    Decision("C2", is_new_referral, Workflow.NEW_REFERRAL),
    Decision("C3", is_cancelled_validation, Workflow.CANCELLED_VALIDATION),
    Decision("C4", is_updated_validation, Workflow.UPDATED_VALIDATION),
    Decision("C5", is_cancelled_referral, Workflow.CANCELLED_REFERRAL),
    Decision(
        "C6",
        is_response_to_nothing,
        invariant("A response needs response.identifier and response.code ok."),
    ),
    Decision("C7", is_response_to_unknown, not_found("The request responded to is not known.")),
    Decision("C8", is_missed_referral, Workflow.MISSED_REFERRAL),
    Decision("C9", is_interim_validation, Workflow.INTERIM_VALIDATION),
    Decision("C10", is_final_validation, Workflow.FINAL_VALIDATION),
    Decision("C11", is_rejected_validation, Workflow.REJECTED_VALIDATION),
    Decision("C12", is_new_booking, Workflow.NEW_BOOKING),
    Decision("C13", is_cancelled_booking, Workflow.CANCELLED_BOOKING),
    Decision("C14", is_updated_booking, Workflow.UPDATED_BOOKING),
)
