"""Faults in what API 1.1.0 brought: demographics, direct writes, pointers."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars import direct, headers, reads, registry
from conformance_cli.reference.bars.body_changes import in_coding, of_each
from conformance_cli.reference.bars.calls import Reply
from conformance_cli.reference.bars.capability import DefinitionSearch
from conformance_cli.reference.bars.conduct import Outgoing, Stage
from conformance_cli.reference.bars.json_paths import decoded, text
from conformance_cli.reference.bars.outcomes import Problem, invalid
from conformance_cli.reference.bars.planted import (
    acknowledged,
    amending,
    at,
    ignoring,
    insisting,
    planted,
    reshaping,
)
from conformance_cli.reference.bars.pointers import pointer, pointer_to
from conformance_cli.reference.bars.store import Record
from conformance_cli.reference.bars.vocabulary import Event

Json = Any

_PATCHED = at("/Appointment", 200, method="PATCH", below=True)
_CREATED = at("/Appointment", 201, method="POST")
_POINTER_CREATED = at("/DocumentReference", 201, method="POST")


def _hold_new_slot_free(outgoing: Outgoing) -> Reply:
    """The slot that a booking was moved to is offered again."""
    if _PATCHED(outgoing):
        receiver = outgoing.receiver
        slot = text(decoded(outgoing.call.body), "slot", "reference").removeprefix("Slot/")
        receiver.diary.release(slot, receiver.now())
    return outgoing.reply


def _type_as_note(pointer: Json) -> None:
    pointer["type"]["coding"][0]["code"] = "3457005"


def _keep_pointers(outgoing: Outgoing) -> Reply:
    """A pointer at a booking that is no longer current is put back."""
    if acknowledged(Event.BOOKING_REQUEST)(outgoing):
        receiver = outgoing.receiver
        for record in receiver.appointments:
            if record.status != "booked" and pointer_to(receiver.documents, record.id) is None:
                document = pointer(record, receiver.identities.mint(), receiver.stamp())
                receiver.documents.keep(Record(document, record.person), receiver.now())
    return outgoing.reply


def _context_is_single(search: DefinitionSearch) -> Problem | None:
    if len(search.call.values("context")) > 1:
        return invalid("The context is there more than once.")
    return None


DIRECT_FAULTS = (
    planted(
        "refuses-second-context",
        "A use case as second context is refused.",
        "MD-007",
        insisting(Stage.DEFINITIONS, _context_is_single),
    ),
    planted(
        "searches-by-some-demographics",
        "A search by demographics is answered although one of them is missing.",
        "RD-008",
        ignoring(reads.demographics_are_complete),
    ),
    planted(
        "updates-slot-by-put",
        "PUT moves an Appointment to another slot.",
        "BKG-013",
        ignoring(direct.only_status_changes),
    ),
    planted(
        "offers-slot-of-moved-booking",
        "The slot that an Appointment was moved to is still offered.",
        "BKG-014",
        amending(_hold_new_slot_free),
    ),
    planted(
        "reports-other-success-code",
        "A created Appointment is reported as removed.",
        "BKG-015",
        reshaping(_CREATED, in_coding(code="RESOURCE_REMOVED")),
    ),
    planted(
        "returns-pointers-to-older-versions",
        "A request for pointers with a version below 1.1.0 is answered.",
        "DOC-001",
        ignoring(
            headers.version_has_operation,
            when=lambda visit: visit.operation.path.startswith("/DocumentReference"),
        ),
    ),
    planted(
        "reports-pointer-as-updated",
        "A created pointer is reported as updated.",
        "DOC-002",
        reshaping(_POINTER_CREATED, in_coding(code="RESOURCE_UPDATED")),
    ),
    planted(
        "searches-pointers-without-subject",
        "A search for pointers of nobody in particular is answered.",
        "DOC-003",
        ignoring(registry.subject_is_present),
    ),
    planted(
        "types-pointers-as-notes",
        "Pointers have the type of a referral note.",
        "DOC-004",
        reshaping(at("/DocumentReference", 200), of_each("DocumentReference", _type_as_note)),
    ),
    planted(
        "keeps-pointer-of-cancelled-booking",
        "The pointer at a cancelled booking is not deleted.",
        "DOC-005",
        amending(_keep_pointers),
    ),
)
