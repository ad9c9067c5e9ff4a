"""What becomes of a message's resources here: their ids, and the references between them."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars.json_paths import first, rewritten, stamp, text
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.services import described
from conformance_cli.reference.bars.store import Person
from conformance_cli.reference.bars.vocabulary import NHS_NUMBER

Json = Any

#: System of the case numbers that people read to each other.
CASE_NUMBER = "https://reference-supplier.example/Id/case-number"


class Arrivals:
    """The resources of one message, each with the id that it has here.

    A resource keeps the id it comes with, which is how slots and services are found
    again; the subject of a message that starts something always gets a new one.
    """

    def __init__(self, delivery: Delivery, *, starts_something: bool) -> None:
        self._delivery = delivery
        message = delivery.message
        self._ids: dict[str, str] = {}
        for full_url, resource in message.entries:
            known = text(resource, "id")
            if resource is message.focus:
                known = "" if starts_something else message.focus_id
            self._ids[full_url] = known or delivery.receiver.identities.mint()

    def id_of(self, full_url: str) -> str:
        """The id that the resource of an entry has here."""
        return self._ids[full_url]

    def localised(self, resource: Json) -> Json:
        """A resource as it is kept: with its id, and references by type and id.

        A reference to the patient also names the NHS number, so that whoever reads the
        resource alone can tell whose it is.
        """
        message = self._delivery.message
        person = Person.of(message.the("Patient"))

        def relocate(node: dict[str, Json]) -> Json:
            reference = node.get("reference")
            target = message.resolve(reference) if isinstance(reference, str) else None
            if target is None:
                return node
            resource_type = text(target, "resourceType")
            here = f"{resource_type}/{self._ids[message.full_url(target)]}"
            if resource_type == "Patient" and person.nhs_number:
                whose = {"system": NHS_NUMBER, "value": person.nhs_number}
                return {**node, "reference": here, "identifier": whose}
            return {**node, "reference": here}

        moved: Json = rewritten(resource, relocate)
        full_url = message.full_url(resource)
        return {**moved, "id": self._ids[full_url]} if full_url in self._ids else moved

    def planned_encounter(self) -> Json:
        """The Encounter that is planned here for a new request, with a number to quote."""
        receiver = self._delivery.receiver
        original = self._delivery.message.the("Encounter")
        encounter_id = receiver.identities.mint()
        names = ("class", "subject", "episodeOfCare")
        carried = {name: original[name] for name in names if name in original}
        return described(
            "Encounter",
            encounter_id,
            receiver.stamp(),
            identifier=[{"system": CASE_NUMBER, "value": f"CASE-{encounter_id[:8].upper()}"}],
            status="planned",
            period={"start": stamp(receiver.now())},
            **carried,
        )

    def as_received(self, full_url: str, resource: Json) -> Json:
        """A resource as it is sent back: as it came, with its id and its last change."""
        meta = first(resource, "meta")
        meta = dict(meta) if isinstance(meta, dict) else {}
        meta.setdefault("lastUpdated", self._delivery.receiver.stamp())
        return {**resource, "id": self._ids[full_url], "meta": meta}
