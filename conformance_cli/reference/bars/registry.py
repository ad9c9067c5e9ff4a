"""The registry of pointers, DocumentReference, which came with API 1.1.0 (section DOC)."""

from __future__ import annotations

from dataclasses import replace

from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.conduct import Check, Stage
from conformance_cli.reference.bars.direct import (
    Change,
    body_is_resource,
    done,
    id_is_that_of_path,
)
from conformance_cli.reference.bars.json_paths import every, text
from conformance_cli.reference.bars.outcomes import Problem
from conformance_cli.reference.bars.reads import held
from conformance_cli.reference.bars.receiver import Receiver
from conformance_cli.reference.bars.searchsets import searchset
from conformance_cli.reference.bars.store import Record

SUBJECT = "subject:identifier"
#: Search parameter to where its value is found.
_TOKENS = {
    SUBJECT: ("subject", "identifier"),
    "custodian:identifier": ("custodian", "identifier"),
    "type": ("type", "coding"),
}


def subject_is_present(call: Call) -> Problem | None:
    """BARS-DOC-003: a search is always for somebody."""
    if call.value(SUBJECT):
        return None
    return Problem(400, "SEND_BAD_REQUEST", "required", f"The parameter {SUBJECT} is missing.")


REGISTRY_RULES: tuple[Check, ...] = (subject_is_present,)
POINTER_RULES: tuple[Check, ...] = (body_is_resource, id_is_that_of_path)


def search_pointers(receiver: Receiver, call: Call) -> Reply:
    """The pointers to everything of one patient."""
    receiver.conduct.enforce(Stage.REGISTRY, call)
    found = [document.resource for document in receiver.documents if _matches(call, document)]
    return Reply(200, searchset(receiver, call, found))


def update_pointer(receiver: Receiver, call: Call) -> Reply:
    """PUT: replace a pointer as a whole."""
    record = held(receiver, call)
    change = Change(call, receiver, record)
    receiver.conduct.enforce(Stage.POINTER, change)
    receiver.keep(replace(record, resource={**change.sent, "id": record.id}))
    return done(receiver, 200, "RESOURCE_UPDATED")


def _matches(call: Call, document: Record) -> bool:
    return all(
        not call.value(name) or call.value(name) in _tokens(document, path)
        for name, path in _TOKENS.items()
    )


def _tokens(document: Record, path: tuple[str, ...]) -> set[str]:
    tokens = set()
    for item in every(document.resource, *path):
        value = text(item, "value") or text(item, "code")
        tokens |= {value, f"{text(item, 'system')}|{value}"}
    return tokens
