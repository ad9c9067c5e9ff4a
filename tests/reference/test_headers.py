"""What a BaRS receiver makes of the headers of any request (BARS-COM)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from conformance_cli.reference.bars.services import BARRED_ORGANISATION
from tests.reference import payloads
from tests.reference.sender import Sender

IDS = ("X-Request-Id", "X-Correlation-Id")


@pytest.mark.parametrize("name", ["X_Request_Id", "X_Correlation_Id"])
def test_both_ids_are_required(sender: Sender, name: str) -> None:
    assert sender.get("/metadata", **{name: None}).problem == (400, "REC_BAD_REQUEST", "invalid")


@pytest.mark.parametrize("name", ["X_Request_Id", "X_Correlation_Id"])
def test_an_id_that_is_no_uuid_is_a_bad_value_of_a_read(sender: Sender, name: str) -> None:
    refused = sender.get("/metadata", **{name: "not-a-uuid"})
    assert refused.problem == (400, "REC_BAD_REQUEST", "value")


def test_an_id_that_is_no_uuid_makes_a_message_invalid(sender: Sender) -> None:
    refused = sender.post(payloads.referral(), X_Request_Id="1234")
    assert refused.problem == (400, "REC_BAD_REQUEST", "invalid")


@pytest.mark.parametrize("path", ["/metadata", "/Slot", "/nowhere", "/Appointment/x"])
def test_ids_come_back_on_success_and_on_any_error(sender: Sender, path: str) -> None:
    ids = {name: str(uuid4()) for name in IDS}
    answer = sender.get(path, **{name.replace("-", "_"): value for name, value in ids.items()})
    assert {name: answer.headers[name.lower()] for name in IDS} == ids


def test_an_id_comes_back_exactly_as_it_was_written(sender: Sender) -> None:
    shouted = str(uuid4()).upper()
    assert sender.get("/metadata", X_Request_Id=shouted).headers["x-request-id"] == shouted


@pytest.mark.parametrize("version", ["99.0.0", "0.9.0", "2.0.0", "latest"])
def test_another_major_version_is_not_acceptable(sender: Sender, version: str) -> None:
    refused = sender.get("/metadata", Accept=f"application/fhir+json; version={version}")
    assert refused.problem == (406, "REC_NOT_ACCEPTABLE", "processing")


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+json; version=1.0.7",
        "application/fhir+json;version=1.1.0",
        "application/fhir+json",
        "text/html, application/fhir+json",
        "*/*",
        "",
    ],
)
def test_json_of_the_same_major_version_is_what_everybody_gets(sender: Sender, accept: str) -> None:
    answer = sender.get("/metadata", Accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/fhir+json")


def test_xml_is_not_acceptable(sender: Sender) -> None:
    refused = sender.get("/metadata", Accept="application/fhir+xml; version=1.0.0")
    assert refused.problem == (406, "REC_NOT_ACCEPTABLE", "processing")


def test_a_body_in_xml_is_not_read(sender: Sender) -> None:
    refused = sender.post(payloads.referral(), Content_Type="application/fhir+xml")
    assert refused.problem == (415, "REC_UNSUPPORTED_MEDIA_TYPE", "not-supported")


def test_a_body_of_another_major_version_is_not_acceptable(sender: Sender) -> None:
    content = "application/fhir+json; version=9.0.0"
    refused = sender.post(payloads.referral(), Content_Type=content)
    assert refused.problem == (406, "REC_NOT_ACCEPTABLE", "processing")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/Slot", "GET"),
        ("PUT", "/metadata", "GET"),
        ("POST", "/MessageDefinition", "GET"),
        ("GET", "/$process-message", "POST"),
        ("PUT", "/Appointment", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    sender: Sender, method: str, path: str, allow: str
) -> None:
    refused = sender.send(method, path)
    assert refused.problem == (405, "REC_METHOD_NOT_ALLOWED", "not-supported")
    assert refused.headers["allow"] == allow


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/Appointment"),
        ("PUT", "/Appointment/5f0c1d52-0002-4000-8000-000000000002"),
        ("PATCH", "/Appointment/5f0c1d52-0002-4000-8000-000000000002"),
        ("DELETE", "/ServiceRequest/5f0c1d52-0002-4000-8000-000000000002"),
        ("GET", "/DocumentReference"),
        ("GET", "/Endpoint"),
    ],
)
def test_what_came_with_later_versions_is_not_implemented_in_1_0_0(
    sender: Sender, method: str, path: str
) -> None:
    assert sender.send(method, path).problem == (501, "REC_NOT_IMPLEMENTED", "not-supported")


@pytest.mark.parametrize("path", ["/", "/slot", "/Encounter", "/Slot/1/2/3/4", "/%2e%2e/x"])
def test_paths_are_case_sensitive_and_others_are_not_found(sender: Sender, path: str) -> None:
    assert sender.get(path).problem == (404, "REC_NOT_FOUND", "not-found")


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (None, (400, "SEND_BAD_REQUEST", "required")),
        ("@@@", (400, "PROXY_BAD_REQUEST", "structure")),
        (payloads.encoded({}), (400, "PROXY_BAD_REQUEST", "structure")),
        (payloads.encoded({"system": "x"}), (400, "PROXY_BAD_REQUEST", "structure")),
        (payloads.encoded([]), (400, "PROXY_BAD_REQUEST", "structure")),
        (payloads.target("9999999999"), (404, "REC_NOT_FOUND", "not-found")),
        (
            payloads.encoded({"system": "urn:other", "value": "2000011147"}),
            (404, "REC_NOT_FOUND", "not-found"),
        ),
    ],
)
def test_the_target_is_a_service_that_is_here(
    sender: Sender, target: str | None, problem: tuple[int, str, str]
) -> None:
    assert sender.get("/Slot", NHSD_Target_Identifier=target).problem == problem


def test_metadata_needs_no_target(sender: Sender) -> None:
    assert sender.get("/metadata", NHSD_Target_Identifier=None).status == 200


def test_an_organisation_that_is_kept_out_is_unauthorized(sender: Sender) -> None:
    barred = payloads.organisation(BARRED_ORGANISATION)
    refused = sender.get("/metadata", NHSD_End_User_Organisation=barred)
    assert refused.problem == (401, "REC_UNAUTHORIZED", "security")


def test_the_organisation_may_be_left_out_but_not_be_garbage(sender: Sender) -> None:
    assert sender.get("/metadata", NHSD_End_User_Organisation=None).status == 200
    refused = sender.get("/metadata", NHSD_End_User_Organisation="garbage")
    assert refused.problem == (400, "REC_BAD_REQUEST", "value")


@pytest.mark.parametrize("context", [None, "no|such|use|context", "a1t1|x|booking-request|new"])
def test_use_context_is_ignored(sender: Sender, context: str | None) -> None:
    assert sender.post(payloads.referral(), use_context=context).status == 200


def test_every_outcome_has_its_shape(sender: Sender) -> None:
    outcome = sender.get("/Slot").body
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["meta"]["lastUpdated"]
    assert outcome["meta"]["profile"] == [
        "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"
    ]
    issue = outcome["issue"][0]
    assert issue["severity"] == "error"
    coding = issue["details"]["coding"][0]
    assert coding["system"] == "https://fhir.nhs.uk/CodeSystem/http-error-codes"
    assert coding["display"] == "400 - REC_BAD_REQUEST"
