"""What referrals and validation requests bring, and what becomes of them (BARS-REF)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance_cli.reference.bars.receiver import SENT_REFERRAL
from tests.reference import payloads
from tests.reference.payloads import part
from tests.reference.sender import Sender

Json = Any
Spoil = Callable[[Json], None]
JOURNEY = [{"reference": "EpisodeOfCare/d877b820-e72b-44d1-a627-195f54bfc606"}]


def test_a_new_request_is_answered_with_a_planned_encounter_of_the_same_journey(
    sender: Sender,
) -> None:
    for message in (payloads.referral(), payloads.validation()):
        planned = sender.post(message).all("Encounter")[-1]
        assert planned["status"] == "planned"
        assert planned["identifier"][0]["value"].startswith("CASE-")
        assert planned["class"]["code"] == "EMER"
        assert planned["episodeOfCare"] == JOURNEY


def test_a_referral_can_be_read_as_it_was_sent(sender: Sender) -> None:
    message = payloads.referral()
    sent, held = part(message, "ServiceRequest"), sender.refer(message)
    for same in ("status", "intent", "category", "authoredOn", "occurrencePeriod"):
        assert held[same] == sent[same]
    assert held["subject"]["identifier"]["value"] == payloads.PATIENT
    for element, target in (
        (held["subject"], "Patient/"),
        (held["encounter"], "Encounter/"),
        (held["requester"], "PractitionerRole/"),
        (held["basedOn"][0], "CarePlan/"),
        (held["performer"][0], "HealthcareService/2000011147"),
    ):
        assert element["reference"].startswith(target)


def dropping(resource_type: str, element: str) -> Spoil:
    return lambda bundle: part(bundle, resource_type).pop(element)


def other_intent(bundle: Json) -> None:
    part(bundle, "ServiceRequest")["intent"] = "order"


def no_use_case(bundle: Json) -> None:
    part(bundle, "ServiceRequest")["category"][0]["coding"].pop()


@pytest.mark.parametrize(
    ("spoil", "issue"),
    [
        (other_intent, "invariant"),
        (no_use_case, "required"),
        (dropping("ServiceRequest", "intent"), "invariant"),
        (dropping("ServiceRequest", "category"), "invariant"),
        (dropping("ServiceRequest", "authoredOn"), "required"),
        (dropping("ServiceRequest", "subject"), "required"),
        (dropping("ServiceRequest", "encounter"), "required"),
        (dropping("ServiceRequest", "requester"), "required"),
        (dropping("ServiceRequest", "performer"), "required"),
        (dropping("ServiceRequest", "basedOn"), "required"),
        (dropping("Encounter", "class"), "required"),
        (dropping("Encounter", "episodeOfCare"), "required"),
        (dropping("Consent", "scope"), "required"),
        (dropping("Consent", "category"), "required"),
        (dropping("Consent", "policyRule"), "required"),
        (dropping("Consent", "dateTime"), "required"),
    ],
)
def test_a_referral_without_what_it_needs_is_refused(
    sender: Sender, spoil: Spoil, issue: str
) -> None:
    message = payloads.referral()
    spoil(message)
    assert sender.post(message).problem == (400, "REC_BAD_REQUEST", issue)


def contact_twice_first(bundle: Json) -> None:
    contacts = part(bundle, "Patient")["contact"]
    contacts.append(contacts[0])


def contact_unranked(bundle: Json) -> None:
    del part(bundle, "Patient")["contact"][0]["extension"]


def contact_unrelated(bundle: Json) -> None:
    del part(bundle, "Patient")["contact"][0]["relationship"]


def nobody_to_call(bundle: Json) -> None:
    part(bundle, "Patient")["contact"][0]["telecom"] = [
        {"system": "email", "value": "a@example.org", "rank": 1}
    ]


def telecom_unranked(bundle: Json) -> None:
    del part(bundle, "Patient")["contact"][0]["telecom"][0]["rank"]


def number_unverified(bundle: Json) -> None:
    del part(bundle, "Patient")["identifier"][0]["extension"]


@pytest.mark.parametrize(
    "spoil",
    [
        contact_twice_first,
        contact_unranked,
        contact_unrelated,
        nobody_to_call,
        telecom_unranked,
        number_unverified,
        dropping("Patient", "contact"),
    ],
)
def test_a_patient_whom_nobody_can_reach_or_verify_is_invalid(sender: Sender, spoil: Spoil) -> None:
    for message in (payloads.referral(), sender.booking()):
        spoil(message)
        assert sender.post(message).problem == (400, "REC_BAD_REQUEST", "invalid")


def test_an_nhs_number_that_was_not_traced_is_accepted(sender: Sender) -> None:
    message = payloads.referral()
    state = part(message, "Patient")["identifier"][0]["extension"][0]["valueCodeableConcept"]
    state["coding"][0]["code"] = "number-present-but-not-traced"
    assert sender.post(message).status == 200


def test_a_patient_without_nhs_number_is_welcome(sender: Sender) -> None:
    assert "identifier" not in sender.refer(payloads.referral(None))["subject"]


def test_a_request_needs_two_organizations(sender: Sender) -> None:
    message = payloads.referral()
    message["entry"] = [
        entry
        for entry in message["entry"]
        if entry["fullUrl"] != payloads.ref("sender")["reference"]
    ]
    assert sender.post(message).problem == (400, "REC_BAD_REQUEST", "invariant")


def test_a_validation_request_says_where_and_until_when(sender: Sender) -> None:
    nowhere = payloads.without(payloads.validation(), "Location")
    assert sender.post(nowhere).problem == (400, "REC_BAD_REQUEST", "invariant")
    endless = payloads.validation()
    del part(endless, "ServiceRequest")["occurrencePeriod"]["end"]
    assert sender.post(endless).problem == (400, "REC_BAD_REQUEST", "required")


def test_a_validation_request_may_leave_out_when_it_was_written(sender: Sender) -> None:
    message = payloads.validation()
    del part(message, "ServiceRequest")["authoredOn"]
    assert sender.post(message).status == 200


@pytest.mark.parametrize("missing", [None, "status", "category", "code", "subject"])
def test_a_scene_safety_flag_is_complete(sender: Sender, missing: str | None) -> None:
    message, flag = payloads.validation(), payloads.scene_safety_flag()
    if missing:
        del flag[missing]
    message["entry"].append({"fullUrl": "urn:uuid:flag", "resource": flag})
    answer = sender.post(message)
    if missing:
        assert answer.problem == (400, "REC_BAD_REQUEST", "invariant")
    else:
        assert answer.status == 200


def test_a_withdrawn_request_cannot_be_withdrawn_again(sender: Sender) -> None:
    message = payloads.withdrawal(sender.refer()["id"], "referral")
    assert sender.post(message).status == 200
    assert sender.post(message).problem == (409, "REC_CONFLICT", "conflict")


def test_a_response_tells_the_status_of_a_request_that_is_known(sender: Sender) -> None:
    request = sender.refer()
    response = payloads.response(SENT_REFERRAL, "referral-short", "referral", "revoked", "triaged")
    part(response, "ServiceRequest")["id"] = request["id"]
    assert sender.post(response).status == 200
    assert sender.get(f"/ServiceRequest/{request['id']}").body["status"] == "revoked"
