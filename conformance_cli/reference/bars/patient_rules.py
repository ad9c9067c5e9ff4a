"""Rules on the Patient that a new booking or referral brings (BARS-REF-008)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance_cli.reference.bars.conduct import Check
from conformance_cli.reference.bars.json_paths import every, objects, text, texts
from conformance_cli.reference.bars.outcomes import Problem, invalid
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.vocabulary import (
    CONTACT_RANK,
    NHS_NUMBER,
    NHS_NUMBER_VERIFICATION,
    VERIFIED,
    same_system,
)

Json = Any


def nhs_number_is_verified(delivery: Delivery) -> Problem | None:
    """An NHS number says how it was verified; a patient without one is welcome."""
    for identifier in objects(delivery.message.the("Patient"), "identifier"):
        if not same_system(text(identifier, "system"), NHS_NUMBER):
            continue
        states = set(
            texts(list(_extensions(identifier, NHS_NUMBER_VERIFICATION)), *_VERIFICATION_CODE)
        )
        if not states & VERIFIED:
            return invalid("An NHS number needs its verification status.")
    return None


def contact_has_phone(delivery: Delivery) -> Problem | None:
    """Somebody can be called."""
    if "phone" in texts(list(_contacts(delivery)), "telecom", "system"):
        return None
    return invalid("Patient.contact needs a phone number.")


def contacts_are_ranked(delivery: Delivery) -> Problem | None:
    """Every contact has a rank, and exactly one of them comes first."""
    ranks = [_rank(contact) for contact in _contacts(delivery)]
    if None not in ranks and ranks.count(1) == 1:
        return None
    return invalid("Every Patient.contact needs a rank, and exactly one of them rank 1.")


def telecoms_are_ranked(delivery: Delivery) -> Problem | None:
    """Every way to reach a contact has a rank, and exactly one of them comes first."""
    for contact in _contacts(delivery):
        ranks = [telecom.get("rank") for telecom in objects(contact, "telecom")]
        if ranks and (None in ranks or ranks.count(1) != 1):
            return invalid("Every telecom of a contact needs a rank, exactly one of them rank 1.")
    return None


def contacts_are_related(delivery: Delivery) -> Problem | None:
    """Every contact says what it is to the patient."""
    if all(any(objects(contact, "relationship")) for contact in _contacts(delivery)):
        return None
    return invalid("Every Patient.contact needs a relationship.")


PATIENT_RULES: tuple[Check, ...] = (
    nhs_number_is_verified,
    contact_has_phone,
    contacts_are_ranked,
    telecoms_are_ranked,
    contacts_are_related,
)

_VERIFICATION_CODE = ("valueCodeableConcept", "coding", "code")


def _contacts(delivery: Delivery) -> Iterator[dict[str, Json]]:
    return objects(delivery.message.the("Patient"), "contact")


def _extensions(element: Json, url: str) -> Iterator[Json]:
    return (e for e in every(element, "extension") if text(e, "url") == url)


def _rank(contact: Json) -> Json:
    extension: Json = next(_extensions(contact, CONTACT_RANK), None)
    return extension.get("valuePositiveInt") if isinstance(extension, dict) else None
