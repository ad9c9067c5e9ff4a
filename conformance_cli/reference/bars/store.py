"""What the receiver remembers: resources with their versions, requests, identities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from conformance_cli.reference.bars.json_paths import (
    every,
    first,
    identifiers,
    instant,
    stamp,
    text,
    texts,
)
from conformance_cli.reference.bars.services import fixed_id
from conformance_cli.reference.bars.vocabulary import NHS_NUMBER

Json = Any


@dataclass(frozen=True, slots=True)
class Person:
    """As much of a patient as searches ask for."""

    nhs_number: str = ""
    #: Every part of every name, in lower case.
    names: frozenset[str] = frozenset()
    birth_date: str = ""
    #: In upper case, without blanks.
    postcodes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, patient: Json) -> Person:
        """What a Patient resource says."""
        return cls(
            nhs_number=next(identifiers(list(every(patient, "identifier")), NHS_NUMBER), ""),
            names=frozenset(
                word.lower()
                for part in ("family", "given", "text")
                for name in texts(patient, "name", part)
                for word in name.split()
            ),
            birth_date=text(patient, "birthDate"),
            postcodes=frozenset(
                compact_postcode(code) for code in texts(patient, "address", "postalCode")
            ),
        )


def compact_postcode(postcode: str) -> str:
    """A postcode as it is compared."""
    return "".join(postcode.split()).upper()


@dataclass(frozen=True, slots=True)
class Record:
    """One version of a stored resource, and what is known around it."""

    resource: Json
    person: Person
    #: When the sender last changed it and the message around it, by the sender's clock.
    sent: tuple[datetime | None, datetime | None] = (None, None)

    @property
    def id(self) -> str:
        """The id that the receiver gave it."""
        return text(self.resource, "id")

    @property
    def status(self) -> str:
        """The resource's own status."""
        return text(self.resource, "status")

    @property
    def slot_id(self) -> str:
        """The id of the slot that it takes, if it is an Appointment with one."""
        return text(self.resource, "slot", "reference").removeprefix("Slot/")

    def is_newer_than(self, resource: datetime | None, message: datetime | None) -> bool:
        """Whether what is held here was changed after what a sender now sends."""
        return any(
            held is not None and offered is not None and offered < min(held, self._stored)
            for held, offered in zip(self.sent, (resource, message), strict=True)
        )

    @property
    def _stored(self) -> datetime:
        stored = instant(text(self.resource, "meta", "lastUpdated"))
        assert stored is not None, "every stored resource carries an instant of ours"  # noqa: S101
        return stored


class Records:
    """Resources of one type, newest version last; nothing is ever overwritten."""

    def __init__(self) -> None:
        self._versions: dict[str, list[Record]] = {}

    def __iter__(self) -> Iterator[Record]:
        return (versions[-1] for versions in self._versions.values())

    def find(self, resource_id: str) -> Record | None:
        """The newest version, if the resource is here."""
        versions = self._versions.get(resource_id.lower())
        return versions[-1] if versions else None

    def version(self, resource_id: str, version_id: str) -> Record | None:
        """One version, current or past."""
        for record in self._versions.get(resource_id.lower(), ()):
            if text(record.resource, "meta", "versionId") == version_id:
                return record
        return None

    def keep(self, record: Record, now: datetime) -> Record:
        """Store a new resource or a new version, and return it with its metadata."""
        versions = self._versions.setdefault(record.id.lower(), [])
        meta = {
            **(first(record.resource, "meta") or {}),
            "versionId": str(len(versions) + 1),
            "lastUpdated": stamp(now),
        }
        kept = replace(record, resource={**record.resource, "meta": meta})
        versions.append(kept)
        return kept

    def remove(self, resource_id: str) -> None:
        """Forget a resource with all its versions."""
        self._versions.pop(resource_id.lower(), None)


class Identities:
    """New UUIDs, the same in every application that is asked the same things."""

    def __init__(self) -> None:
        self._namespace = UUID(fixed_id("minted"))
        self._count = 0
        self._minted: set[str] = set()

    def mint(self) -> str:
        """A UUID that was not given before."""
        self._count += 1
        minted = str(uuid5(self._namespace, str(self._count)))
        self._minted.add(minted)
        return minted

    def minted(self, resource_id: str) -> bool:
        """Whether this id was given by this application."""
        return resource_id.lower() in self._minted


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes two writes the same one."""

    request_id: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Which writes were processed and which are being processed."""

    processed: set[RequestKey] = field(default_factory=set)
    in_process: set[RequestKey] = field(default_factory=set)


#: Tells the time, aware of its zone.
Clock = Callable[[], datetime]
