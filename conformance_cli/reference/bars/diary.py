"""The diary: slots of every clinic, made relative to the moment the application starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from conformance_cli.reference.bars.json_paths import stamp
from conformance_cli.reference.bars.services import Clinic, Service, described, fixed_id

Json = Any

#: How many days of slots there are, from the day after the start on.
DAYS = 12
#: Length of a slot.
LENGTH = timedelta(minutes=20)
#: Every so many slots, one is busy from the start.
BUSY_EVERY = 9


@dataclass(slots=True)
class Slot:
    """One slot.  ``changed`` is when its status last changed."""

    id: str
    clinic: Clinic
    service: Service
    start: datetime
    status: str
    changed: datetime
    version: int = 1

    def resource(self) -> Json:
        """The Slot as it is now."""
        slot = described(
            "Slot",
            self.id,
            stamp(self.changed),
            schedule={"reference": f"Schedule/{self.clinic.schedule_id}"},
            status=self.status,
            start=stamp(self.start),
            end=stamp(self.start + LENGTH),
        )
        slot["meta"]["versionId"] = str(self.version)
        return slot


class Diary:
    """All slots of all services.  Whoever books one reserves it; cancelling releases it."""

    def __init__(self, services: Iterable[Service], now: datetime) -> None:
        self._slots = {slot.id: slot for slot in _planned(services, now)}

    def find(self, slot_id: str) -> Slot | None:
        """The slot with this id, if there is one."""
        return self._slots.get(slot_id)

    def search(
        self, service: Service, statuses: frozenset[str], start: datetime, end: datetime
    ) -> list[Slot]:
        """Slots of a service with one of the statuses that start within [start, end]."""
        return [
            slot
            for slot in self._slots.values()
            if slot.service is service and slot.status in statuses and start <= slot.start <= end
        ]

    def reserve(self, slot_id: str, now: datetime) -> None:
        """Make a slot busy."""
        self._set(slot_id, "busy", now)

    def release(self, slot_id: str, now: datetime) -> None:
        """Make a slot free again."""
        self._set(slot_id, "free", now)

    def _set(self, slot_id: str, status: str, now: datetime) -> None:
        slot = self._slots.get(slot_id)
        if slot is not None:
            slot.status, slot.changed, slot.version = status, now, slot.version + 1


def _planned(services: Iterable[Service], now: datetime) -> Iterator[Slot]:
    midnight = datetime.combine(now.date(), time(), tzinfo=now.tzinfo)
    for service in services:
        count = 0
        for day in range(1, DAYS + 1):
            for minutes, clinic in _day_of(service):
                count += 1
                yield Slot(
                    id=fixed_id(f"slot {clinic.key} {day} {minutes}"),
                    clinic=clinic,
                    service=service,
                    start=midnight + timedelta(days=day, minutes=minutes),
                    status="busy" if count % BUSY_EVERY == 0 else "free",
                    changed=now,
                )


def _day_of(service: Service) -> list[tuple[int, Clinic]]:
    starts = [(minutes, clinic) for clinic in service.clinics for minutes in clinic.starts]
    return sorted(starts, key=lambda start: start[0])
