"""Faults in what the receiver says about itself (BARS-CAP and BARS-MD)."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars import capability
from conformance_cli.reference.bars.body_changes import (
    Change,
    dropping,
    of_each,
    of_first,
    setting,
)
from conformance_cli.reference.bars.capability import DefinitionSearch
from conformance_cli.reference.bars.conduct import Stage
from conformance_cli.reference.bars.outcomes import Problem, not_found
from conformance_cli.reference.bars.planted import at, ignoring, insisting, planted, reshaping

Json = Any

_METADATA = at("/metadata", 200)
_DEFINITIONS = at("/MessageDefinition", 200)


def _in_rest(change: Change) -> Change:
    return lambda body: change(body["rest"][0])


def _undeclare_slots(rest: Json) -> None:
    rest["resource"] = [declared for declared in rest["resource"] if declared["type"] != "Slot"]


def _undeclare_reads(rest: Json) -> None:
    for declared in rest["resource"]:
        declared["interaction"] = [i for i in declared["interaction"] if i["code"] != "read"]


def _supported_as_sender_only(body: Json) -> None:
    for message in body["messaging"][0]["supportedMessage"]:
        message["mode"] = "sender"


def _context_has_system(search: DefinitionSearch) -> Problem | None:
    if all("|" in value for value in search.call.values("context")):
        return None
    return not_found("There is nothing in that context.")


CAPABILITY_FAULTS = (
    planted(
        "states-other-fhir-version",
        "The CapabilityStatement is for FHIR 3.0.2.",
        "CAP-001",
        reshaping(_METADATA, setting("fhirVersion", "3.0.2")),
    ),
    planted(
        "omits-date-of-capability",
        "The CapabilityStatement has no date.",
        "CAP-001",
        reshaping(_METADATA, dropping("date")),
    ),
    planted(
        "states-name-as-version",
        "The version of the CapabilityStatement is a name.",
        "CAP-002",
        reshaping(_METADATA, setting("version", "BaRS-R4")),
    ),
    planted(
        "states-other-major-version",
        "The version of the CapabilityStatement has another major number.",
        "CAP-002",
        reshaping(_METADATA, setting("version", "2.0.0")),
    ),
    planted(
        "hides-process-message",
        "The operation for messages is not declared.",
        "CAP-003",
        reshaping(_METADATA, _in_rest(dropping("operation"))),
    ),
    planted(
        "declares-messages-as-sender-only",
        "All supported messages are declared with the mode sender.",
        "CAP-004",
        reshaping(_METADATA, _supported_as_sender_only),
    ),
    planted(
        "hides-security",
        "No security service is declared.",
        "CAP-005",
        reshaping(_METADATA, _in_rest(dropping("security"))),
    ),
    planted(
        "hides-slot-search",
        "The search for slots is not declared.",
        "CAP-006",
        reshaping(_METADATA, _in_rest(_undeclare_slots)),
    ),
    planted(
        "hides-reads",
        "Reading appointments and service requests is not declared.",
        "CAP-006",
        reshaping(_METADATA, _in_rest(_undeclare_reads)),
    ),
    planted(
        "returns-definitions-as-collection",
        "Message definitions come back in a Bundle that is no searchset.",
        "MD-001",
        reshaping(_DEFINITIONS, setting("type", "collection")),
    ),
    planted(
        "needs-system-in-context",
        "The bare id of a service finds no message definitions.",
        "MD-002",
        insisting(Stage.DEFINITIONS, _context_has_system),
    ),
    planted(
        "finds-nothing-without-context",
        "A search for message definitions without context is answered with 404.",
        "MD-003",
        ignoring(capability.context_is_present),
    ),
    planted(
        "finds-nothing-in-malformed-context",
        "A malformed context is answered with 404.",
        "MD-004",
        ignoring(capability.context_has_its_form),
    ),
    planted(
        "answers-unknown-context-with-success",
        "A context for which there is nothing is answered with an empty searchset.",
        "MD-005",
        ignoring(capability.context_is_known),
    ),
    planted(
        "omits-event-of-definition",
        "A message definition does not say for which event it is.",
        "MD-006",
        reshaping(_DEFINITIONS, of_first("MessageDefinition", dropping("eventCoding"))),
    ),
    planted(
        "omits-focus-of-definitions",
        "Message definitions do not list the resources of their messages.",
        "MD-006",
        reshaping(_DEFINITIONS, of_each("MessageDefinition", dropping("focus"))),
    ),
)
