"""A patient, and everything that could point at them."""

from __future__ import annotations

from typing import Any

#: Every value here must vanish; none of them occurs in what must stay.
PERSONAL = [
    "Smithson-Quayle", "Anneliese", "Philippa", "Zebedee", "Mrs Anneliese Smithson-Quayle",
    "1987-11-05", "9990001782", "12 Elm Tree Gardens", "Birchwood", "Wetherby", "LS22 6AB",
    "07700 900321", "anneliese@example.org", "0113 496 0999", "2001-04-09", "QUAYLEPASS99",
    "Gwendoline", "Hargreaves", "photo-bytes", "RPX-778812",
]  # fmt: skip


def patient() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "pat-1",
        "meta": {
            "lastUpdated": "2026-03-01T10:00:00Z",
            "profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"],
        },
        "text": {"status": "generated", "div": "<div>Mrs Anneliese Smithson-Quayle</div>"},
        "extension": [
            {"url": "http://x/birthPlace", "valueAddress": {"city": "Wetherby"}},
            {"url": "http://x/birthTime", "valueDateTime": "1987-11-05T09:00:00Z"},
            {"url": "http://x/maiden", "valueString": "Hargreaves"},
            {"url": "http://x/other", "valueHumanName": {"text": "Zebedee"}},
            {"url": "http://x/id", "valueIdentifier": {"value": "QUAYLEPASS99"}},
        ],
        "identifier": [
            {
                "extension": [
                    {
                        "url": "https://x/verification",
                        "valueCodeableConcept": {
                            "coding": [
                                {
                                    "system": "https://x/verification-status",
                                    "code": "number-present-and-verified",
                                    "display": "Number present and verified",
                                }
                            ]
                        },
                    }
                ],
                "system": "https://fhir.nhs.uk/Id/nhs-number",
                "value": "9990001782",
            },
            {"system": "https://supplier.test/local", "value": "RPX-778812"},
        ],
        "active": True,
        "name": [
            {
                "use": "official",
                "text": "Mrs Anneliese Smithson-Quayle",
                "family": "Smithson-Quayle",
                "given": ["Anneliese", "Philippa"],
                "prefix": ["Mrs"],
                "period": {"start": "2020-01-01"},
            }
        ],
        "telecom": [
            {"system": "phone", "value": "07700 900321", "use": "mobile", "rank": 1},
            {"system": "email", "value": "anneliese@example.org"},
        ],
        "gender": "female",
        "birthDate": "1987-11-05",
        "_birthDate": {"extension": [{"url": "http://x/t", "valueDateTime": "1987-11-05"}]},
        "deceasedDateTime": "2001-04-09",
        "address": [
            {
                "use": "home",
                "text": "12 Elm Tree Gardens, Birchwood, Wetherby, LS22 6AB",
                "line": ["12 Elm Tree Gardens", "Birchwood"],
                "city": "Wetherby",
                "postalCode": "LS22 6AB",
            }
        ],
        "photo": [{"contentType": "image/png", "data": "photo-bytes", "title": "Zebedee"}],
        "contact": [
            {
                "relationship": [{"coding": [{"system": "http://r", "code": "N"}]}],
                "name": {"family": "Hargreaves", "given": ["Gwendoline"]},
                "telecom": [{"system": "phone", "value": "0113 496 0999"}],
                "address": {"line": ["Birchwood"]},
            }
        ],
        "generalPractitioner": [
            {
                "type": "Organization",
                "identifier": {
                    "system": "https://fhir.nhs.uk/Id/ods-organization-code",
                    "value": "Y12345",
                },
                "display": "Elm Lane Practice",
            },
            {"reference": "Practitioner/p-9", "display": "Dr Gwendoline Hargreaves"},
        ],
        "managingOrganization": {"reference": "Organization/o-1", "display": "Leeds Trust"},
    }


def appointment() -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": "apt-1",
        "contained": [patient()],
        "status": "booked",
        "serviceType": [
            {"coding": [{"system": "http://s", "code": "310000008", "display": "A and E"}]}
        ],
        "priority": 5,
        "description": "Anneliese fell off a ladder",
        "comment": "ring Zebedee on 07700 900321",
        "patientInstruction": "Bring Gwendoline",
        "start": "2026-03-02T10:00:00+00:00",
        "end": "2026-03-02T10:10:00+00:00",
        "slot": [{"reference": "Slot/slot-7"}],
        "participant": [
            {
                "actor": {
                    "reference": "urn:uuid:1",
                    "display": "Anneliese Smithson-Quayle",
                    "identifier": {"system": "https://x/anything", "value": "RPX-778812"},
                },
                "status": "accepted",
            },
            {"actor": {"reference": "Location/l-1", "display": "Room 4"}, "status": "accepted"},
        ],
        "note": [{"text": "Zebedee is her dog", "authorString": "Gwendoline Hargreaves"}],
        "reasonCode": [{"text": "Anneliese says it hurts"}],
        "supportingInformation": [
            {
                "identifier": {
                    "system": "https://fhir.nhs.uk/Id/nhs-number",
                    "value": "9990001782",
                }
            }
        ],
    }
