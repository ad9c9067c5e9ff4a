"""POST /$process-message: from the rules to the effects to the acknowledgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from conformance_cli.reference.bars.acknowledgement import acknowledgement
from conformance_cli.reference.bars.arrivals import Arrivals
from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.conduct import Stage, Workflow
from conformance_cli.reference.bars.json_paths import decoded, stamp, text
from conformance_cli.reference.bars.messages import Message
from conformance_cli.reference.bars.receiver import Delivery, Receiver
from conformance_cli.reference.bars.store import Person, Record

Json = Any
Effect = Callable[[Delivery, Arrivals], Record | None]


def process_message(receiver: Receiver, call: Call) -> Reply:
    """Process one message, all or nothing, and acknowledge it."""
    delivery = Delivery(call, Message(decoded(call.body)), receiver)
    receiver.conduct.enforce(Stage.MESSAGE, delivery)
    workflow = receiver.conduct.decide(delivery)
    receiver.conduct.enforce(workflow, delivery)
    arrivals = Arrivals(delivery, starts_something=workflow in _STARTS)
    record = _EFFECTS[workflow](delivery, arrivals)
    receiver.messages.add(text(delivery.message.bundle, "id"))
    encounter = arrivals.planned_encounter() if workflow in _PLANS_ENCOUNTER else None
    return Reply(200, acknowledgement(delivery, arrivals, record, encounter))


def _book(delivery: Delivery, arrivals: Arrivals) -> Record | None:
    receiver = delivery.receiver
    if delivery.slot is not None:
        receiver.diary.reserve(delivery.slot.id, receiver.now())
    appointment = arrivals.localised(delivery.message.focus)
    return _keep(delivery, {**appointment, "created": stamp(receiver.now())})


def _start(delivery: Delivery, arrivals: Arrivals) -> Record | None:
    return _keep(delivery, arrivals.localised(delivery.message.focus))


def _withdraw(delivery: Delivery, _: Arrivals) -> Record | None:
    held = delivery.held
    if held is None:
        return None
    receiver, focus = delivery.receiver, delivery.message.focus
    receiver.diary.release(held.slot_id, receiver.now())
    said = {key: focus[key] for key in ("status", "cancelationReason") if key in focus}
    return _revise(delivery, held, said)


def _update(delivery: Delivery, arrivals: Arrivals) -> Record | None:
    held = delivery.held
    if held is None:
        return None
    changed = arrivals.localised(delivery.message.focus)
    if delivery.slot is not None:
        now = delivery.receiver.now()
        delivery.receiver.diary.release(held.slot_id, now)
        delivery.receiver.diary.reserve(delivery.slot.id, now)
    kept = {key: held.resource[key] for key in ("id", "created") if key in held.resource}
    return _revise(delivery, held, {**changed, **kept})


def _learn(delivery: Delivery, _: Arrivals) -> Record | None:
    """Take over the status that a response reports, where the request is known here."""
    request = delivery.message.service_request
    held = delivery.receiver.service_requests.find(text(request, "id"))
    if held is None:
        return None
    return _revise(delivery, held, {"status": text(request, "status")})


_EFFECTS: Mapping[Workflow, Effect] = MappingProxyType(
    {
        Workflow.NEW_BOOKING: _book,
        Workflow.UPDATED_BOOKING: _update,
        Workflow.CANCELLED_BOOKING: _withdraw,
        Workflow.NEW_REFERRAL: _start,
        Workflow.CANCELLED_REFERRAL: _withdraw,
        Workflow.NEW_VALIDATION: _start,
        Workflow.UPDATED_VALIDATION: _update,
        Workflow.CANCELLED_VALIDATION: _withdraw,
        Workflow.MISSED_REFERRAL: _learn,
        Workflow.INTERIM_VALIDATION: _learn,
        Workflow.FINAL_VALIDATION: _learn,
        Workflow.REJECTED_VALIDATION: _learn,
    }
)
_STARTS = (Workflow.NEW_BOOKING, Workflow.NEW_REFERRAL, Workflow.NEW_VALIDATION)
_PLANS_ENCOUNTER = (Workflow.NEW_REFERRAL, Workflow.NEW_VALIDATION)


def _keep(delivery: Delivery, resource: Json) -> Record | None:
    if not resource.get("resourceType"):
        return None
    person = Person.of(delivery.message.the("Patient"))
    return delivery.receiver.keep(Record(resource, person, delivery.message.sent))


def _revise(delivery: Delivery, held: Record, changes: Json) -> Record:
    resource = {**held.resource, **changes, "meta": held.resource["meta"]}
    return delivery.receiver.keep(replace(held, resource=resource, sent=delivery.message.sent))
