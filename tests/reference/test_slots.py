"""Slot searches of a BaRS receiver (BARS-SLT)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conformance_cli.reference.bars.services import FULLY_BOOKED
from tests.reference import payloads
from tests.reference.conftest import NOW, sender_to
from tests.reference.sender import Sender

Json = Any
SERVICE = "Schedule.actor:HealthcareService"


def test_there_are_forty_free_slots_within_a_fortnight_in_two_schedules(sender: Sender) -> None:
    found = sender.slots().all("Slot")
    assert len(found) >= 40
    assert len({slot["schedule"]["reference"] for slot in found}) == 2


def test_only_slots_of_the_status_asked_for_come_back(sender: Sender) -> None:
    assert {slot["status"] for slot in sender.slots().all("Slot")} == {"free"}
    assert {slot["status"] for slot in sender.slots(status="busy").all("Slot")} == {"busy"}
    both = {slot["status"] for slot in sender.slots(status="free,busy").all("Slot")}
    assert both == {"free", "busy"}


def test_only_slots_that_start_within_the_range_come_back(sender: Sender) -> None:
    first = sender.slots().all("Slot")[0]
    narrow = sender.slots(start=[f"ge{first['start']}", f"le{first['start']}"]).all("Slot")
    assert [slot["id"] for slot in narrow] == [first["id"]]


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ("ge2026-11-23T10:00:00Z", "le2026-11-25T00:00:00Z"),
        ("ge2026-11-23T10:00:00.1234567+00:00", "le2026-11-25T00:00:00.7654321+00:00"),
        ("ge2026-11-23T11:00:00+01:00", "le2026-11-25T01:00:00+01:00"),
        ("gt2026-11-23T10:00:00+00:00", "lt2026-11-25T00:00:00+00:00"),
        ("ge2026-11-23", "le2026-11-24"),
    ],
)
def test_times_of_any_offset_and_precision_mean_the_same(
    sender: Sender, lower: str, upper: str
) -> None:
    # the slots of the first day, one in nine of which is busy
    assert len(sender.slots(start=[lower, upper]).all("Slot")) == 6


def test_schedules_services_and_places_come_along(sender: Sender) -> None:
    found = sender.slots()
    entries = {
        entry["fullUrl"].removeprefix(f"{sender.base_url}/") for entry in found.body["entry"]
    }
    for slot in found.all("Slot"):
        assert slot["schedule"]["reference"] in entries
    for schedule in found.all("Schedule"):
        actors = {actor["reference"] for actor in schedule["actor"]}
        assert "HealthcareService/2000011147" in actors & entries
        assert any(actor.startswith("Location/") for actor in actors & entries)


def test_further_includes_bring_people_and_the_provider(sender: Sender) -> None:
    includes = [
        "Slot:schedule",
        "Schedule:actor:HealthcareService",
        "Schedule:actor:Practitioner",
        "Schedule:actor:PractitionerRole",
        "HealthcareService:providedBy",
    ]
    found = sender.slots(_include=includes)
    assert len(found.all("Practitioner")) == len(found.all("PractitionerRole")) == 2
    assert found.one("Organization")["name"]
    assert not sender.slots().all("Practitioner")


def test_every_slot_is_complete_and_dated(sender: Sender) -> None:
    for entry in sender.slots().body["entry"]:
        assert entry["resource"]["meta"]["lastUpdated"]
    for slot in sender.slots().all("Slot"):
        assert {"id", "schedule", "status"} <= slot.keys()
        assert slot["start"] < slot["end"]


def test_the_total_counts_slots_and_no_includes(sender: Sender) -> None:
    found = sender.slots()
    assert found.body["total"] == len(found.all("Slot"))


@pytest.mark.parametrize(
    "query",
    [
        {SERVICE: FULLY_BOOKED.id},
        {"start": ["ge2030-01-01T00:00:00Z", "le2030-01-02T00:00:00Z"]},
    ],
)
def test_where_there_is_no_slot_the_searchset_says_so(sender: Sender, query: Json) -> None:
    found = sender.slots(**query)
    assert (found.status, found.body["type"], found.body["total"]) == (200, "searchset", 0)
    assert "entry" not in found.body


def test_nothing_about_patients_comes_back(sender: Sender) -> None:
    sender.book()
    found = sender.slots(status="free,busy")
    assert payloads.PATIENT.encode() not in found.content
    assert not found.all("Patient") + found.all("Appointment")


REQUIRED = (400, "REC_BAD_REQUEST", "required")
VALUE = (400, "REC_BAD_REQUEST", "value")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"status": None}, REQUIRED, id="no status"),
        pytest.param({"status": "bananas"}, VALUE, id="impossible status"),
        pytest.param({"status": "free,bananas"}, VALUE, id="one impossible status"),
        pytest.param({"start": None}, REQUIRED, id="no start"),
        pytest.param({"start": ["ge2026-11-23T10:00:00Z"]}, REQUIRED, id="no end"),
        pytest.param({"start": ["le2026-11-23T10:00:00Z"]}, REQUIRED, id="no beginning"),
        pytest.param(
            {"start": ["ge2024-13-45T00:00:00Z", "le2026-12-01T00:00:00Z"]}, VALUE, id="month 13"
        ),
        pytest.param({"start": ["getomorrow", "le2026-12-01"]}, VALUE, id="tomorrow"),
        pytest.param(
            {"start": ["ge2026-11-23T10:00:00", "le2026-12-01T00:00:00Z"]}, VALUE, id="no offset"
        ),
        pytest.param(
            {"start": ["2026-11-23T10:00:00Z", "le2026-12-01T00:00:00Z"]}, VALUE, id="no prefix"
        ),
        pytest.param(
            {"start": ["ge2026-12-01T00:00:00Z", "le2026-11-30T00:00:00Z"]}, VALUE, id="backwards"
        ),
        pytest.param(
            {"start": [f"ge{NOW.isoformat()}", f"le{(NOW + timedelta(days=3650)).isoformat()}"]},
            (422, "REC_UNPROCESSABLE_ENTITY", "too-costly"),
            id="ten years",
        ),
        pytest.param({SERVICE: None}, REQUIRED, id="no service"),
        pytest.param({SERVICE: "42"}, (404, "REC_NOT_FOUND", "not-found"), id="unknown service"),
        pytest.param({"_include": None}, REQUIRED, id="no include"),
        pytest.param({"_include": ["Slot:schedule"]}, REQUIRED, id="one include"),
        pytest.param(
            {"_include": ["Schedule:actor:HealthcareService"]}, REQUIRED, id="the other include"
        ),
    ],
)
def test_a_search_that_lacks_something_is_refused(
    sender: Sender, changes: Json, problem: tuple[int, str, str]
) -> None:
    assert sender.slots(**changes).problem == problem


def test_an_unsupported_include_is_ignored_and_not_linked(sender: Sender) -> None:
    includes = ["Slot:schedule", "Schedule:actor:HealthcareService", "Slot:nonsense"]
    found = sender.slots(_include=includes)
    assert found.status == 200
    link = found.body["link"][0]
    assert link["relation"] == "self"
    assert link["url"].startswith(f"{sender.base_url}/Slot?status=free&start=ge")
    assert "Slot:schedule" in link["url"]
    assert "nonsense" not in link["url"]


def test_a_booked_slot_is_busy_until_its_booking_is_cancelled() -> None:
    with sender_to() as sender:
        before = [slot["id"] for slot in sender.slots().all("Slot")]
        appointment = sender.book()
        taken = appointment["slot"][0]["reference"].removeprefix("Slot/")
        assert [s["id"] for s in sender.slots().all("Slot")] == [s for s in before if s != taken]
        assert taken in {slot["id"] for slot in sender.slots(status="busy").all("Slot")}
        assert sender.post(payloads.cancellation(appointment["id"])).status == 200
        assert [slot["id"] for slot in sender.slots().all("Slot")] == before
