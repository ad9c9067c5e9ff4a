"""Faults in the form of messages, and of the replies to them (BARS-MSG)."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars import bundle_rules, decisions
from conformance_cli.reference.bars.body_changes import dropping, of_each, resources, setting
from conformance_cli.reference.bars.json_paths import text
from conformance_cli.reference.bars.planted import (
    acknowledged,
    acknowledging,
    breaking,
    deciding,
    ignoring,
    misreporting,
    planted,
    refused_message,
    reshaping,
    stopped_by,
)
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.services import fixed_id
from conformance_cli.reference.bars.vocabulary import Event

Json = Any

_REPLIED = acknowledged()


def _never(_: Delivery) -> bool:
    return False


def _is_booking_response(delivery: Delivery) -> bool:
    return delivery.message.event == Event.BOOKING_RESPONSE


def _has_no_patient(delivery: Delivery) -> bool:
    return not any(delivery.message.of("Patient"))


def _has_no_destination(delivery: Delivery) -> bool:
    return not text(delivery.message.header, "destination", "endpoint")


def _header_last(body: Json) -> None:
    body["entry"] = [*body["entry"][1:], body["entry"][0]]


def _in_source(body: Json) -> None:
    for header in resources(body, "MessageHeader"):
        header["source"].pop("endpoint")


def _point_nowhere(body: Json) -> None:
    nowhere = fixed_id("nobody")
    for header in resources(body, "MessageHeader"):
        header["sender"] = {"reference": f"urn:uuid:{nowhere}"}


MESSAGE_FAULTS = (
    planted(
        "accepts-any-bundle-type",
        "A Bundle that is no message is processed like one.",
        "MSG-001",
        ignoring(bundle_rules.bundle_is_message),
    ),
    planted(
        "replies-with-collection",
        "The reply to a message is a Bundle that is no message.",
        "MSG-001",
        reshaping(_REPLIED, setting("type", "collection")),
    ),
    planted(
        "accepts-missing-message-version",
        "A message that does not state its version is processed.",
        "MSG-002",
        ignoring(bundle_rules.version_is_stated),
    ),
    planted(
        "accepts-any-message-version",
        "A message of an unsupported version is processed.",
        "MSG-002",
        ignoring(bundle_rules.version_is_supported),
    ),
    planted(
        "accepts-message-without-header",
        "A message without a MessageHeader is acknowledged.",
        "MSG-003",
        acknowledging(stopped_by(bundle_rules.header_comes_first)),
    ),
    planted(
        "replies-with-header-last",
        "The MessageHeader of a reply is its last entry.",
        "MSG-003",
        reshaping(_REPLIED, _header_last),
    ),
    planted(
        "accepts-booking-response",
        "A message with the event booking-response is acknowledged.",
        "MSG-004",
        acknowledging(stopped_by(bundle_rules.event_is_known, _is_booking_response)),
    ),
    planted(
        "accepts-unknown-event",
        "A message with an event that is none is acknowledged.",
        "MSG-004",
        acknowledging(
            stopped_by(
                bundle_rules.event_is_known, lambda delivery: not _is_booking_response(delivery)
            )
        ),
    ),
    planted(
        "accepts-unknown-reason",
        "A message with a reason that is none is acknowledged.",
        "MSG-004",
        acknowledging(stopped_by(bundle_rules.reason_is_known)),
    ),
    planted(
        "accepts-foreign-destination",
        "A message to another service is processed.",
        "MSG-005",
        ignoring(
            bundle_rules.destination_is_this_service,
            when=lambda delivery: not _has_no_destination(delivery),
        ),
    ),
    planted(
        "accepts-missing-destination",
        "A message without a destination is processed.",
        "MSG-005",
        ignoring(
            bundle_rules.destination_is_this_service,
            bundle_rules.receiver_is_named,
            when=_has_no_destination,
        ),
    ),
    planted(
        "replies-without-source-endpoint",
        "A reply does not say where its sender can be reached.",
        "MSG-006",
        reshaping(_REPLIED, _in_source),
    ),
    planted(
        "replies-without-sender",
        "A reply does not say who sends it.",
        "MSG-006",
        reshaping(_REPLIED, of_each("MessageHeader", dropping("sender"))),
    ),
    planted(
        "accepts-dangling-focus",
        "A message whose focus is not in the Bundle is acknowledged.",
        "MSG-007",
        acknowledging(stopped_by(bundle_rules.focus_is_in_bundle)),
    ),
    planted(
        "accepts-missing-patient",
        "A message without a Patient is acknowledged.",
        "MSG-008",
        acknowledging(stopped_by(bundle_rules.cardinalities_are_met, _has_no_patient)),
    ),
    planted(
        "accepts-any-use-case",
        "A message for a use case that the service does not take part in is processed.",
        "MSG-009",
        ignoring(bundle_rules.use_case_is_supported),
    ),
    planted(
        "calls-unsupported-use-case-invalid",
        "A message for a use case that the service does not take part in is refused with 400.",
        "MSG-009",
        misreporting(bundle_rules.use_case_is_supported, status=400, code="REC_BAD_REQUEST"),
    ),
    planted(
        "keeps-id-of-service-request-to-itself",
        "A reply does not say under which id a ServiceRequest was stored.",
        "MSG-011",
        reshaping(_REPLIED, of_each("ServiceRequest", dropping("id"))),
    ),
    planted(
        "accepts-response-without-response",
        "A response that does not say what it responds to is processed.",
        "MSG-012",
        deciding("C6", when=_never),
        deciding(
            "C7",
            when=lambda delivery: (
                "response" in delivery.message.header and decisions.is_response_to_unknown(delivery)
            ),
        ),
    ),
    planted(
        "accepts-response-to-unknown-request",
        "A response to a request that nobody sent is processed.",
        "MSG-012",
        deciding("C7", when=_never),
    ),
    planted(
        "breaks-on-unparsable-body",
        "A body that is not JSON is answered with 500.",
        "MSG-014",
        breaking(refused_message(stopped_by(bundle_rules.body_is_bundle))),
    ),
    planted(
        "accepts-unparsable-body",
        "A body that is not JSON is acknowledged.",
        "MSG-014",
        acknowledging(stopped_by(bundle_rules.body_is_bundle)),
    ),
    planted(
        "replies-with-dangling-reference",
        "A reply refers to a sender that is not in its Bundle.",
        "MSG-015",
        reshaping(_REPLIED, _point_nowhere),
    ),
)
