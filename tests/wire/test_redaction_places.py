"""Personal data outside JSON bodies: XML, headers, URLs, forms, and what is left out."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from xml.dom.minidom import parseString

import pytest

from conformance_cli.wire.redaction import Redactor
from tests.wire.people import PERSONAL, patient
from tests.wire.redacting import everything, evidence, kept


def redacted(resource: Any) -> Any:
    return json.loads(kept(Redactor(), json.dumps(resource).encode()))


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
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_json_in_a_header_is_masked_from_the_inside():
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


# --- within one exchange -------------------------------------------------------------------

ECHO = json.dumps(
    {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "no such hargreaves here"}]}
).encode()


@pytest.mark.parametrize("keep_body", [True, False])
@pytest.mark.parametrize(
    "parts",
    [
        {"url": "https://api.test/Patient?family=hargreaves"},
        {
            "headers": (
                (
                    "NHSD-Requesting-Practitioner",
                    base64.b64encode(b'{"name": [{"family": "Hargreaves"}]}').decode(),
                ),
            )
        },
        {"request_body": b'{"resourceType": "Patient", "name": [{"family": "Hargreaves"}]}'},
    ],
    ids=["searched for", "in a header", "sent"],
)
def test_what_one_part_of_an_exchange_teaches_is_gone_from_all_others(parts, keep_body):
    redactor = Redactor()
    found = evidence(redactor, body=ECHO, failure="no hargreaves", keep_body=keep_body, **parts)
    assert "argreaves" not in repr(found)
    assert "hargreaves" not in redactor.text("hargreaves")


def test_a_search_form_teaches_too():
    redactor = Redactor()
    for keep_body in (True, False):
        shown = everything(
            redactor,
            body=b"family=hargreaves&_count=5",
            content_type="application/x-www-form-urlencoded",
            failure="no hargreaves",
        )
        assert "hargreaves" not in shown, keep_body
    assert "hargreaves" not in redactor.text("hargreaves")
