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


# --- XML -----------------------------------------------------------------------------------

XML = """<?xml version="1.0" encoding="UTF-8"?>
<Bundle xmlns="http://hl7.org/fhir"><type value="searchset"/>
 <!-- Anneliese -->
 <entry><fullUrl value="urn:uuid:1"/><resource>
 <Patient><id value="pat-1"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><div>Mrs
   Anneliese</div> Smithson-Quayle</div></text>
  <identifier><system value="https://fhir.nhs.uk/Id/nhs-number"/>
   <value value="9990001782"/></identifier>
  <name><use value='official'/><family value='Smithson-Quayle'/><given value="Anneliese"/></name>
  <telecom><system value="phone"/><value value="07700 900321"/></telecom>
  <gender value="female"/><birthDate value="1987-11-05"/>
  <address><line value="12 Elm Tree Gardens"/><postalCode value="LS22 6AB"/></address>
 </Patient></resource></entry>
 <entry><resource><Appointment><status value="booked"/>
  <comment value="ring Zebedee"/><start value="2026-03-02T10:00:00Z"/>
  <participant><actor><reference value="Patient/pat-1"/><display value="Anneliese"/></actor>
  <status value="accepted"/></participant></Appointment></resource></entry>
 <entry><resource><Organization><name value="NHS England"/></Organization></resource></entry>
</Bundle>"""


@pytest.mark.parametrize(
    "content_type", ["application/fhir+xml", "application/xml", "text/xml; charset=utf-8", ""]
)
def test_fhir_xml_is_masked_by_element_names(content_type):
    from xml.dom.minidom import parseString

    text = kept(Redactor(), XML.encode(), content_type)
    for value in PERSONAL:
        assert value not in text
    for value in ("searchset", "urn:uuid:1", "pat-1", "generated", "official", "female", "booked",
                  "2026-03-02T10:00:00Z", "Patient/pat-1", "accepted", "NHS England",
                  "https://fhir.nhs.uk/Id/nhs-number"):  # fmt: skip
        assert value in text
    parseString(text).unlink()


@pytest.mark.parametrize(
    "document",
    [
        "<Patient xmlns='http://hl7.org/fhir'><name><family value='Hargreaves",
        "<Patient xmlns='http://hl7.org/fhir'><name><family value='Hargreaves'></name>",
        "<Patient xmlns='http://hl7.org/fhir'><text><div>Hargreaves",
        "<Patient xmlns='http://hl7.org/fhir'><!-- Hargreaves",
        "<Document xmlns='urn:hl7-org:v3'><name><family>Hargreaves</family></name></Document>",
        "<x:family xmlns:x='urn:hl7-org:v3'>Hargreaves</x:family>",
        "<family xmlns='urn:x'><![CDATA[Hargreaves]]></family>",
        "<family xmlns='urn:x'><![CDATA[Hargreaves",
        "<family value='&#72;argreaves'/>",
    ],
)
def test_other_and_broken_xml_is_masked_too(document):
    text = kept(Redactor(), document.encode(), "application/xml")
    assert "argreaves" not in text


def test_an_entity_is_never_expanded():
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "Hargreaves"><!ENTITY b "&a;&a;">]>'
        "<Patient xmlns='http://hl7.org/fhir'><id value='&b;'/></Patient>"
    )
    text = kept(Redactor(), bomb.encode(), "application/fhir+xml")
    assert "Hargreaves" not in text
    assert "&amp;b;" in text or "&b;" in text


# --- headers, URLs, forms ------------------------------------------------------------------


def encoded(value: Any) -> str:
    import base64

    return base64.b64encode(json.dumps(value).encode()).decode()


def test_json_in_a_header_is_masked_from_the_inside():
    import base64

    practitioner = {"resourceType": "Practitioner", "id": "p1", "name": [{"family": "Hargreaves"}]}
    target = {"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "2000011147"}
    headers = (
        ("NHSD-Requesting-Practitioner", encoded(practitioner)),
        ("NHSD-Target-Identifier", encoded(target)),
        ("X-Anything", encoded(practitioner).rstrip("=")),
    )
    redactor = Redactor()
    for _ in range(2):  # the second time out of memory
        found = dict(evidence(redactor, headers=headers).request.headers)
        for name in ("NHSD-Requesting-Practitioner", "X-Anything"):
            inner = json.loads(base64.b64decode(found[name]))
            assert inner["name"] == [{"family": "[redacted:name]"}]
            assert inner["id"] == "p1"
        assert found["NHSD-Target-Identifier"] == encoded(target)


@pytest.mark.parametrize("value", ["@@@", "e", "", "bm90IGpzb24=", "W10=", "e30="])
def test_an_encoded_header_that_is_none_stays_as_evidence(value):
    found = evidence(Redactor(), headers=(("NHSD-Target-Identifier", value),))
    assert found.request.headers == (("NHSD-Target-Identifier", value),)


URLS = {
    "https://api.test/Patient?family=hargreaves&given=gwen": "family=[redacted:name]",
    "https://api.test/Patient?birthdate=ge1987-11-05": "birthdate=[redacted:birth-date]",
    "https://api.test/Patient?name:exact=Gwen": "name:exact=[redacted:name]",
    "https://api.test/Patient?address-postalcode=LS22%206AB": "=[redacted:address]",
    "https://api.test/Slot?patient:Patient.birthdate=1987-11-05": "=[redacted:birth-date]",
    "https://api.test/Appointment?patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C9990001782":
        "patient:identifier=https://fhir.nhs.uk/Id/nhs-number|[redacted:identifier]",
    "https://api.test/Patient?identifier=9990001782": "identifier=[redacted:identifier]",
    "https://api.test/Patient?email=a@b.test": "email=[redacted:telecom]",
    "https://api.test/Patient?phone=07700900321": "phone=[redacted:telecom]",
}  # fmt: skip


@pytest.mark.parametrize(("url", "expected"), URLS.items())
def test_personal_search_parameters_are_masked(url, expected):
    assert expected in evidence(Redactor(), url=url).request.url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.test/FHIR/R4/Slot?status=free&start=ge2026-03-01T00:00:00%2B00:00&_count=10",
        "https://api.test/Appointment/4b1f2a34-1111-4222-8333-123456789abc",
        "https://api.test/$process-message",
        "https://api.test/ServiceRequest?identifier=https://x/Id/referral%7CABC123",
        "https://api.test/MessageDefinition?context=https://fhir.nhs.uk/Id/dos-service-id%7C2000011147",
        "https://api.test/x?flag&=&a==b&&c",
        "/relative/path",
        "",
    ],
)
def test_what_is_not_personal_in_a_url_stays_byte_for_byte(url):
    assert evidence(Redactor(), url=url).request.url == url


def test_a_self_link_is_masked_like_the_url_that_it_repeats():
    shown = redacted(
        {
            "resourceType": "Bundle",
            "link": [
                {"relation": "self", "url": "https://x/Patient?family=hargreaves&_count=5"},
                {"relation": "next", "url": "Patient?birthdate=1987-11-05&_page=2"},
            ],
            "entry": [{"request": {"method": "POST", "url": "Patient?identifier=x|1"}}],
        }
    )
    assert shown["link"][0]["url"] == "https://x/Patient?family=[redacted:name]&_count=5"
    assert shown["link"][1]["url"] == "Patient?birthdate=[redacted:birth-date]&_page=2"


def test_a_location_header_is_masked_like_a_url():
    found = evidence(Redactor(), headers=(("Location", "https://x/Patient?family=Gwen&a=1"),))
    assert found.request.headers[0][1] == "https://x/Patient?family=[redacted:name]&a=1"


# --- other kinds of body -------------------------------------------------------------------


def test_binary_content_is_left_out():
    for content_type, body in (
        ("application/pdf", b"%PDF-1.7 Hargreaves"),
        ("image/png", b"Hargreaves"),
        ("application/octet-stream", b"Hargreaves"),
        ("application/fhir+json", '{"name": "Hargreaves"}'.encode("utf-16")),
        ("", b"a\0b"),
    ):
        found = evidence(Redactor(), body=body, content_type=content_type).response.body
        assert found.text is None
        assert found.digest == ""
        assert found.size == len(body)
        assert "binary" in found.omitted


def test_a_body_that_is_not_kept_says_so_and_shows_only_its_size():
    found = evidence(Redactor(), body=b'{"a": 1}', keep_body=False).response.body
    assert (found.size, found.text, found.digest) == (8, None, "")
    assert found.media_type == "application/fhir+json"
    assert found.omitted


def test_no_body_is_no_body():
    found = evidence(Redactor(), body=b"")
    assert found.response.body is None
    assert found.request.body is None


def test_the_digest_is_that_of_the_redacted_text():
    import hashlib

    found = evidence(Redactor(), body=json.dumps(patient()).encode()).response.body
    assert found.digest == "sha256:" + hashlib.sha256(found.text.encode()).hexdigest()


def test_a_long_body_is_cut_and_says_so():
    body = json.dumps({"resourceType": "Bundle", "entry": ["x" * 50] * 10_000}).encode()
    found = evidence(Redactor(), body=body).response.body
    assert len(found.text.encode()) <= 256 * 1024
    assert len(found.text) > 200 * 1024
    assert found.size == len(body)
    assert "256 KiB" in found.omitted


@pytest.mark.parametrize("size", range(60, 130))
def test_a_cut_shows_no_half_of_anything(monkeypatch, size):
    monkeypatch.setattr("conformance_cli.wire.redaction.bodies.MAX_KEPT", size)
    body = json.dumps({"resourceType": "Patient", "name": [{"family": "Hargreaves"}]}).encode()
    for data in (
        body,
        b" " * 40 + b'{"a": 1, "name": [{"text": "Hargreaves", "b": "Hargreaves"}]}',
    ):
        found = evidence(Redactor(), body=data).response.body
        assert "Har" not in (found.text or "")


def test_a_charset_that_is_declared_is_used():
    found = evidence(
        Redactor(),
        body='{"language": "Zoë"}'.encode("latin-1"),
        content_type="application/json; charset=ISO-8859-1",
    )
    assert "Zoë" in found.response.body.text


def test_formatting_duplicate_keys_and_odd_numbers_stay_as_evidence():
    body = b'{ "resourceType" : "Slot",\n\t"status":"free" , "status":"busy", "n": 1.00e3, }'
    assert kept(Redactor(), body) == body.decode()
