"""The MessageDefinitions: which resources a message must hold, and how many of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from conformance_cli.reference.bars.services import Service, fixed_id
from conformance_cli.reference.bars.vocabulary import (
    BARS_PROFILES,
    EVENTS,
    MESSAGE_DEFINITIONS,
    SERVICE_ID,
    USAGE_CONTEXTS,
    USE_CASES,
    Event,
    uk_core,
)

Json = Any

_MANY = "*"
_ONE_CONSENT = {"Consent": (1, _MANY)}
_PEOPLE = {"Organization": (2, _MANY), "Practitioner": (1, _MANY), "PractitionerRole": (1, _MANY)}
_CLINICAL = ("Observation", "Flag", "MedicationStatement", "AllergyIntolerance")
_ANY_CLINICAL = dict.fromkeys(_CLINICAL, (0, _MANY))


@dataclass(frozen=True, slots=True)
class Definition:
    """One MessageDefinition."""

    #: The last part of its url.
    name: str
    #: Version of the application that it belongs to.
    version: str
    event: Event
    #: Resource type to the least and the most a message holds; ``*`` is any number.
    focus: MappingProxyType[str, tuple[int, int | str]]
    #: First letters of the use cases that it serves.
    use_cases: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its canonical url."""
        return f"{MESSAGE_DEFINITIONS}{self.name}"

    def serves(self, service: Service) -> list[str]:
        """The use cases of a service for which it is meant."""
        return sorted(case for case in service.use_cases if case.startswith(self.use_cases))


def _definition(
    name: str,
    version: str,
    event: Event,
    focus: dict[str, tuple[int, int | str]],
    use_cases: tuple[str, ...] = ("a1", "a2", "a3"),
) -> Definition:
    counts = {"MessageHeader": (1, 1), "Patient": (1, 1)} | focus
    return Definition(name, version, event, MappingProxyType(counts), use_cases)


_VALIDATION = ("a4",)
_EITHER = ("a1", "a2", "a3", "a4")

DEFINITIONS: tuple[Definition, ...] = (
    _definition(
        "bars-message-booking-request",
        "1.0.0",
        Event.BOOKING_REQUEST,
        {
            "Appointment": (1, 1),
            "Slot": (1, 1),
            "Schedule": (1, 1),
            "HealthcareService": (1, 1),
            "Organization": (2, _MANY),
            "ServiceRequest": (0, 1),
            "Location": (0, 1),
            "Practitioner": (0, _MANY),
            "PractitionerRole": (0, _MANY),
            "Consent": (0, _MANY),
        },
    ),
    _definition(
        "bars-message-booking-request-cancelled",
        "1.0.0",
        Event.BOOKING_REQUEST,
        {"Organization": (2, _MANY), "Appointment": (1, 1)},
    ),
    _definition(
        "bars-message-servicerequest-request-referral",
        "1.0.0-beta",
        Event.SERVICE_REQUEST,
        {
            "ServiceRequest": (1, 1),
            "Encounter": (1, 1),
            "CarePlan": (1, 1),
            "HealthcareService": (1, _MANY),
            **_PEOPLE,
            **_ONE_CONSENT,
            **_ANY_CLINICAL,
        },
    ),
    _definition(
        "bars-message-servicerequest-request-validation",
        "1.1.0",
        Event.SERVICE_REQUEST,
        {
            "ServiceRequest": (1, 1),
            "Encounter": (1, 1),
            "CarePlan": (1, 1),
            "Location": (1, 1),
            "HealthcareService": (1, 1),
            **_PEOPLE,
            **_ONE_CONSENT,
            **_ANY_CLINICAL,
        },
        _VALIDATION,
    ),
    _definition(
        "bars-message-servicerequest-request-cancelled",
        "1.0.0",
        Event.SERVICE_REQUEST,
        {"ServiceRequest": (1, 1), "Organization": (2, _MANY)},
        _EITHER,
    ),
    _definition(
        "bars-message-servicerequest-response-referral",
        "1.0.0-beta",
        Event.SERVICE_RESPONSE,
        {
            "ServiceRequest": (1, 1),
            "Encounter": (0, 1),
            "CarePlan": (0, 1),
            "Appointment": (0, 1),
            "HealthcareService": (1, 1),
            **_PEOPLE,
            **_ONE_CONSENT,
            **_ANY_CLINICAL,
        },
    ),
    _definition(
        "bars-message-servicerequest-response-referral-short",
        "1.0.0-beta",
        Event.SERVICE_RESPONSE,
        {"ServiceRequest": (1, 1), "Encounter": (2, 2), **_PEOPLE},
    ),
    _definition(
        "bars-message-servicerequest-response-validation-interim",
        "1.1.0",
        Event.SERVICE_RESPONSE,
        {
            "ServiceRequest": (1, 1),
            "Encounter": (2, 2),
            **_PEOPLE,
            "Organization": (1, _MANY),
        },
        _VALIDATION,
    ),
    _definition(
        "bars-message-servicerequest-response-validation-full",
        "1.1.0",
        Event.SERVICE_RESPONSE,
        {
            "ServiceRequest": (1, 1),
            "Encounter": (2, 3),
            "CarePlan": (1, 1),
            "Location": (1, 1),
            "HealthcareService": (1, 1),
            **_PEOPLE,
            **_ONE_CONSENT,
            **_ANY_CLINICAL,
        },
        _VALIDATION,
    ),
)

BY_NAME = MappingProxyType({definition.name: definition for definition in DEFINITIONS})


def message_definition(definition: Definition, service: Service, now: str) -> Json:
    """The MessageDefinition resource, in the context of a service."""
    return {
        "resourceType": "MessageDefinition",
        "id": fixed_id(f"{definition.name} {service.id}"),
        "meta": {"versionId": "1", "lastUpdated": now},
        "url": definition.url,
        "version": definition.version,
        "name": definition.name,
        "status": "active",
        "date": "2025-03-24",
        "useContext": list(_contexts(definition, service)),
        "eventCoding": {"system": EVENTS, "code": definition.event.value},
        "focus": [
            {"code": code, "profile": _profile(code, definition), "min": least, "max": str(most)}
            for code, (least, most) in definition.focus.items()
        ],
    }


def _contexts(definition: Definition, service: Service) -> Iterator[Json]:
    yield _context({"system": SERVICE_ID, "code": service.id})
    for use_case in definition.serves(service):
        yield _context({"system": USE_CASES, "code": use_case})


def _context(coding: Json) -> Json:
    return {
        "code": {"system": USAGE_CONTEXTS, "code": "workflow"},
        "valueCodeableConcept": {"coding": [coding]},
    }


def _profile(code: str, definition: Definition) -> str:
    if code == "MessageHeader":
        return f"{BARS_PROFILES}BARSMessageHeader-{definition.event.value}"
    return uk_core(code)
