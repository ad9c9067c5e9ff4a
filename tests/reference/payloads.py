"""Messages that a BaRS receiver must accept, built the way a sender builds them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from uuid import uuid4

from conformance_cli.reference.bars.services import URGENT_CARE
from conformance_cli.reference.bars.vocabulary import (
    ACT_CODES,
    BUNDLE_PROFILE,
    CATEGORIES,
    CONSENT_CATEGORIES,
    CONSENT_SCOPES,
    CONTACT_RANK,
    EVENTS,
    MESSAGE_DEFINITIONS,
    NHS_NUMBER,
    NHS_NUMBER_VERIFICATION,
    ODS_CODE,
    REASONS,
    SCENE_SAFETY_CODES,
    SCENE_SAFETY_PROFILE,
    SERVICE_ID,
    USE_CASES,
)

Json = Any

SENT = "2026-11-23T09:59:00+00:00"
PATIENT = "9990000107"
OTHER_PATIENT = "9990000115"


def encoded(value: Json) -> str:
    return b64encode(json.dumps(value).encode()).decode()


def target(service: str = URGENT_CARE.id) -> str:
    return encoded({"system": SERVICE_ID, "value": service})


def organisation(ods_code: str = "RSEND") -> str:
    identifier = [{"system": ODS_CODE, "value": ods_code}]
    return encoded({"resourceType": "Organization", "identifier": identifier, "name": "Sender"})


def headers(**changes: str | None) -> dict[str, str]:
    """Headers of a good request; ``X_Request_Id=None`` leaves one out."""
    good: dict[str, str | None] = {
        "Accept": "application/fhir+json; version=1.0.0",
        "X-Request-Id": str(uuid4()),
        "X-Correlation-Id": str(uuid4()),
        "NHSD-Target-Identifier": target(),
        "NHSD-End-User-Organisation": organisation(),
    }
    good |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in good.items() if value is not None}


def coding(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def resource(resource_type: str, **elements: Json) -> Json:
    return {"resourceType": resource_type, "meta": {"lastUpdated": SENT}, **elements}


def ref(name: str) -> Json:
    return {"reference": f"urn:uuid:{IDS[name]}"}


IDS = {
    name: f"00000000-0000-4000-8000-{number:012d}"
    for number, name in enumerate(
        (
            "header",
            "focus",
            "patient",
            "sender",
            "receiver",
            "slot",
            "schedule",
            "service",
            "encounter",
            "encounter-2",
            "care-plan",
            "practitioner",
            "role",
            "consent",
            "location",
            "flag",
        )
    )
}


def message(
    event: str, reason: str, definition: str, entries: dict[str, Json], focus: str = "focus"
) -> Json:
    header = resource(
        "MessageHeader",
        eventCoding={"system": EVENTS, "code": event},
        destination=[{"endpoint": f"{SERVICE_ID}|{URGENT_CARE.id}", "receiver": ref("receiver")}],
        sender=ref("sender"),
        source={"name": "Sender", "endpoint": f"{SERVICE_ID}|2000099999"},
        reason=coding(REASONS, reason),
        focus=[ref(focus)],
        definition=f"{MESSAGE_DEFINITIONS}{definition}",
    )
    everything = {"header": header, **entries, "sender": _organization("RSEND", "Sender")}
    everything["receiver"] = _organization("RREF1", "Receiver")
    return {
        "resourceType": "Bundle",
        "id": str(uuid4()),
        "meta": {"versionId": "1.0.0", "lastUpdated": SENT, "profile": [BUNDLE_PROFILE]},
        "type": "message",
        "timestamp": SENT,
        "entry": [
            {"fullUrl": f"urn:uuid:{IDS[name]}", "resource": held}
            for name, held in everything.items()
        ],
    }


def booking(slot: Json, schedule: Json, service: Json, nhs_number: str | None = PATIENT) -> Json:
    appointment = resource(
        "Appointment",
        status="booked",
        serviceCategory=[coding(USE_CASES, "a1t1")],
        start=slot["start"],
        end=slot["end"],
        slot=[ref("slot")],
        participant=[{"actor": ref("patient"), "status": "accepted"}],
    )
    return message(
        "booking-request",
        "new",
        "bars-message-booking-request",
        {
            "focus": appointment,
            "patient": patient(nhs_number),
            "slot": slot,
            "schedule": schedule,
            "service": service,
        },
    )


def cancellation(appointment_id: str, status: str = "cancelled", nhs_number: str = PATIENT) -> Json:
    appointment = resource(
        "Appointment",
        id=appointment_id,
        status=status,
        serviceCategory=[coding(USE_CASES, "a1t1")],
        participant=[{"actor": ref("patient"), "status": "accepted"}],
    )
    return message(
        "booking-request",
        "update",
        "bars-message-booking-request-cancelled",
        {"focus": appointment, "patient": patient(nhs_number)},
    )


def referral(nhs_number: str | None = PATIENT) -> Json:
    entries = _request("referral", "a1t1", "completed", "finished", nhs_number)
    return message(
        "servicerequest-request", "new", "bars-message-servicerequest-request-referral", entries
    )


def validation(nhs_number: str | None = PATIENT, reason: str = "new") -> Json:
    entries = _request("validation", "a4t1", "active", "triaged", nhs_number)
    entries["location"] = resource("Location", name="Corner", address={"line": ["1 High St"]})
    return message(
        "servicerequest-request", reason, "bars-message-servicerequest-request-validation", entries
    )


def withdrawal(request_id: str, category: str, status: str = "revoked") -> Json:
    request = resource(
        "ServiceRequest",
        id=request_id,
        status=status,
        intent="plan",
        category=_category(category, "a4t1" if category == "validation" else "a1t1"),
        subject=ref("patient"),
    )
    return message(
        "servicerequest-request",
        "update",
        "bars-message-servicerequest-request-cancelled",
        {"focus": request, "patient": patient(PATIENT)},
    )


def response(
    to: str | None, definition: str, category: str, status: str, encounter: str, reason: str = "new"
) -> Json:
    """A servicerequest-response; ``definition`` is its last part."""
    entries = _request(category, "a4t1" if category == "validation" else "a1t1")
    entries["focus"] |= {"status": status}
    entries["encounter-2"] = resource(
        "Encounter", status=encounter, **{"class": {"system": ACT_CODES, "code": "EMER"}}
    )
    if definition.endswith("full"):
        entries["location"] = resource("Location", name="Corner")
    name = f"bars-message-servicerequest-response-{definition}"
    bundle = message("servicerequest-response", reason, name, entries, focus="encounter-2")
    if to is not None:
        bundle["entry"][0]["resource"]["response"] = {"identifier": to, "code": "ok"}
    return bundle


def patient(nhs_number: str | None) -> Json:
    verified = coding(
        "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus",
        "number-present-and-verified",
    )
    identifier = {
        "extension": [{"url": NHS_NUMBER_VERIFICATION, "valueCodeableConcept": verified}],
        "system": NHS_NUMBER,
        "value": nhs_number,
    }
    contact = {
        "extension": [{"url": CONTACT_RANK, "valuePositiveInt": 1}],
        "relationship": [coding("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "ONESELF")],
        "telecom": [{"system": "phone", "value": "01130000000", "rank": 1}],
    }
    return resource(
        "Patient",
        **({"identifier": [identifier]} if nhs_number else {}),
        name=[{"family": "Testcase", "given": ["Avery"]}],
        gender="female",
        birthDate="1980-02-29",
        address=[{"line": ["1 High St"], "city": "Leeds", "postalCode": "LS1 4AP"}],
        contact=[contact],
    )


def scene_safety_flag() -> Json:
    flag = resource(
        "Flag",
        status="active",
        category=[coding("https://fhir.nhs.uk/CodeSystem/flag-categories-bars", "SS")],
        code=coding(SCENE_SAFETY_CODES, "S"),
        subject=ref("patient"),
    )
    flag["meta"]["profile"] = [SCENE_SAFETY_PROFILE]
    return flag


def part(bundle: Json, resource_type: str, number: int = 0) -> Json:
    """A resource of a Bundle, to look at or to spoil."""
    found = [
        entry["resource"]
        for entry in bundle.get("entry", [])
        if entry["resource"]["resourceType"] == resource_type
    ]
    return found[number]


def without(bundle: Json, resource_type: str) -> Json:
    kept = [e for e in bundle["entry"] if e["resource"]["resourceType"] != resource_type]
    return {**bundle, "entry": kept}


def _request(
    category: str,
    use_case: str,
    care_plan: str = "completed",
    encounter: str = "triaged",
    nhs_number: str | None = PATIENT,
) -> dict[str, Json]:
    request = resource(
        "ServiceRequest",
        status="active",
        intent="plan",
        category=_category(category, use_case),
        basedOn=[ref("care-plan")],
        subject=ref("patient"),
        encounter=ref("encounter"),
        authoredOn=SENT,
        occurrencePeriod={"start": SENT, "end": "2026-11-23T12:00:00+00:00"},
        requester=ref("role"),
        performer=[ref("service")],
    )
    consent = resource(
        "Consent",
        status="active",
        scope=coding(CONSENT_SCOPES, "patient-privacy"),
        category=[coding(CONSENT_CATEGORIES, "DRC")],
        patient=ref("patient"),
        dateTime="2026-11-23",
        policyRule=coding(ACT_CODES, "IMPLIED"),
    )
    return {
        "focus": request,
        "patient": patient(nhs_number),
        "encounter": resource(
            "Encounter",
            status=encounter,
            subject=ref("patient"),
            episodeOfCare=[{"reference": "EpisodeOfCare/d877b820-e72b-44d1-a627-195f54bfc606"}],
            **{"class": {"system": ACT_CODES, "code": "EMER"}},
        ),
        "care-plan": resource("CarePlan", status=care_plan, intent="plan", subject=ref("patient")),
        "practitioner": resource("Practitioner", name=[{"family": "Sender"}]),
        "role": resource("PractitionerRole", practitioner=ref("practitioner")),
        "service": resource("HealthcareService", id=URGENT_CARE.id, name="Service", active=True),
        "consent": consent,
    }


def _category(category: str, use_case: str) -> Json:
    codings = coding(CATEGORIES, category)["coding"] + coding(USE_CASES, use_case)["coding"]
    return [{"coding": codings}]


def _organization(ods_code: str, name: str) -> Json:
    return resource("Organization", identifier=[{"system": ODS_CODE, "value": ods_code}], name=name)
