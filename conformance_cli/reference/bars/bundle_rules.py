"""Rules on the form of a message: the Bundle, its header, its parts."""

from __future__ import annotations

from conformance_cli.reference.bars.conduct import Check
from conformance_cli.reference.bars.definitions import BY_NAME, Definition
from conformance_cli.reference.bars.headers import MAJOR, parse_version
from conformance_cli.reference.bars.json_paths import first, instant, text
from conformance_cli.reference.bars.outcomes import (
    Problem,
    bad_request,
    invalid,
    invariant,
    not_supported,
    required,
)
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.vocabulary import (
    SERVICE_ID,
    Event,
    Reason,
    same_system,
)

#: What the focus of each event's messages may be.
_FOCUS = {
    Event.BOOKING_REQUEST: ("Appointment",),
    Event.SERVICE_REQUEST: ("ServiceRequest",),
    Event.SERVICE_RESPONSE: ("Encounter", "ServiceRequest"),
}


def body_is_bundle(delivery: Delivery) -> Problem | None:
    """BARS-MSG-014: the body is JSON, and a Bundle."""
    if text(delivery.message.bundle, "resourceType") == "Bundle":
        return None
    return bad_request("structure", "The body is not a Bundle in JSON.")


def bundle_is_message(delivery: Delivery) -> Problem | None:
    """BARS-MSG-001: the Bundle is a message."""
    if text(delivery.message.bundle, "type") == "message":
        return None
    return invariant("Bundle.type is not message.")


def version_is_stated(delivery: Delivery) -> Problem | None:
    """BARS-MSG-002, row B1: the message says which version it follows."""
    if text(delivery.message.bundle, "meta", "versionId"):
        return None
    return invariant("Bundle.meta.versionId is missing.")


def version_is_supported(delivery: Delivery) -> Problem | None:
    """BARS-MSG-002, row B2: the message follows a version that is processed here."""
    stated = text(delivery.message.bundle, "meta", "versionId")
    version = parse_version(stated)
    if not stated or (version is not None and version[0] == MAJOR):
        return None
    return not_supported("Bundle.meta.versionId is not a supported version.")


def bundle_is_dated(delivery: Delivery) -> Problem | None:
    """BARS-MSG-001: the Bundle has an id, a timestamp and a time of last change."""
    bundle = delivery.message.bundle
    dates = (text(bundle, "timestamp"), text(bundle, "meta", "lastUpdated"))
    if text(bundle, "id") and all(instant(date) is not None for date in dates):
        return None
    return invariant("Bundle needs an id, a timestamp and meta.lastUpdated.")


def header_comes_first(delivery: Delivery) -> Problem | None:
    """BARS-MSG-003: the first entry is the MessageHeader."""
    bundle = delivery.message.bundle
    if text(first(bundle, "entry"), "resource", "resourceType") == "MessageHeader":
        return None
    return invariant("The first entry is not a MessageHeader.")


def full_urls_are_unique(delivery: Delivery) -> Problem | None:
    """BARS-MSG-003: every entry has a fullUrl of its own, a urn:uuid."""
    urls = [url for url, _ in delivery.message.entries]
    if len(set(urls)) == len(urls) and all(url.startswith("urn:uuid:") for url in urls):
        return None
    return invariant("Every entry needs a unique urn:uuid fullUrl.")


def event_is_known(delivery: Delivery) -> Problem | None:
    """BARS-MSG-004: the event is one that a receiver takes."""
    if delivery.message.event in _FOCUS:
        return None
    return invariant("MessageHeader.eventCoding is not an event that is received here.")


def reason_is_known(delivery: Delivery) -> Problem | None:
    """BARS-MSG-004: the reason is one of the code system."""
    if delivery.message.reason in set(Reason):
        return None
    return invariant("MessageHeader.reason is not a known reason.")


def destination_is_this_service(delivery: Delivery) -> Problem | None:
    """BARS-MSG-005: the message is addressed to the service that it was sent to."""
    endpoint = text(delivery.message.header, "destination", "endpoint")
    system, _, value = endpoint.rpartition("|")
    if same_system(system, SERVICE_ID) and value == delivery.service.id:
        return None
    return invalid("MessageHeader.destination.endpoint is not this service.")


def receiver_is_named(delivery: Delivery) -> Problem | None:
    """BARS-MSG-005: the message says which Organization receives it."""
    reference = text(delivery.message.header, "destination", "receiver", "reference")
    if text(delivery.message.resolve(reference), "resourceType") == "Organization":
        return None
    return invalid("MessageHeader.destination.receiver is not an Organization of the Bundle.")


def sender_can_be_answered(delivery: Delivery) -> Problem | None:
    """BARS-MSG-006: sender, source name and source endpoint are there."""
    header = delivery.message.header
    system, _, value = text(header, "source", "endpoint").rpartition("|")
    if text(header, "sender", "reference") and text(header, "source", "name") and system and value:
        return None
    return required("MessageHeader needs sender, source.name and source.endpoint.")


def definition_is_supported(delivery: Delivery) -> Problem | None:
    """BARS-MSG-008: the message follows a MessageDefinition of its event."""
    definition = _definition(delivery)
    if definition is not None and definition.event == delivery.message.event:
        return None
    return invariant("MessageHeader.definition is not supported for this event.")


def cardinalities_are_met(delivery: Delivery) -> Problem | None:
    """BARS-MSG-008: the Bundle holds as many of each resource as its definition says."""
    definition = _definition(delivery)
    if definition is None:
        return None
    for resource_type, (least, most) in definition.focus.items():
        count = sum(1 for _ in delivery.message.of(resource_type))
        if count < least or (isinstance(most, int) and count > most):
            return invariant(f"The Bundle does not hold {least}..{most} {resource_type}.")
    return None


def focus_is_in_bundle(delivery: Delivery) -> Problem | None:
    """BARS-MSG-007: the focus points at the resource that the event is about."""
    message = delivery.message
    wanted = next((types for event, types in _FOCUS.items() if event == message.event), ())
    if message.focus_type in wanted:
        return None
    return invariant("MessageHeader.focus does not point at the subject of the event.")


def use_case_is_supported(delivery: Delivery) -> Problem | None:
    """BARS-MSG-009: the service takes part in the use case."""
    use_case = delivery.message.use_case
    if not use_case or use_case in delivery.service.use_cases:
        return None
    return not_supported("The service does not support this use case.")


MESSAGE_RULES: tuple[Check, ...] = (
    body_is_bundle,
    bundle_is_message,
    version_is_stated,
    version_is_supported,
    bundle_is_dated,
    header_comes_first,
    full_urls_are_unique,
    event_is_known,
    reason_is_known,
    destination_is_this_service,
    receiver_is_named,
    sender_can_be_answered,
    use_case_is_supported,
    focus_is_in_bundle,
    definition_is_supported,
    cardinalities_are_met,
)


def _definition(delivery: Delivery) -> Definition | None:
    return BY_NAME.get(delivery.message.definition)
