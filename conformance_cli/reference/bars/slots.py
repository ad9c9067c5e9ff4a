"""GET /Slot: the parameters, their rules, the searchset (section SLT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.conduct import Check, Stage
from conformance_cli.reference.bars.diary import Slot
from conformance_cli.reference.bars.json_paths import day, instant
from conformance_cli.reference.bars.outcomes import (
    Problem,
    bad_value,
    not_found,
    required,
    too_costly,
)
from conformance_cli.reference.bars.receiver import Receiver
from conformance_cli.reference.bars.searchsets import searchset
from conformance_cli.reference.bars.services import (
    SERVICES,
    URGENT_CARE,
    Service,
    schedule,
    surroundings,
)
from conformance_cli.reference.bars.vocabulary import SERVICE_ID

Json = Any

STATUS = "status"
START = "start"
SERVICE = "Schedule.actor:HealthcareService"
INCLUDE = "_include"

STATUSES = frozenset({"free", "busy"})
#: The widest range of starts that is searched.
WIDEST = timedelta(days=92)

#: What each _include brings; the first two must always be asked for.
INCLUDES = {
    "Slot:schedule": "Schedule",
    "Schedule:actor:HealthcareService": "HealthcareService",
    "Schedule:actor:Practitioner": "Practitioner",
    "Schedule:actor:PractitionerRole": "PractitionerRole",
    "HealthcareService:providedBy": "Organization",
    "HealthcareService:location": "Location",
}
MINIMUM_INCLUDES = frozenset({"Slot:schedule", "Schedule:actor:HealthcareService"})
_AT_LEAST = ("ge", "gt")
_AT_MOST = ("le", "lt")


@dataclass(frozen=True, slots=True)
class SlotSearch:
    """A slot search as it was asked; what cannot be read is left open."""

    call: Call
    now: datetime

    @property
    def asked_statuses(self) -> list[str]:
        """Every status value that was sent."""
        return [s for value in self.call.values(STATUS) for s in value.split(",") if s]

    @property
    def statuses(self) -> frozenset[str]:
        """The statuses to search; free ones if nothing sensible was asked."""
        return STATUSES.intersection(self.asked_statuses) or frozenset({"free"})

    @property
    def start(self) -> datetime:
        """No slot before this."""
        return self._bound(_AT_LEAST, time.min) or self.now

    @property
    def end(self) -> datetime:
        """No slot after this."""
        return self._bound(_AT_MOST, time.max) or self.start + WIDEST

    @property
    def bounds(self) -> list[str]:
        """Every start value that was sent."""
        return [value for value in self.call.values(START) if value]

    @property
    def service_id(self) -> str:
        """The id of the HealthcareService, however it was written."""
        asked = self.call.value(SERVICE) or ""
        return asked.removeprefix("HealthcareService/").removeprefix(f"{SERVICE_ID}|")

    @property
    def service(self) -> Service:
        """The service to search."""
        return SERVICES.get(self.service_id, URGENT_CARE)

    @property
    def includes(self) -> frozenset[str]:
        """Every _include that was sent."""
        return frozenset(i for value in self.call.values(INCLUDE) for i in value.split(",") if i)

    def _bound(self, prefixes: tuple[str, str], at: time) -> datetime | None:
        for value in self.bounds:
            if value.startswith(prefixes):
                return moment(value[2:], at)
        return None


def moment(value: str, at: time) -> datetime | None:
    """A dateTime with an offset, or ``at`` on a date."""
    return instant(value) or day(value, at)


def status_is_present(search: SlotSearch) -> Problem | None:
    """BARS-SLT-006: the search says which slots it is about."""
    return None if search.asked_statuses else required("The parameter status is missing.")


def status_is_known(search: SlotSearch) -> Problem | None:
    """BARS-SLT-007: a status is free or busy."""
    if STATUSES.issuperset(search.asked_statuses):
        return None
    return bad_value("The parameter status is neither free nor busy.")


def range_is_present(search: SlotSearch) -> Problem | None:
    """BARS-SLT-008: the search has a beginning and an end."""
    prefixes = {value[:2] for value in search.bounds}
    both = prefixes.intersection(_AT_LEAST) and prefixes.intersection(_AT_MOST)
    # A value with another prefix is not missing but wrong.
    if both or prefixes.difference(_AT_LEAST, _AT_MOST):
        return None
    return required("The parameter start must be sent twice, with ge and le.")


def range_is_possible(search: SlotSearch) -> Problem | None:
    """BARS-SLT-009, BARS-COM-021: both are moments, of any offset and precision."""
    for value in search.bounds:
        known_prefix = value.startswith((*_AT_LEAST, *_AT_MOST))
        if not known_prefix or moment(value[2:], time.min) is None:
            return bad_value("The parameter start is not a time.")
    return bad_value("The range of start is empty.") if search.end < search.start else None


def range_is_affordable(search: SlotSearch) -> Problem | None:
    """BARS-SLT-010: the range is not too wide."""
    if search.end - search.start <= WIDEST:
        return None
    return too_costly("The range of start is too wide.")


def service_is_present(search: SlotSearch) -> Problem | None:
    """BARS-SLT-012: the search says of which service."""
    return None if search.service_id else required(f"The parameter {SERVICE} is missing.")


def service_is_known(search: SlotSearch) -> Problem | None:
    """BARS-SLT-011: the service is here."""
    if not search.service_id or search.service_id in SERVICES:
        return None
    return not_found("The HealthcareService is not known here.")


def includes_are_sufficient(search: SlotSearch) -> Problem | None:
    """BARS-SLT-013: schedules and services are always asked for."""
    if search.includes >= MINIMUM_INCLUDES:
        return None
    return required("The minimum _include parameters are missing.")


SLOT_RULES: tuple[Check, ...] = (
    status_is_present,
    status_is_known,
    range_is_present,
    range_is_possible,
    range_is_affordable,
    service_is_present,
    service_is_known,
    includes_are_sufficient,
)


def search_slots(receiver: Receiver, call: Call) -> Reply:
    """Slots of the service, with what was asked to be included."""
    search = SlotSearch(call, receiver.now())
    receiver.conduct.enforce(Stage.SLOTS, search)
    slots = receiver.diary.search(search.service, search.statuses, search.start, search.end)
    bundle = searchset(
        receiver,
        call,
        [slot.resource() for slot in slots],
        included=_included(receiver, search, slots) if slots else (),
        honoured=[p for p in call.query if _is_honoured(*p)],
    )
    return Reply(200, bundle)


def _included(receiver: Receiver, search: SlotSearch, slots: list[Slot]) -> list[Json]:
    wanted = {INCLUDES[name] for name in search.includes if name in INCLUDES}
    # No _include brings a schedule's place, and a slot is of no use without it.
    wanted.add("Location")
    now = receiver.stamp()
    clinics = dict.fromkeys(slot.clinic for slot in slots)
    resources = [schedule(search.service, clinic, now) for clinic in clinics]
    resources += surroundings(search.service, now)
    return [resource for resource in resources if resource["resourceType"] in wanted]


def _is_honoured(name: str, value: str) -> bool:
    if name == INCLUDE:
        return all(include in INCLUDES for include in value.split(","))
    return name in (STATUS, START, SERVICE)
