"""The services that the receiver answers for, and the resources that describe them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from conformance_cli.reference.bars.vocabulary import (
    ODS_CODE,
    ROLE_PROFILE_ID,
    SERVICE_CATEGORIES,
    SERVICE_ID,
    uk_core,
)

Json = Any

_NAMESPACE = uuid5(NAMESPACE_URL, "https://fhir.nhs.uk/reference-supplier/bars")

#: Use cases of applications 1 to 4, which are the ones the decision table is written for.
UEC_USE_CASES = frozenset(
    [f"a1t{n}" for n in range(1, 13)]
    + [f"a2t{n}" for n in range(1, 7)]
    + ["a3t1"]
    + [f"a4t{n}" for n in range(1, 5)]
)


def fixed_id(name: str) -> str:
    """A UUID that is the same in every application."""
    return str(uuid5(_NAMESPACE, name))


@dataclass(frozen=True, slots=True)
class Clinic:
    """One schedule of a service: a clinician at a place."""

    key: str
    clinician: str
    place: str
    #: Minutes after midnight UTC at which each day's slots start.
    starts: tuple[int, ...]

    @property
    def schedule_id(self) -> str:
        """Id of its Schedule."""
        return fixed_id(f"schedule {self.key}")


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the directory, with the use cases that it takes part in."""

    id: str
    name: str
    use_cases: frozenset[str]
    clinics: tuple[Clinic, ...] = ()

    @property
    def endpoint(self) -> str:
        """How messages address it: ``system|id``."""
        return f"{SERVICE_ID}|{self.id}"


#: Bookings, referrals and validations; two clinics with slots.
URGENT_CARE = Service(
    "2000011147",
    "Riverside Urgent Treatment Centre",
    UEC_USE_CASES,
    (
        Clinic("north", "Okafor", "Riverside Centre, North Wing", (540, 600, 840)),
        Clinic("south", "Lindqvist", "Riverside Centre, South Wing", (570, 630, 870)),
    ),
)
#: Takes referrals and bookings, but has no clinic and so never a free slot.
FULLY_BOOKED = Service("2000073917", "Hillside Minor Injuries Unit", UEC_USE_CASES)

SERVICES: Mapping[str, Service] = MappingProxyType(
    {service.id: service for service in (URGENT_CARE, FULLY_BOOKED)}
)

#: ODS code of the one organisation that local access control keeps out.
BARRED_ORGANISATION = "X9BAR"
#: ODS code of the organisation that provides all services.
PROVIDER = "RREF1"


def described(resource_type: str, resource_id: str, now: str, **elements: Json) -> Json:
    """A resource with the metadata that everything returned must have."""
    return {
        "resourceType": resource_type,
        "id": resource_id,
        "meta": {"versionId": "1", "lastUpdated": now, "profile": [uk_core(resource_type)]},
        **elements,
    }


def healthcare_service(service: Service, now: str) -> Json:
    """The HealthcareService of a service; its id is the directory's."""
    places = [
        {"reference": f"Location/{fixed_id(f'place {clinic.key}')}"} for clinic in service.clinics
    ]
    return described(
        "HealthcareService",
        service.id,
        now,
        identifier=[{"system": SERVICE_ID, "value": service.id}],
        active=True,
        providedBy={"reference": f"Organization/{fixed_id('provider')}"},
        name=service.name,
        **({"location": places} if places else {}),
    )


def schedule(service: Service, clinic: Clinic, now: str) -> Json:
    """The Schedule of a clinic, with everybody and everything that it stands for."""
    return described(
        "Schedule",
        clinic.schedule_id,
        now,
        active=True,
        serviceCategory=[
            {"coding": [{"system": SERVICE_CATEGORIES, "code": "14", "display": "Emergency"}]}
        ],
        actor=[
            {"reference": f"HealthcareService/{service.id}"},
            {"reference": f"PractitionerRole/{fixed_id(f'role {clinic.key}')}"},
            {"reference": f"Practitioner/{fixed_id(f'clinician {clinic.key}')}"},
            {"reference": f"Location/{fixed_id(f'place {clinic.key}')}"},
        ],
    )


def provider(now: str) -> Json:
    """The Organization that provides the services."""
    return described(
        "Organization",
        fixed_id("provider"),
        now,
        identifier=[{"system": ODS_CODE, "value": PROVIDER}],
        name="Reference Supplier NHS Trust",
    )


def surroundings(service: Service, now: str) -> Iterator[Json]:
    """Whatever schedules of the service and the service itself refer to."""
    yield healthcare_service(service, now)
    yield provider(now)
    for clinic in service.clinics:
        yield from _of_clinic(clinic, now)


def _of_clinic(clinic: Clinic, now: str) -> Iterator[Json]:
    role_id = f"R{clinic.key.upper()}"
    clinician_id = fixed_id(f"clinician {clinic.key}")
    yield described(
        "Practitioner",
        clinician_id,
        now,
        identifier=[{"system": ROLE_PROFILE_ID, "value": role_id}],
        name=[{"family": clinic.clinician, "prefix": ["Dr"]}],
    )
    yield described(
        "PractitionerRole",
        fixed_id(f"role {clinic.key}"),
        now,
        identifier=[{"system": ROLE_PROFILE_ID, "value": role_id}],
        practitioner={"reference": f"Practitioner/{clinician_id}"},
        organization={"reference": f"Organization/{fixed_id('provider')}"},
    )
    yield described(
        "Location",
        fixed_id(f"place {clinic.key}"),
        now,
        status="active",
        name=clinic.place,
        address={"line": [clinic.place], "city": "Leeds", "postalCode": "LS1 4AP"},
    )
