"""Pointers: the DocumentReferences by which a registry finds bookings and referrals."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars.json_paths import identifiers, objects, text
from conformance_cli.reference.bars.services import PROVIDER, URGENT_CARE, described
from conformance_cli.reference.bars.store import Record, Records
from conformance_cli.reference.bars.vocabulary import (
    APPOINTMENT_RECORD,
    NHS_NUMBER,
    ODS_CODE,
    REFERRAL_RECORD,
    RESOURCE_ID,
    SERVICE_ID,
    SNOMED,
)

Json = Any

_TYPES = {
    "Appointment": (APPOINTMENT_RECORD, "Appointment (record artifact)"),
    "ServiceRequest": (REFERRAL_RECORD, "Referral letter"),
}


def is_wanted(record: Record) -> bool:
    """Whether a record should be found through the registry: it is current, and whose is known."""
    current = record.status in ("booked", "active", "on-hold")
    return current and bool(record.person.nhs_number)


def pointer(record: Record, pointer_id: str, now: str) -> Json:
    """The DocumentReference that points at a record."""
    resource = record.resource
    code, display = _TYPES[text(resource, "resourceType")]
    custodian = {"identifier": {"system": ODS_CODE, "value": PROVIDER}}
    period = {name: resource[name] for name in ("start", "end") if name in resource}
    return described(
        "DocumentReference",
        pointer_id,
        now,
        identifier=[
            {"system": RESOURCE_ID, "value": record.id},
            {"system": SERVICE_ID, "value": URGENT_CARE.id},
        ],
        status="current",
        type={"coding": [{"system": SNOMED, "code": code, "display": display}]},
        subject={"identifier": {"system": NHS_NUMBER, "value": record.person.nhs_number}},
        date=now,
        author=[custodian],
        custodian=custodian,
        content=[
            {
                "attachment": {
                    "contentType": "application/fhir+json",
                    "url": f"{text(resource, 'resourceType')}/{record.id}",
                }
            }
        ],
        **({"context": {"period": period}} if period else {}),
    )


def pointer_to(documents: Records, resource_id: str) -> Record | None:
    """The pointer at a resource, if the registry has one."""
    for document in documents:
        if resource_id in identifiers(list(objects(document.resource, "identifier")), RESOURCE_ID):
            return document
    return None
