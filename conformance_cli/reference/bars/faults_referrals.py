"""Faults in what referrals and validation requests must bring (BARS-REF)."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars import bundle_rules, decisions, patient_rules, referral_rules
from conformance_cli.reference.bars.body_changes import resources
from conformance_cli.reference.bars.conduct import Outgoing, Workflow
from conformance_cli.reference.bars.faults_bookings import nhs_number_is_there
from conformance_cli.reference.bars.json_paths import text
from conformance_cli.reference.bars.outcomes import Problem, not_supported
from conformance_cli.reference.bars.planted import (
    Where,
    acknowledged,
    acknowledging,
    at,
    deciding,
    delivered,
    ignoring,
    insisting,
    planted,
    replying,
    reshaping,
)
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.vocabulary import Category, Event, Reason

Json = Any

_READ = at("/ServiceRequest", 200, below=True)


def _accepted(category: Category) -> Where:
    def where(outgoing: Outgoing) -> bool:
        if not acknowledged(Event.SERVICE_REQUEST)(outgoing):
            return False
        message = delivered(outgoing).message
        return message.reason == Reason.NEW and message.category == category

    return where


def _is_referral(delivery: Delivery) -> bool:
    message = delivery.message
    return (message.event, message.reason, message.category) == (
        Event.SERVICE_REQUEST,
        Reason.NEW,
        Category.REFERRAL,
    )


def _starts_in_any_status(delivery: Delivery) -> bool:
    return decisions.is_new_referral(delivery) or (
        _is_referral(delivery) and text(delivery.message.service_request, "status") != "active"
    )


def _starts_with_active_care_plan(delivery: Delivery) -> bool:
    return decisions.is_new_referral(delivery) or (
        _is_referral(delivery) and text(delivery.message.the("CarePlan"), "status") == "active"
    )


def _has_no_subject(delivery: Delivery) -> bool:
    request = delivery.message.service_request
    return _is_referral(delivery) and "subject" not in request


def _lose_journey(body: Json) -> None:
    for encounter in resources(body, "Encounter"):
        if encounter.get("status") == "planned":
            encounter["episodeOfCare"] = [{"reference": "EpisodeOfCare/another-journey"}]


def _has_one_organization(delivery: Delivery) -> bool:
    return len(list(delivery.message.of("Organization"))) == 1


def _has_no_location(delivery: Delivery) -> bool:
    return not any(delivery.message.of("Location"))


def _there_is_no_flag(delivery: Delivery) -> Problem | None:
    if not any(delivery.message.of("Flag")):
        return None
    return not_supported("Flags are not supported.")


def _show_active(body: Json) -> None:
    if "referral" in str(body.get("category")):
        body["status"] = "active"


REFERRAL_FAULTS = (
    planted(
        "answers-referrals-with-created",
        "A new referral is answered with 201.",
        "REF-001 TI-003",
        replying(_accepted(Category.REFERRAL), status=201),
    ),
    planted(
        "accepts-referral-of-any-intent",
        "A referral that is no plan is processed.",
        "REF-002",
        ignoring(referral_rules.intent_is_plan),
    ),
    planted(
        "accepts-referral-without-date",
        "A referral that does not say when it was written is processed.",
        "REF-002",
        ignoring(referral_rules.request_is_dated),
    ),
    planted(
        "accepts-referral-without-subject",
        "A referral that does not say whom it is about is acknowledged.",
        "REF-002",
        acknowledging(_has_no_subject),
    ),
    planted(
        "accepts-referral-of-any-status",
        "A new referral that is not active is processed.",
        "REF-003",
        deciding("C2", when=_starts_in_any_status),
    ),
    planted(
        "accepts-referral-with-active-care-plan",
        "A referral whose care plan is still active is processed.",
        "REF-004",
        deciding("C2", when=_starts_with_active_care_plan),
    ),
    planted(
        "still-shows-withdrawn-referral",
        "A referral that was withdrawn is still returned as active.",
        "REF-005",
        reshaping(_READ, _show_active),
    ),
    planted(
        "refuses-referral-entered-in-error",
        "A referral that was entered in error cannot be taken back.",
        "REF-005",
        deciding(
            "C5",
            when=lambda delivery: (
                decisions.is_cancelled_referral(delivery)
                and text(delivery.message.service_request, "status") == "revoked"
            ),
        ),
    ),
    planted(
        "loses-journey",
        "The Encounter that is planned for a request belongs to another journey.",
        "REF-006",
        reshaping(acknowledged(Event.SERVICE_REQUEST), _lose_journey),
    ),
    planted(
        "accepts-incomplete-consent",
        "A request with a Consent of no scope is processed.",
        "REF-007",
        ignoring(referral_rules.consent_is_complete),
    ),
    planted(
        "accepts-contacts-of-equal-rank",
        "A patient of whom two contacts come first is accepted.",
        "REF-008",
        ignoring(patient_rules.contacts_are_ranked),
    ),
    planted(
        "accepts-one-organization",
        "A request with a single Organization is processed.",
        "REF-009",
        ignoring(bundle_rules.cardinalities_are_met, when=_has_one_organization),
    ),
    planted(
        "answers-validations-with-created",
        "A new validation request is answered with 201.",
        "REF-010",
        replying(_accepted(Category.VALIDATION), status=201),
    ),
    planted(
        "accepts-validation-without-location",
        "A validation request that does not say where the incident is is processed.",
        "REF-010",
        ignoring(bundle_rules.cardinalities_are_met, when=_has_no_location),
    ),
    planted(
        "accepts-validation-without-end",
        "A validation request that does not say until when it is wanted is processed.",
        "REF-010",
        ignoring(referral_rules.occurrence_is_bounded),
    ),
    planted(
        "refuses-flags",
        "A validation request with a flag is refused.",
        "REF-011",
        insisting(Workflow.NEW_VALIDATION, _there_is_no_flag),
    ),
    planted(
        "needs-nhs-number-to-refer",
        "A referral of a patient without an NHS number is refused.",
        "REF-012",
        insisting(Workflow.NEW_REFERRAL, nhs_number_is_there),
    ),
)
