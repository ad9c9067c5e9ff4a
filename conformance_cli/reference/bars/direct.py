"""Direct writes of Appointment and ServiceRequest, which came with API 1.1.0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.conduct import Check, Stage
from conformance_cli.reference.bars.diary import Slot
from conformance_cli.reference.bars.json_paths import decoded, identifiers, instant, objects, text
from conformance_cli.reference.bars.outcomes import (
    Problem,
    bad_request,
    conflict,
    invariant,
    not_found,
    required,
    success_outcome,
)
from conformance_cli.reference.bars.reads import held, resource_type
from conformance_cli.reference.bars.receiver import Receiver
from conformance_cli.reference.bars.store import Person, Record
from conformance_cli.reference.bars.vocabulary import NHS_NUMBER

Json = Any

#: What an update may change; everything else is rebooked.
_UPDATABLE = frozenset({"status", "cancelationReason", "reasonCode", "meta"})
#: What a reschedule may change.
_RESCHEDULABLE = frozenset({"slot", "start", "end", "meta"})
_STARTING_STATUS = {"Appointment": "booked", "ServiceRequest": "active"}


@dataclass(frozen=True)
class Change:
    """A direct write: what was sent, and what it is meant to replace."""

    call: Call
    receiver: Receiver
    record: Record | None = None

    @cached_property
    def sent(self) -> Json:
        """The body; ``None`` if it is no JSON."""
        return decoded(self.call.body)

    @property
    def slot_id(self) -> str:
        """The id of the slot that the body takes."""
        return text(self.sent, "slot", "reference").removeprefix("Slot/")

    @property
    def old_slot_id(self) -> str:
        """The id of the slot that is held so far."""
        return self.record.slot_id if self.record else ""

    @property
    def slot(self) -> Slot | None:
        """The slot of the diary that the body takes."""
        return self.receiver.diary.find(self.slot_id)

    def changed(self) -> set[str]:
        """The elements in which what is sent differs from what is held."""
        old = self.record.resource if self.record else {}
        return {name for name, value in self.sent.items() if old.get(name) != value}


def body_is_resource(change: Change) -> Problem | None:
    """The body is a resource of the type that the path says."""
    if text(change.sent, "resourceType") == resource_type(change.call):
        return None
    return bad_request("structure", "The body is not a resource of this type.")


def body_is_partial_resource(change: Change) -> Problem | None:
    """The body of a PATCH is a part of a resource."""
    if isinstance(change.sent, dict):
        return None
    return bad_request("structure", "The body is not a partial resource.")


def resource_starts(change: Change) -> Problem | None:
    """What is created is booked or active."""
    wanted = _STARTING_STATUS.get(resource_type(change.call))
    if wanted is None or text(change.sent, "status") == wanted:
        return None
    return invariant("The status is not one to start with.")


def appointment_is_complete(change: Change) -> Problem | None:
    """A created Appointment has times, a slot and participants."""
    if resource_type(change.call) != "Appointment":
        return None
    times = instant(text(change.sent, "start")) and instant(text(change.sent, "end"))
    if times and change.slot_id and any(objects(change.sent, "participant")):
        return None
    return required("An Appointment needs start, end, slot and participant.")


def slot_is_known(change: Change) -> Problem | None:
    """The slot is one that a search returned."""
    if not change.slot_id or change.slot is not None:
        return None
    return not_found("The slot is not known here.")


def slot_is_free(change: Change) -> Problem | None:
    """Nobody else has the slot."""
    slot = change.slot
    if slot is None or slot.status == "free" or slot.id == change.old_slot_id:
        return None
    return conflict("The slot is no longer free.")


def id_is_that_of_path(change: Change) -> Problem | None:
    """What is sent is what the path says."""
    if text(change.sent, "id") in ("", change.call.parts.get("id")):
        return None
    return invariant("The id of the body is not that of the path.")


def only_status_changes(change: Change) -> Problem | None:
    """BARS-BKG-013: an update changes status and reason, never the slot."""
    if change.changed() <= _UPDATABLE:
        return None
    return invariant("Only status and reason can be updated.")


def only_slot_changes(change: Change) -> Problem | None:
    """BARS-BKG-014: a reschedule changes the slot and its times."""
    if change.changed() <= _RESCHEDULABLE:
        return None
    return invariant("Only the slot can be changed by PATCH.")


def record_is_current(change: Change) -> Problem | None:
    """What is no longer current is not changed any more."""
    if change.record is None or change.record.status in ("booked", "active", "on-hold"):
        return None
    return conflict("The resource to change is no longer current.")


CREATE_RULES: tuple[Check, ...] = (
    body_is_resource,
    resource_starts,
    appointment_is_complete,
    slot_is_known,
    slot_is_free,
)
REPLACE_RULES: tuple[Check, ...] = (
    body_is_resource,
    id_is_that_of_path,
    only_status_changes,
    record_is_current,
)
PATCH_RULES: tuple[Check, ...] = (
    body_is_partial_resource,
    id_is_that_of_path,
    only_slot_changes,
    record_is_current,
    slot_is_known,
    slot_is_free,
)


def create(receiver: Receiver, call: Call) -> Reply:
    """POST: store the resource under a new id; an Appointment takes its slot."""
    change = Change(call, receiver)
    receiver.conduct.enforce(Stage.CREATE, change)
    resource = {**change.sent, "id": receiver.identities.mint()}
    if resource["resourceType"] == "Appointment":
        resource["created"] = receiver.stamp()
        receiver.diary.reserve(change.slot_id, receiver.now())
    kept = receiver.keep(Record(resource, _person(resource)))
    location = f"{call.base}/{resource['resourceType']}/{kept.id}"
    return done(receiver, 201, "RESOURCE_CREATED", {"Location": location})


def update(receiver: Receiver, call: Call) -> Reply:
    """PUT: change status and reason; what is taken back frees its slot."""
    change = Change(call, receiver, held(receiver, call))
    receiver.conduct.enforce(Stage.REPLACE, change)
    record = _revised(change, change.sent)
    if record.status not in ("booked", "active", "on-hold"):
        receiver.diary.release(change.old_slot_id, receiver.now())
    return done(receiver, 200, "RESOURCE_UPDATED")


def patch(receiver: Receiver, call: Call) -> Reply:
    """PATCH: move an Appointment to another slot."""
    change = Change(call, receiver, held(receiver, call))
    receiver.conduct.enforce(Stage.PATCH, change)
    if change.slot is not None:
        receiver.diary.release(change.old_slot_id, receiver.now())
        receiver.diary.reserve(change.slot.id, receiver.now())
    _revised(change, change.sent)
    return done(receiver, 200, "RESOURCE_UPDATED")


def delete(receiver: Receiver, call: Call) -> Reply:
    """DELETE: forget the resource; an Appointment frees its slot."""
    record = held(receiver, call)
    receiver.diary.release(record.slot_id, receiver.now())
    receiver.forget(record)
    return done(receiver, 200, "RESOURCE_REMOVED")


def _revised(change: Change, sent: Json) -> Record:
    assert change.record is not None, "handlers read the record first"  # noqa: S101
    old = change.record.resource
    return change.receiver.keep(
        replace(change.record, resource={**old, **sent, "id": old["id"], "meta": old["meta"]})
    )


def _person(resource: Json) -> Person:
    """As much of the patient as a single resource tells: a logical reference."""
    whose = [
        *objects(resource, "participant", "actor", "identifier"),
        *objects(resource, "subject", "identifier"),
    ]
    return Person(nhs_number=next(identifiers(whose, NHS_NUMBER), ""))


def done(receiver: Receiver, status: int, code: str, headers: Json = None) -> Reply:
    """The reply to a direct write that was carried out (BARS-BKG-015)."""
    outcome = success_outcome(code, receiver.identities.mint(), receiver.stamp())
    return Reply(status, outcome, headers or {})
