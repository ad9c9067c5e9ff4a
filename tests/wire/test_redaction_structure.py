"""Personal data goes by where it stands; codes, ids, statuses and dates of care stay."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance_cli.wire.redaction import Redactor
from tests.wire.people import PERSONAL, appointment, patient
from tests.wire.redacting import evidence, kept


def redacted(resource: Any, redactor: Redactor | None = None) -> Any:
    return json.loads(kept(redactor or Redactor(), json.dumps(resource).encode()))


@pytest.fixture(scope="module")
def of_patient() -> dict[str, Any]:
    return redacted(patient())


@pytest.fixture(scope="module")
def of_appointment() -> dict[str, Any]:
    return redacted(appointment())


@pytest.mark.parametrize("value", PERSONAL)
def test_nothing_personal_stays(value, of_patient, of_appointment):
    for resource in (of_patient, of_appointment):
        assert value not in json.dumps(resource)


def test_what_makes_a_patient_judgeable_stays(of_patient):
    original = patient()
    for key in ("resourceType", "id", "meta", "active", "gender"):
        assert of_patient[key] == original[key]
    identifier = of_patient["identifier"][0]
    assert identifier["system"] == "https://fhir.nhs.uk/Id/nhs-number"
    assert identifier["value"] == "[redacted:identifier]"
    assert identifier["extension"] == original["identifier"][0]["extension"]
    name = of_patient["name"][0]
    assert (name["use"], name["period"]) == ("official", {"start": "2020-01-01"})
    assert name["given"] == ["[redacted:name]", "[redacted:name]"]
    assert of_patient["telecom"][0]["system"] == "phone"
    assert of_patient["telecom"][0]["use"] == "mobile"
    assert of_patient["telecom"][0]["rank"] == 1
    assert of_patient["text"]["status"] == "generated"
    assert of_patient["text"]["div"] == "[redacted:narrative]"
    assert of_patient["photo"][0]["contentType"] == "image/png"
    assert of_patient["contact"][0]["relationship"] == original["contact"][0]["relationship"]
    practice, doctor = of_patient["generalPractitioner"]
    assert practice == original["generalPractitioner"][0]
    assert doctor == {"reference": "Practitioner/p-9", "display": "[redacted:display]"}
    assert of_patient["managingOrganization"] == original["managingOrganization"]


def test_what_makes_an_appointment_judgeable_stays(of_appointment):
    original = appointment()
    for key in ("resourceType", "id", "status", "serviceType", "priority", "start", "end", "slot"):
        assert of_appointment[key] == original[key]
    assert of_appointment["participant"][0]["status"] == "accepted"
    assert of_appointment["participant"][0]["actor"]["reference"] == "urn:uuid:1"
    assert of_appointment["participant"][1] == original["participant"][1]
    for key in ("description", "comment", "patientInstruction"):
        assert of_appointment[key] == "[redacted:text]"


def test_the_masked_places_are_listed():
    found = evidence(Redactor(), body=json.dumps(appointment()).encode())
    assert {
        "personal:Patient.name",
        "personal:Patient.address",
        "personal:Patient.telecom",
        "personal:Patient.birthDate",
        "personal:Patient.identifier",
        "personal:Appointment.comment",
    } <= set(found.redactions)


@pytest.mark.parametrize("kind", ["Patient", "Person", "RelatedPerson", "Practitioner"])
def test_every_kind_of_person_is_a_person(kind):
    shown = redacted({**patient(), "resourceType": kind})
    for value in PERSONAL:
        assert value not in json.dumps(shown)


def test_an_operation_outcome_stays_readable():
    outcome = {
        "resourceType": "OperationOutcome",
        "meta": {"profile": ["https://x/UKCore-OperationOutcome"]},
        "issue": [
            {
                "severity": "error",
                "code": "invalid",
                "details": {
                    "coding": [
                        {
                            "system": "https://fhir.nhs.uk/Codesystem/http-error-codes",
                            "code": "REC_BAD_REQUEST",
                            "display": "400: the server cannot process the request",
                        }
                    ],
                    "text": "The parameter start is missing",
                },
                "diagnostics": "Slot.start: value 'bananas' is not a date (line 3, column 12)",
                "expression": ["Appointment.start"],
            }
        ],
    }
    assert redacted(outcome) == outcome


def test_the_words_of_code_systems_and_the_names_of_places_stay():
    encounter = {
        "resourceType": "Encounter",
        "class": {"system": "http://x", "code": "AMB", "display": "ambulatory"},
        "serviceProvider": {"reference": "urn:uuid:1", "display": "Elm Lane Practice"},
        "type": [{"coding": [{"display": "Wheelchair access"}]}],
        "location": [{"location": {"reference": "urn:uuid:2", "display": "Room 4"}}],
    }
    assert redacted(encounter) == encounter


def test_an_id_is_never_taken_for_encoded_json():
    ids = ["e3177167-40fc-4f1a-80f2-a2f17f18fde7", "eeeeeeee-1111-4222-8333-123456789abc"]
    bundle = {"resourceType": "Bundle", "entry": [{"fullUrl": f"urn:uuid:{i}"} for i in ids]}
    assert redacted(bundle) == bundle


def test_organisations_and_software_keep_their_names():
    for resource in (
        {
            "resourceType": "Organization",
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "X26"}
            ],
            "name": "NHS England",
            "telecom": [{"system": "phone", "value": "0300 303 5678"}],
            "address": [{"city": "Leeds", "postalCode": "LS1 4AP"}],
        },
        {
            "resourceType": "HealthcareService",
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "2000011147"}
            ],
            "name": "Urgent care",
        },
        {
            "resourceType": "MessageHeader",
            "source": {"name": "Booker", "endpoint": "https://x/Id/dos-service-id|2000011147"},
            "eventCoding": {"system": "https://x", "code": "booking-request"},
        },
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": "2026-01-01",
            "software": {"name": "Booker", "version": "1.2"},
            "description": "What this server does",
            "rest": [{"mode": "server", "operation": [{"name": "process-message"}]}],
        },
        {"resourceType": "Endpoint", "name": "Front door", "address": "https://api.test/r4"},
    ):
        changed = redacted(resource)
        changed.pop("address", None)
        resource.pop("address", None)
        assert changed == {k: v for k, v in resource.items() if k != "address"}


def test_the_person_to_contact_at_an_organisation_is_a_person():
    shown = redacted(
        {
            "resourceType": "Organization",
            "name": "NHS England",
            "contact": [
                {
                    "name": {"text": "Gwendoline Hargreaves"},
                    "telecom": [{"system": "email", "value": "g.hargreaves@example.org"}],
                }
            ],
        }
    )
    assert "argreaves" not in json.dumps(shown)


def test_where_a_patient_is_found_is_personal():
    shown = redacted(
        {
            "resourceType": "Location",
            "name": "Zebedee's house",
            "address": {"line": ["12 Elm Tree Gardens"], "postalCode": "LS22 6AB"},
            "telecom": [{"system": "phone", "value": "07700 900321"}],
        }
    )
    for value in ("Zebedee", "Elm Tree", "LS22", "900321"):
        assert value not in json.dumps(shown)


def test_a_practitioner_behind_a_role_is_masked():
    shown = redacted(
        {
            "resourceType": "PractitionerRole",
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "555254242102"}
            ],
            "practitioner": {
                "identifier": {
                    "system": "https://fhir.nhs.uk/Id/sds-user-id",
                    "value": "444254242103",
                },
                "display": "Dr Gwendoline Hargreaves",
            },
            "organization": {
                "identifier": {
                    "system": "https://fhir.nhs.uk/Id/ods-organization-code",
                    "value": "Y12345",
                }
            },
        }
    )
    assert "Y12345" in json.dumps(shown)
    for value in ("444254242103", "555254242102", "Hargreaves"):
        assert value not in json.dumps(shown)


def test_claims_of_an_identity_provider_are_personal():
    shown = redacted(
        {
            "sub": "8f14e45f",
            "nhs_number": "9990001782",
            "family_name": "Smithson-Quayle",
            "given_name": "Anneliese",
            "birthdate": "1987-11-05",
            "email": "anneliese@example.org",
            "phone_number": "07700900321",
            "identity_proofing_level": "P9",
        }
    )
    assert shown["identity_proofing_level"] == "P9"
    assert shown["sub"] == "8f14e45f"
    assert sum(str(v).startswith("[redacted:") for v in shown.values()) == 6


# --- NHS numbers ---------------------------------------------------------------------------

REAL_LOOKING = "9434765919"  # valid, outside the default test range


def test_a_valid_nhs_number_outside_the_test_ranges_is_masked_and_reported_anywhere():
    for parts in (
        {"url": f"https://api.test/Patient/{REAL_LOOKING}"},
        {"url": f"https://api.test/Patient?x={REAL_LOOKING}"},
        {"url": "https://api.test/Patient?x=y%7C943%20476%205919"},
        {"url": "https://api.test/Patient/%39434765919"},
        {"headers": (("X-Note", "for 943 476 5919"),)},
        {"body": json.dumps({"resourceType": "Slot", "id": REAL_LOOKING}).encode()},
        {"body": json.dumps({"resourceType": "Slot", "n": int(REAL_LOOKING)}).encode()},
        {"body": json.dumps({"resourceType": "Slot", REAL_LOOKING: 1}).encode()},
        {"body": f"not found: {REAL_LOOKING}".encode(), "content_type": "text/plain"},
        {"body": json.dumps(
            {"identifier": [{"system": "https://x/nhs-number", "value": REAL_LOOKING}]}).encode()},
        {"failure": f"lost {REAL_LOOKING}"},
    ):  # fmt: skip
        found = evidence(Redactor(), **parts)
        assert REAL_LOOKING not in repr(found), parts
        assert "943 476" not in repr(found), parts
        assert "434765919" not in repr(found), parts
        assert "943%20476" not in repr(found), parts
        assert "nhs-number-outside-test-range" in found.redactions, parts


def test_an_nhs_number_of_the_test_range_stays_where_it_is_not_personal():
    found = evidence(
        Redactor(), body=b'{"resourceType":"Slot","id":"9990001782","comment":"9990001782"}'
    )
    assert json.loads(found.response.body.text)["id"] == "9990001782"
    assert "nhs-number-outside-test-range" not in found.redactions


def test_other_test_ranges_can_be_declared():
    redactor = Redactor(test_nhs_numbers=[("943 476 5900", "9434765999")])
    assert redactor.text(f"see {REAL_LOOKING}") == f"see {REAL_LOOKING}"
    assert "9990001782" not in redactor.text("see 9990001782")


@pytest.mark.parametrize(
    "text", ["9434765918", "19434765919", "94347659190", "0.9434765919", "a9434765919", "943476591"]
)
def test_what_is_no_nhs_number_stays(text):
    assert Redactor().text(f"see {text} there") == f"see {text} there"


# --- other shapes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/name/0/family", "value": "Hargreaves"},
        {"op": "replace", "path": "/birthDate", "value": "1987-11-05"},
        {"op": "add", "path": "/name", "value": [{"text": "Hargreaves"}]},
        {"op": "add", "path": "/telecom/0", "value": {"system": "other", "value": "Hargreaves"}},
        {"op": "add", "path": "/identifier/0/value", "value": "Hargreaves"},
        {"op": "replace", "path": "/comment", "value": "Hargreaves"},
        {"value": "Hargreaves", "path": "Patient.address[0].line", "op": "replace"},
    ],
)
def test_a_patch_is_masked_by_its_path(operation):
    shown = json.dumps(redacted([operation]))
    assert "Hargreaves" not in shown
    assert "1987-11-05" not in shown
    assert operation["path"] in shown


def test_the_status_in_a_patch_stays():
    patch = [{"op": "replace", "path": "/status", "value": "cancelled"}]
    assert redacted(patch) == patch


@pytest.mark.parametrize("name", ["authorString", "valueMarkdown", "onsetString", "contentString"])
def test_whatever_is_free_text_by_its_type_is_masked(name):
    assert "Hargreaves" not in json.dumps(redacted({"resourceType": "Foo", name: "Hargreaves"}))
