"""Faults in slot searches (BARS-SLT)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

from conformance_cli.reference.bars import slots
from conformance_cli.reference.bars.body_changes import (
    dropping,
    keep,
    of_first,
    put_first,
    resources,
    setting,
)
from conformance_cli.reference.bars.calls import Reply
from conformance_cli.reference.bars.conduct import Outgoing, Stage
from conformance_cli.reference.bars.diary import Slot
from conformance_cli.reference.bars.json_paths import instant, stamp, text
from conformance_cli.reference.bars.outcomes import Problem, bad_value
from conformance_cli.reference.bars.planted import (
    Plant,
    Where,
    acknowledged,
    amending,
    at,
    delivered,
    ignoring,
    insisting,
    misreporting,
    planted,
    replying,
    reshaping,
)
from conformance_cli.reference.bars.services import described, fixed_id
from conformance_cli.reference.bars.slots import SlotSearch
from conformance_cli.reference.bars.vocabulary import Event

Json = Any

_ANSWERED = at("/Slot", 200)
_UNSUPPORTED = "Slot:nonsense"


def _found(outgoing: Outgoing) -> bool:
    return _ANSWERED(outgoing) and any(resources(outgoing.reply.body or {}, "Slot"))


def _found_free(outgoing: Outgoing) -> bool:
    return _found(outgoing) and outgoing.call.values(slots.STATUS) == ["free"]


def _nothing_found(outgoing: Outgoing) -> bool:
    return _ANSWERED(outgoing) and not _found(outgoing)


def _adding(where: Where, more: Callable[[Outgoing], list[Json]]) -> Plant:
    """Slots of the diary that a search also returns."""

    def amendment(outgoing: Outgoing) -> Reply:
        if not where(outgoing):
            return outgoing.reply
        body = deepcopy(outgoing.reply.body)
        put_first(body, *more(outgoing))
        return replace(outgoing.reply, body=body)

    return amending(amendment)


def _busy(outgoing: Outgoing) -> list[Slot]:
    search = SlotSearch(outgoing.call, outgoing.receiver.now())
    diary = outgoing.receiver.diary
    return diary.search(search.service, frozenset({"busy"}), search.start, search.end)


def _busy_as_they_are(outgoing: Outgoing) -> list[Json]:
    return [slot.resource() for slot in _busy(outgoing)]


def _booked_as_free(outgoing: Outgoing) -> list[Json]:
    booked = [slot for slot in _busy(outgoing) if slot.version > 1]
    return [{**slot.resource(), "status": "free"} for slot in booked]


def _add_past_slot(body: Json) -> None:
    past = deepcopy(resources(body, "Slot")[0])
    for name in ("start", "end"):
        then = instant(text(past, name))
        past[name] = stamp(then - timedelta(days=30)) if then else None
    put_first(body, {**past, "id": fixed_id("a slot of last month")})


def _other_schedule(body: Json) -> str:
    """The id of a schedule whose slots are not the ones at the end of the search."""
    last = resources(body, "Slot")[-1]["schedule"]["reference"]
    others = (s["id"] for s in resources(body, "Schedule") if not last.endswith(s["id"]))
    return str(next(others, ""))


def _omit_other_schedule(body: Json) -> None:
    other = _other_schedule(body)
    keep(body, lambda resource: resource["id"] != other)


def _detach_other_schedule(body: Json) -> None:
    other = _other_schedule(body)
    for schedule in resources(body, "Schedule"):
        if schedule["id"] == other:
            schedule["actor"] = schedule["actor"][1:]


def _only_last_schedule(body: Json) -> None:
    other = _other_schedule(body)
    if not other:
        return
    keep(
        body,
        lambda resource: (
            not (resource["id"] == other or text(resource, "schedule", "reference").endswith(other))
        ),
    )
    body["total"] = len(resources(body, "Slot"))


def _end_before_start(slot: Json) -> None:
    if start := instant(text(slot, "start")):
        slot["end"] = stamp(start - timedelta(minutes=5))


def _without_places(body: Json) -> None:
    keep(body, lambda resource: resource["resourceType"] != "Location")
    for service in resources(body, "HealthcareService"):
        service.pop("location", None)
    for schedule in resources(body, "Schedule"):
        schedule["actor"] = [a for a in schedule["actor"] if "Location/" not in a["reference"]]


def _add_patient(body: Json) -> None:
    now = body["meta"]["lastUpdated"]
    patient = described("Patient", fixed_id("a patient"), now, name=[{"family": "Testcase"}])
    put_first(body, patient)
    body["total"] -= 1


def _link_everything(outgoing: Outgoing) -> Reply:
    if not _ANSWERED(outgoing) or _UNSUPPORTED not in outgoing.call.values(slots.INCLUDE):
        return outgoing.reply
    body = deepcopy(outgoing.reply.body)
    body["link"][0]["url"] += f"&_include={_UNSUPPORTED}"
    return replace(outgoing.reply, body=body)


def _keep_reserved(outgoing: Outgoing) -> Reply:
    """The slot of a booking that was just cancelled is made busy again."""
    if acknowledged(Event.BOOKING_REQUEST)(outgoing):
        delivery, receiver = delivered(outgoing), outgoing.receiver
        held = delivery.held
        if held is not None and held.status != "booked":
            receiver.diary.reserve(held.slot_id, receiver.now())
    return outgoing.reply


def _includes_are_known(search: SlotSearch) -> Problem | None:
    if search.includes.difference(slots.INCLUDES):
        return bad_value("An _include is not supported.")
    return None


SLOT_FAULTS = (
    planted(
        "returns-busy-slots",
        "A search for free slots also returns busy ones.",
        "SLT-001",
        _adding(_found_free, _busy_as_they_are),
    ),
    planted(
        "returns-slots-out-of-range",
        "A slot search also returns a slot that starts before its range.",
        "SLT-001",
        reshaping(_found, _add_past_slot),
    ),
    planted(
        "omits-a-schedule",
        "The Schedule of some slots is not in the Bundle.",
        "SLT-002",
        reshaping(_found, _omit_other_schedule),
    ),
    planted(
        "omits-service-of-schedule",
        "A Schedule does not say of which HealthcareService it is.",
        "SLT-002",
        reshaping(_found, _detach_other_schedule),
    ),
    planted(
        "omits-end-of-slot",
        "A slot has no end.",
        "SLT-003",
        reshaping(_found, of_first("Slot", dropping("end"))),
    ),
    planted(
        "ends-slot-before-it-starts",
        "A slot ends before it starts.",
        "SLT-003",
        reshaping(_found, of_first("Slot", _end_before_start)),
    ),
    planted(
        "says-nothing-without-slots",
        "Where no slot is free, the response is empty.",
        "SLT-004",
        replying(_nothing_found, body=None),
    ),
    planted(
        "returns-patient-with-slots",
        "A slot search also returns a Patient.",
        "SLT-005",
        reshaping(_found, _add_patient),
    ),
    planted(
        "accepts-missing-slot-status",
        "A slot search without a status is answered.",
        "SLT-006",
        ignoring(slots.status_is_present),
    ),
    planted(
        "accepts-unknown-slot-status",
        "A slot search with an impossible status is answered.",
        "SLT-007",
        ignoring(slots.status_is_known),
    ),
    planted(
        "accepts-missing-slot-range",
        "A slot search without a start range is answered.",
        "SLT-008",
        ignoring(slots.range_is_present),
    ),
    planted(
        "accepts-impossible-slot-start",
        "A slot search with an impossible start is answered.",
        "SLT-009",
        ignoring(slots.range_is_possible),
    ),
    planted(
        "calls-wide-range-invalid",
        "A range that is too wide is refused with 400.",
        "SLT-010",
        misreporting(
            slots.range_is_affordable, status=400, code="REC_BAD_REQUEST", issue="invalid"
        ),
    ),
    planted(
        "finds-slots-of-unknown-service",
        "A slot search for an unknown service returns the slots of another.",
        "SLT-011",
        ignoring(slots.service_is_known),
    ),
    planted(
        "accepts-missing-slot-service",
        "A slot search without a service is answered.",
        "SLT-012",
        ignoring(slots.service_is_present),
    ),
    planted(
        "accepts-missing-includes",
        "A slot search without the minimum includes is answered.",
        "SLT-013",
        ignoring(slots.includes_are_sufficient),
    ),
    planted(
        "refuses-unsupported-include",
        "A slot search with an include that is not supported is refused.",
        "SLT-014",
        insisting(Stage.SLOTS, _includes_are_known),
    ),
    planted(
        "links-unsupported-include",
        "The self link of a slot search names an include that was ignored.",
        "SLT-014",
        amending(_link_everything),
    ),
    planted(
        "miscounts-slots",
        "The total of a slot search is no count of anything.",
        "SLT-015",
        reshaping(_found, setting("total", 0)),
    ),
    planted(
        "offers-booked-slots",
        "A slot that was booked is still offered as free.",
        "SLT-016",
        _adding(_found_free, _booked_as_free),
    ),
    planted(
        "keeps-slot-of-cancelled-booking",
        "The slot of a cancelled booking stays busy.",
        "SLT-016",
        amending(_keep_reserved),
    ),
    planted(
        "returns-one-schedule",
        "A slot search returns the slots of one schedule only.",
        "SLT-017",
        reshaping(_found, _only_last_schedule),
    ),
    planted(
        "hides-place-of-slots",
        "Neither slots nor schedules nor the service say where an appointment takes place.",
        "SLT-018",
        reshaping(_ANSWERED, _without_places),
    ),
)
