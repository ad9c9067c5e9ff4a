"""Faults in the decision table (BARS-WF)."""

from __future__ import annotations

from conformance_cli.reference.bars import decisions
from conformance_cli.reference.bars.conduct import Outgoing, Workflow
from conformance_cli.reference.bars.json_paths import text
from conformance_cli.reference.bars.planted import (
    Plant,
    Which,
    acknowledged,
    breaking,
    deciding,
    delivered,
    planted,
)
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.vocabulary import Category, Event, Reason


def _never(_: Delivery) -> bool:
    return False


def _refusing(row: str, condition: Which, status: str) -> Plant:
    """A row that no longer takes one of its states of the focus."""

    def narrower(delivery: Delivery) -> bool:
        return condition(delivery) and text(delivery.message.focus, "status") != status

    return deciding(row, when=narrower)


def _starts(delivery: Delivery, category: Category) -> bool:
    message = delivery.message
    return (
        (message.event, message.reason) == (Event.SERVICE_REQUEST, Reason.NEW)
        and message.category == category
        and text(message.service_request, "status") == "active"
    )


def _validation_with_any_care_plan(delivery: Delivery) -> bool:
    states = ("triaged", "in-progress")
    encounter = text(delivery.message.the("Encounter"), "status")
    return _starts(delivery, Category.VALIDATION) and encounter in states


def _validation_in_any_encounter(delivery: Delivery) -> bool:
    care_plan = text(delivery.message.the("CarePlan"), "status")
    return _starts(delivery, Category.VALIDATION) and care_plan == "active"


def _referral_in_any_encounter(delivery: Delivery) -> bool:
    care_plan = text(delivery.message.the("CarePlan"), "status")
    return _starts(delivery, Category.REFERRAL) and care_plan == "completed"


def _deletes_request(delivery: Delivery) -> bool:
    message = delivery.message
    return (message.event, message.reason) == (Event.SERVICE_REQUEST, Reason.DELETE)


def _is_of_unknown_category(delivery: Delivery) -> bool:
    message = delivery.message
    unknown = bool(message.category) and message.category not in set(Category)
    return message.event == Event.SERVICE_REQUEST and unknown


def _proposes_booking(delivery: Delivery) -> bool:
    message = delivery.message
    proposed = text(message.appointment, "status") == "proposed"
    return (message.event, message.reason) == (Event.BOOKING_REQUEST, Reason.NEW) and proposed


def _updated_booking(outgoing: Outgoing) -> bool:
    if not acknowledged(Event.BOOKING_REQUEST)(outgoing):
        return False
    message = delivered(outgoing).message
    return message.reason == Reason.UPDATE and text(message.focus, "status") == "booked"


WORKFLOW_FAULTS = (
    planted(
        "accepts-validation-with-any-care-plan",
        "A validation request whose care plan is completed is processed.",
        "WF-C1",
        deciding("C1", when=_validation_with_any_care_plan),
    ),
    planted(
        "accepts-validation-in-any-encounter",
        "A validation request whose encounter is only planned is processed.",
        "WF-C1",
        deciding("C1", when=_validation_in_any_encounter),
    ),
    planted(
        "accepts-referral-in-any-encounter",
        "A referral whose encounter is only planned is processed.",
        "WF-C2",
        deciding("C2", when=_referral_in_any_encounter),
    ),
    planted(
        "refuses-validation-entered-in-error",
        "A validation request that was entered in error cannot be taken back.",
        "WF-C3",
        _refusing("C3", decisions.is_cancelled_validation, "entered-in-error"),
    ),
    planted(
        "refuses-validation-on-hold",
        "A validation request cannot be put on hold.",
        "WF-C4",
        _refusing("C4", decisions.is_updated_validation, "on-hold"),
    ),
    planted(
        "refuses-missed-referral",
        "A response that the patient did not attend is refused.",
        "WF-C8",
        deciding("C8", when=_never),
    ),
    planted(
        "refuses-interim-response",
        "An interim response to a validation request is refused.",
        "WF-C9",
        deciding("C9", when=_never),
    ),
    planted(
        "refuses-final-response",
        "A final response to a validation request is refused.",
        "WF-C10",
        deciding("C10", when=_never),
    ),
    planted(
        "refuses-rejecting-response",
        "A response that rejects a validation request is refused.",
        "WF-C11",
        deciding("C11", when=_never),
    ),
    planted(
        "refuses-booking-entered-in-error",
        "A booking that was entered in error cannot be taken back.",
        "WF-C13",
        _refusing("C13", decisions.is_cancelled_booking, "entered-in-error"),
    ),
    planted(
        "breaks-on-update-of-booking",
        "An update of a booking that stays booked is answered with 500.",
        "WF-C14",
        breaking(_updated_booking),
    ),
    planted(
        "takes-deleted-request-for-new",
        "A request with the reason delete is processed as a new one.",
        "WF-C15",
        deciding("delete", _deletes_request, Workflow.NEW_REFERRAL),
    ),
    planted(
        "takes-unknown-category-for-referral",
        "A request of an unknown category is processed as a referral.",
        "WF-C15",
        deciding("unknown category", _is_of_unknown_category, Workflow.NEW_REFERRAL),
    ),
    planted(
        "books-proposed-appointments",
        "An appointment that is only proposed is booked.",
        "WF-C15",
        deciding("proposed", _proposes_booking, Workflow.NEW_BOOKING),
    ),
)
