"""Faults in reading and searching appointments and service requests (BARS-RD)."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from conformance_cli.reference.bars import reads
from conformance_cli.reference.bars.calls import Reply
from conformance_cli.reference.bars.conduct import Outgoing
from conformance_cli.reference.bars.json_paths import every
from conformance_cli.reference.bars.outcomes import not_found, operation_outcome
from conformance_cli.reference.bars.planted import (
    Planted,
    amending,
    at,
    ignoring,
    planted,
    replying,
    reshaping,
)
from conformance_cli.reference.bars.services import fixed_id

Json = Any

_SOMEBODY_ELSE = "9990000107"
_NOTHING = not_found("There is nothing for this patient.")
_EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}


def _other_id(body: Json) -> None:
    body["id"] = str(body.get("id")).upper()


def _somebody_elses(body: Json) -> None:
    """The first match again, as somebody else's."""
    if not body.get("entry"):
        return
    entry = deepcopy(body["entry"][0])
    resource = entry["resource"]
    resource["id"] = fixed_id("somebody else's")
    for whose in (*every(resource, "participant", "actor"), *every(resource, "subject")):
        if "identifier" in whose:
            whose["identifier"] = {**whose["identifier"], "value": _SOMEBODY_ELSE}
    entry["fullUrl"] = f"{entry['fullUrl'].rpartition('/')[0]}/{resource['id']}"
    body["entry"].append(entry)
    body["total"] += 1


def _faults_of(resource_type: str, name: str, first: int) -> Iterator[Planted]:
    """The same faults for both types; ``first`` is the number of the first requirement."""
    path = f"/{resource_type}"
    an = f"{'An' if name == 'appointment' else 'A'} {name.replace('-', ' ')}"

    def about(subject: Any) -> bool:
        return reads.resource_type(subject.call) == resource_type

    def missing(outgoing: Outgoing) -> Reply:
        if not at(path, 200)(outgoing) or outgoing.reply.body.get("total") != 0:
            return outgoing.reply
        receiver = outgoing.receiver
        outcome = operation_outcome(_NOTHING, receiver.identities.mint(), receiver.stamp())
        return replace(outgoing.reply, status=_NOTHING.status, body=outcome)

    yield planted(
        f"returns-other-{name}-id",
        f"{an} is returned with another id than that it was asked for by.",
        f"RD-{first:03}",
        reshaping(at(path, 200, below=True), _other_id),
    )
    yield planted(
        f"calls-malformed-{name}-id-not-found",
        f"{an} whose id is no UUID is answered with 404.",
        f"RD-{first + 1:03}",
        ignoring(reads.id_is_uuid, when=about),
    )
    yield planted(
        f"answers-unknown-{name}-with-success",
        f"{an} that does not exist is answered with an empty searchset.",
        f"RD-{first + 2:03}",
        replying(at(path, 404, below=True), status=200, body=_EMPTY),
    )
    yield planted(
        f"finds-{name}-of-somebody-else",
        f"{an} of somebody else is found beside those of the patient.",
        f"RD-{first + 3:03}",
        reshaping(at(path, 200), _somebody_elses),
    )
    yield planted(
        f"calls-no-{name}-not-found",
        f"A patient without any {name.replace('-', ' ')} is answered with 404.",
        f"RD-{first + 4:03}",
        amending(missing),
    )
    yield planted(
        f"searches-{name}-without-patient",
        f"A search without a patient finds no {name.replace('-', ' ')} instead of being refused.",
        f"RD-{first + 5:03}",
        ignoring(reads.patient_is_present, when=about),
    )
    yield planted(
        f"searches-{name}-without-system",
        f"A patient identifier without a system finds no {name.replace('-', ' ')}.",
        f"RD-{first + 6:03}",
        ignoring(reads.patient_identifier_has_its_form, when=about),
    )


READ_FAULTS = (
    *_faults_of("Appointment", "appointment", 1),
    *_faults_of("ServiceRequest", "service-request", 101),
)
