"""The form of messages and of their acknowledgements (BARS-MSG)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance_cli.reference.bars.receiver import SENT_VALIDATION
from conformance_cli.reference.bars.vocabulary import EVENTS, SERVICE_ID, USE_CASES
from tests.reference import payloads
from tests.reference.payloads import part, without
from tests.reference.sender import Sender

Json = Any
INVARIANT = (400, "REC_BAD_REQUEST", "invariant")
INVALID = (400, "REC_BAD_REQUEST", "invalid")
STRUCTURE = (400, "REC_BAD_REQUEST", "structure")
REQUIRED = (400, "REC_BAD_REQUEST", "required")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"Not a Bundle", b"null", b"[]", b'{"resourceType":"Patient"}', b"\xff"]
)
def test_a_body_that_is_no_bundle_in_json_is_refused(sender: Sender, body: bytes) -> None:
    assert sender.post(body).problem == STRUCTURE


def test_a_body_that_nests_beyond_all_measure_is_refused(sender: Sender) -> None:
    assert sender.post(b'{"a":' * 5000 + b"1" + b"}" * 5000).problem == STRUCTURE


def collection(bundle: Json) -> None:
    bundle["type"] = "collection"


def no_version(bundle: Json) -> None:
    del bundle["meta"]["versionId"]


def no_timestamp(bundle: Json) -> None:
    del bundle["timestamp"]


def no_id(bundle: Json) -> None:
    del bundle["id"]


def no_header(bundle: Json) -> None:
    del bundle["entry"][0]


def header_later(bundle: Json) -> None:
    bundle["entry"].reverse()


def repeated_url(bundle: Json) -> None:
    bundle["entry"][3]["fullUrl"] = bundle["entry"][4]["fullUrl"]


def foreign_url(bundle: Json) -> None:
    bundle["entry"][3]["fullUrl"] = "https://example.org/Encounter/1"


def booking_response(bundle: Json) -> None:
    part(bundle, "MessageHeader")["eventCoding"]["code"] = "booking-response"


def event_of_other_system(bundle: Json) -> None:
    part(bundle, "MessageHeader")["eventCoding"]["system"] = "urn:other"


def unknown_reason(bundle: Json) -> None:
    part(bundle, "MessageHeader")["reason"]["coding"][0]["code"] = "because"


def no_reason(bundle: Json) -> None:
    del part(bundle, "MessageHeader")["reason"]


def foreign_destination(bundle: Json) -> None:
    part(bundle, "MessageHeader")["destination"][0]["endpoint"] = f"{SERVICE_ID}|2000073917"


def no_destination(bundle: Json) -> None:
    del part(bundle, "MessageHeader")["destination"]


def no_receiver(bundle: Json) -> None:
    del part(bundle, "MessageHeader")["destination"][0]["receiver"]


def no_sender(bundle: Json) -> None:
    del part(bundle, "MessageHeader")["sender"]


def no_source_endpoint(bundle: Json) -> None:
    del part(bundle, "MessageHeader")["source"]["endpoint"]


def dangling_focus(bundle: Json) -> None:
    part(bundle, "MessageHeader")["focus"] = [{"reference": "urn:uuid:nowhere"}]


def focus_on_patient(bundle: Json) -> None:
    part(bundle, "MessageHeader")["focus"] = [payloads.ref("patient")]


def unknown_definition(bundle: Json) -> None:
    part(bundle, "MessageHeader")["definition"] = "https://fhir.nhs.uk/MessageDefinition/none"


def definition_of_other_event(bundle: Json) -> None:
    header = part(bundle, "MessageHeader")
    header["definition"] = "https://fhir.nhs.uk/MessageDefinition/bars-message-booking-request"


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (collection, INVARIANT),
        (no_version, INVARIANT),
        (no_timestamp, INVARIANT),
        (no_id, INVARIANT),
        (no_header, INVARIANT),
        (header_later, INVARIANT),
        (repeated_url, INVARIANT),
        (foreign_url, INVARIANT),
        (booking_response, INVARIANT),
        (event_of_other_system, INVARIANT),
        (unknown_reason, INVARIANT),
        (no_reason, INVARIANT),
        (foreign_destination, INVALID),
        (no_destination, INVALID),
        (no_receiver, INVALID),
        (no_sender, REQUIRED),
        (no_source_endpoint, REQUIRED),
        (dangling_focus, INVARIANT),
        (focus_on_patient, INVARIANT),
        (unknown_definition, INVARIANT),
        (definition_of_other_event, INVARIANT),
    ],
)
def test_a_message_that_differs_in_one_thing_is_refused(
    sender: Sender, spoil: Callable[[Json], None], problem: tuple[int, str, str]
) -> None:
    bundle = payloads.referral()
    spoil(bundle)
    assert sender.post(bundle).problem == problem


@pytest.mark.parametrize("version", ["99.0.0", "2.0.0", "banana"])
def test_an_unsupported_version_is_not_processed(sender: Sender, version: str) -> None:
    bundle = payloads.referral()
    bundle["meta"]["versionId"] = version
    expected = (422, "REC_UNPROCESSABLE_ENTITY", "not-supported")
    assert sender.post(bundle).problem == expected


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.0.0-alpha", "1.0.0-beta"])
def test_every_published_version_is_processed(sender: Sender, version: str) -> None:
    bundle = payloads.referral()
    bundle["meta"]["versionId"] = version
    assert sender.post(bundle).status == 200


@pytest.mark.parametrize(
    "missing",
    [
        "Patient",
        "Encounter",
        "CarePlan",
        "HealthcareService",
        "Practitioner",
        "PractitionerRole",
        "Consent",
    ],
)
def test_a_referral_holds_what_its_definition_demands(sender: Sender, missing: str) -> None:
    assert sender.post(without(payloads.referral(), missing)).problem == INVARIANT


@pytest.mark.parametrize("missing", ["Patient", "Slot", "Schedule", "HealthcareService"])
def test_a_booking_holds_what_its_definition_demands(sender: Sender, missing: str) -> None:
    assert sender.post(without(sender.booking(), missing)).problem == INVARIANT


def test_no_resource_comes_more_often_than_its_definition_allows(sender: Sender) -> None:
    bundle = payloads.referral()
    second = {"fullUrl": "urn:uuid:second", "resource": part(bundle, "Patient")}
    bundle["entry"].append(second)
    assert sender.post(bundle).problem == INVARIANT


def test_a_use_case_of_another_service_is_not_supported(sender: Sender) -> None:
    expected = (422, "REC_UNPROCESSABLE_ENTITY", "not-supported")
    referral = payloads.referral()
    part(referral, "ServiceRequest")["category"][0]["coding"][1]["code"] = "a6t3"
    assert sender.post(referral).problem == expected
    booking = sender.booking()
    part(booking, "Appointment")["serviceCategory"] = [payloads.coding(USE_CASES, "a6t3")]
    assert sender.post(booking).problem == expected


def test_the_spellings_of_published_examples_are_understood(sender: Sender) -> None:
    bundle = payloads.referral()
    header = part(bundle, "MessageHeader")
    header["destination"][0]["endpoint"] = "http://fhir.nhs.uk/id/dos-service-id|2000011147"
    header["eventCoding"]["system"] = EVENTS.replace("CodeSystem", "Codesystem")
    part(bundle, "ServiceRequest")["category"][0]["coding"][1]["code"] = "A1T1"
    assert sender.post(bundle).status == 200


def test_decision_support_may_be_named(sender: Sender) -> None:
    bundle = payloads.referral()
    url = "https://fhir.nhs.uk/StructureDefinition/CDSSExtension"
    inner = [{"url": "requesterCDSSSoftware", "valueString": "Pathways"}]
    part(bundle, "MessageHeader")["extension"] = [{"url": url, "extension": inner}]
    assert sender.post(bundle).status == 200


def test_an_acknowledgement_is_a_message_back_to_the_sender(sender: Sender) -> None:
    bundle = payloads.referral()
    reply = sender.post(bundle).body
    assert (reply["resourceType"], reply["type"]) == ("Bundle", "message")
    assert reply["meta"]["profile"] == ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]
    assert reply["meta"]["versionId"] == "1.0.0"
    assert reply["meta"]["lastUpdated"]
    assert reply["timestamp"]
    header = reply["entry"][0]["resource"]
    assert header["resourceType"] == "MessageHeader"
    assert header["response"] == {"identifier": bundle["id"], "code": "ok"}
    assert header["destination"][0]["endpoint"].endswith("|2000099999")
    assert header["source"]["endpoint"].endswith("|2000011147")
    assert header["sender"] == payloads.ref("receiver")


def test_everything_in_an_acknowledgement_has_an_id_and_a_date(sender: Sender) -> None:
    reply = sender.post(payloads.referral()).body
    resources = [entry["resource"] for entry in reply["entry"]]
    assert all(resource["id"] for resource in resources)
    assert all(resource["meta"]["lastUpdated"] for resource in resources)
    urls = [entry["fullUrl"] for entry in reply["entry"]]
    assert len(set(urls)) == len(urls)


def test_the_id_that_is_given_can_be_read(sender: Sender) -> None:
    given = sender.post(payloads.referral()).one("ServiceRequest")["id"]
    assert sender.get(f"/ServiceRequest/{given}").body["id"] == given


@pytest.mark.parametrize("change", ["bundle", "focus"])
def test_an_update_older_than_what_is_held_is_a_conflict(sender: Sender, change: str) -> None:
    message = payloads.cancellation(sender.book()["id"])
    older = "2020-01-01T00:00:00Z"
    held = message if change == "bundle" else part(message, "Appointment")
    held["meta"]["lastUpdated"] = older
    assert sender.post(message).problem == (409, "REC_CONFLICT", "conflict")


def test_an_update_as_old_as_what_is_read_is_no_conflict(sender: Sender) -> None:
    appointment = sender.book()
    message = payloads.cancellation(appointment["id"])
    part(message, "Appointment")["meta"] = appointment["meta"]
    assert sender.post(message).status == 200


def test_a_response_answers_a_request_that_is_known(sender: Sender) -> None:
    arguments = ("validation-interim", "validation", "active", "in-progress")
    assert sender.post(payloads.response(None, *arguments)).problem == INVARIANT
    unknown = sender.post(payloads.response("unknown", *arguments))
    assert unknown.problem == (404, "REC_NOT_FOUND", "not-found")
    assert sender.post(payloads.response(SENT_VALIDATION, *arguments)).status == 200


def test_a_request_that_was_received_is_known_as_well(sender: Sender) -> None:
    request = payloads.validation()
    assert sender.post(request).status == 200
    arguments = ("validation-interim", "validation", "active", "in-progress")
    assert sender.post(payloads.response(request["id"], *arguments)).status == 200


def test_a_message_that_is_refused_leaves_nothing_behind(sender: Sender) -> None:
    message = sender.booking(nhs_number="9990000190")
    before = sender.slots().all("Slot")
    del part(message, "Appointment")["participant"]
    assert sender.post(message).problem == INVARIANT
    assert sender.slots().all("Slot") == before
    query = {"patient:identifier": "https://fhir.nhs.uk/Id/nhs-number|9990000190"}
    assert sender.get("/Appointment", query).body["total"] == 0
