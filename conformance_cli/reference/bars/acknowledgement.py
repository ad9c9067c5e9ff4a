"""The synchronous answer to a message: a message itself, with the ids given here."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars.arrivals import Arrivals
from conformance_cli.reference.bars.json_paths import first, text, texts
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.store import Record
from conformance_cli.reference.bars.vocabulary import BUNDLE_PROFILE

Json = Any


def acknowledgement(
    delivery: Delivery, arrivals: Arrivals, record: Record | None, encounter: Json | None
) -> Json:
    """The Bundle that acknowledges a message.

    It repeats the event, as published acknowledgements do, with sender and receiver
    swapped, and brings back every resource; ``record`` is what was stored of the focus
    and ``encounter`` the one that was planned, where there are such.
    """
    message, receiver = delivery.message, delivery.receiver
    entries = [_entry(f"urn:uuid:{receiver.identities.mint()}", _header(delivery))]
    for full_url, resource in message.entries:
        if resource is message.header:
            continue
        returned = arrivals.as_received(full_url, resource)
        if resource is message.focus and record is not None:
            returned |= _as_stored(record)
        if resource is message.slot and delivery.slot is not None:
            returned |= {"status": delivery.slot.status}
        entries.append(_entry(full_url, returned))
    if encounter is not None:
        entries.append(_entry(f"urn:uuid:{encounter['id']}", encounter))
    return {
        "resourceType": "Bundle",
        "id": receiver.identities.mint(),
        "meta": {
            "versionId": text(message.bundle, "meta", "versionId") or "1.0.0",
            "lastUpdated": receiver.stamp(),
            "profile": [BUNDLE_PROFILE],
        },
        "type": "message",
        "timestamp": receiver.stamp(),
        "entry": entries,
    }


def _as_stored(record: Record) -> Json:
    told = ("meta", "status", "created")
    return {name: record.resource[name] for name in told if name in record.resource}


def _header(delivery: Delivery) -> Json:
    asked, receiver = delivery.message.header, delivery.receiver
    source = first(asked, "source")
    repeated = ("eventCoding", "reason", "focus", "definition")
    return {
        "resourceType": "MessageHeader",
        "id": receiver.identities.mint(),
        "meta": {**_profiles(asked), "lastUpdated": receiver.stamp()},
        "destination": [{"endpoint": text(source, "endpoint"), "receiver": first(asked, "sender")}],
        "sender": first(asked, "destination", "receiver"),
        "source": {
            "name": delivery.service.name,
            "software": "BaRS reference supplier",
            "endpoint": delivery.service.endpoint,
        },
        "response": {"identifier": text(delivery.message.bundle, "id"), "code": "ok"},
        **{name: asked[name] for name in repeated if name in asked},
    }


def _profiles(header: Json) -> Json:
    profiles = list(texts(header, "meta", "profile"))
    return {"profile": profiles} if profiles else {}


def _entry(full_url: str, resource: Json) -> Json:
    return {"fullUrl": full_url, "resource": resource}
