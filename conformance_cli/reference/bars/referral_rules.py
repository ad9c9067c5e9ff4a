"""Rules on what a referral or a validation request brings (section REF)."""

from __future__ import annotations

from conformance_cli.reference.bars.conduct import Check
from conformance_cli.reference.bars.json_paths import codes, every, first, text, texts
from conformance_cli.reference.bars.outcomes import Problem, invariant, required
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.vocabulary import (
    ACT_CODES,
    CONSENT_CATEGORIES,
    CONSENT_SCOPES,
    SCENE_SAFETY_CODES,
    SCENE_SAFETY_PROFILE,
    USE_CASES,
)


def intent_is_plan(delivery: Delivery) -> Problem | None:
    """BARS-REF-002: the intent is always a plan."""
    if text(delivery.message.service_request, "intent") == "plan":
        return None
    return invariant("ServiceRequest.intent is not plan.")


def category_has_use_case(delivery: Delivery) -> Problem | None:
    """BARS-REF-002: the category holds the use case as well as the kind of request."""
    if any(codes(list(every(delivery.message.service_request, "category", "coding")), USE_CASES)):
        return None
    return required("ServiceRequest.category needs a use case.")


def request_is_dated(delivery: Delivery) -> Problem | None:
    """BARS-REF-002: a referral says when it was written."""
    if text(delivery.message.service_request, "authoredOn"):
        return None
    return required("ServiceRequest.authoredOn is missing.")


def request_is_linked(delivery: Delivery) -> Problem | None:
    """BARS-REF-002: subject, encounter, care plan, requester and performer are there."""
    wanted = (
        ("subject", ("Patient",)),
        ("encounter", ("Encounter",)),
        ("basedOn", ("CarePlan",)),
        ("requester", ("Practitioner", "PractitionerRole", "Organization")),
        ("performer", ("HealthcareService", "Organization", "PractitionerRole")),
    )
    for element, types in wanted:
        references = texts(delivery.message.service_request, element, "reference")
        targets = {text(delivery.message.resolve(r), "resourceType") for r in references}
        if targets.isdisjoint(types):
            return required(f"ServiceRequest.{element} does not point into the Bundle.")
    return None


def encounter_has_class(delivery: Delivery) -> Problem | None:
    """BARS-REF-006: the Encounter says of which class it is."""
    if any(codes(first(delivery.message.the("Encounter"), "class"), ACT_CODES)):
        return None
    return required("Encounter.class is missing.")


def encounter_has_journey(delivery: Delivery) -> Problem | None:
    """BARS-REF-006: the Encounter carries the id of the patient's journey."""
    if text(delivery.message.the("Encounter"), "episodeOfCare", "reference"):
        return None
    return required("Encounter.episodeOfCare is missing.")


def consent_is_complete(delivery: Delivery) -> Problem | None:
    """BARS-REF-007: direct care consent, implied, with its date."""
    consent = delivery.message.the("Consent")
    scopes = codes(list(every(consent, "scope", "coding")), CONSENT_SCOPES)
    categories = codes(list(every(consent, "category", "coding")), CONSENT_CATEGORIES)
    policies = codes(list(every(consent, "policyRule", "coding")), ACT_CODES)
    if (
        "patient-privacy" in scopes
        and "drc" in categories
        and "implied" in policies
        and text(consent, "dateTime")
    ):
        return None
    return required("Consent needs scope, category, policyRule and dateTime.")


def occurrence_is_bounded(delivery: Delivery) -> Problem | None:
    """BARS-REF-010: a validation request says from when to when it is wanted."""
    period = first(delivery.message.service_request, "occurrencePeriod")
    if text(period, "start") and text(period, "end"):
        return None
    return required("ServiceRequest.occurrencePeriod needs start and end.")


def scene_safety_is_complete(delivery: Delivery) -> Problem | None:
    """BARS-REF-011: a scene safety flag is active, categorised, coded and about somebody."""
    for flag in delivery.message.of("Flag"):
        if SCENE_SAFETY_PROFILE not in texts(flag, "meta", "profile"):
            continue
        complete = (
            text(flag, "status") == "active"
            and any(every(flag, "category", "coding"))
            and any(codes(list(every(flag, "code", "coding")), SCENE_SAFETY_CODES))
            and text(flag, "subject", "reference")
        )
        if not complete:
            return invariant("A scene safety Flag needs status active, category, code, subject.")
    return None


REQUEST_CONTENT: tuple[Check, ...] = (
    intent_is_plan,
    category_has_use_case,
    request_is_linked,
    encounter_has_class,
    encounter_has_journey,
    consent_is_complete,
    scene_safety_is_complete,
)
