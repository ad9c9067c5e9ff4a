"""A round of requests that touches everything a fault can change; the same every time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from conformance_cli.reference import Application
from conformance_cli.reference.bars.receiver import SENT_REFERRAL, SENT_VALIDATION
from conformance_cli.reference.bars.services import BARRED_ORGANISATION
from tests.reference import payloads
from tests.reference.in_process import Asked, Told, ask
from tests.reference.payloads import part, without

Json = Any
SERVICE = "Schedule.actor:HealthcareService"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
CONTEXT = "https://fhir.nhs.uk/Id/dos-service-id|2000011147"
USE_CASE = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars|a4t1"
UNKNOWN_ID = "5f0c1d52-0002-4000-8000-000000000002"


def given(reply: Told, resource_type: str) -> str:
    """The id that a reply gives to a resource; some other one where it gives none."""
    entries = reply.body.get("entry", [])
    ids = [
        e["resource"].get("id") for e in entries if e["resource"]["resourceType"] == resource_type
    ]
    return str(next(filter(None, ids), UNKNOWN_ID))


class Round:
    """One run through everything, with ids that do not depend on chance."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._count = 0
        self.told: list[Told] = []

    async def run(self) -> list[Told]:
        await self._headers()
        await self._reads()
        await self._slots()
        await self._messages()
        await self._bookings()
        await self._referrals()
        await self._direct()
        return self.told

    # ------------------------------------------------------------ sending

    def _id(self) -> str:
        self._count += 1
        return str(uuid5(NAMESPACE_OID, str(self._count)))

    def _asked(
        self, method: str, path: str, query: Json, body: Json, changes: dict[str, str | None]
    ) -> Asked:
        usual: dict[str, str | None] = {
            "Accept": "application/fhir+json; version=1.1.0",
            "X_Request_Id": self._id(),
            "X_Correlation_Id": self._id(),
            "use_context": "a1t1|booked|booking-request|new",
        }
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        return Asked(method, path, query or (), payloads.headers(**usual | changes), body)

    async def send(
        self, method: str, path: str, query: Json = None, body: Json = None, **changes: str | None
    ) -> Told:
        asked = self._asked(method, path, query, body, changes)
        told = await ask(self._application, asked)
        self.told.append(told)
        return told

    async def get(self, path: str, query: Json = None, **changes: str | None) -> Told:
        return await self.send("GET", path, query, **changes)

    async def post(
        self, bundle: Json, *spoil: Callable[[Json], Any], **changes: str | None
    ) -> Told:
        if isinstance(bundle, dict):
            bundle = json.loads(json.dumps(bundle))
            bundle["id"] = self._id()
            for change in spoil:
                change(bundle)
            headers = [e["resource"] for e in bundle["entry"] if "eventCoding" in e["resource"]]
            event = headers[0]["eventCoding"]["code"] if headers else ""
            changes.setdefault("use_context", f"a1t1|x|{event}|new")
        return await self.send("POST", "/$process-message", body=bundle, **changes)

    # ------------------------------------------------------------ rounds

    async def _headers(self) -> None:
        for name in ("X_Request_Id", "X_Correlation_Id"):
            await self.get("/metadata", **{name: None})
            await self.get("/metadata", **{name: "not-a-uuid"})
        for version in ("99.0.0", "1.0.7", "1.0.0"):
            await self.get("/metadata", Accept=f"application/fhir+json; version={version}")
        await self.get(
            "/metadata", NHSD_End_User_Organisation=payloads.organisation(BARRED_ORGANISATION)
        )
        for target in (None, "@@@", payloads.encoded({}), payloads.target("9999999999")):
            await self.get(
                "/MessageDefinition", {"context": CONTEXT}, NHSD_Target_Identifier=target
            )
        await self.send("DELETE", "/Slot")
        for path in ("/Endpoint", "/Encounter"):
            await self.get(path)
        for context in (CONTEXT, "2000011147", "", "||", "9999999999"):
            await self.get("/MessageDefinition", {"context": context})
        await self.get("/MessageDefinition", {"context": [CONTEXT, USE_CASE]})

    async def _reads(self) -> None:
        for name in ("Appointment", "ServiceRequest"):
            await self.get(f"/{name}/123")
            await self.get(f"/{name}/{UNKNOWN_ID}")
            for patient in (f"{NHS_NUMBER}|9990000182", "", "123"):
                await self.get(f"/{name}", {"patient:identifier": patient})
        await self.get("/Appointment", {"patient:name": "Avery", "patient:birthdate": "1980-02-29"})

    def _slot_query(self, **changes: Json) -> Json:
        usual = {
            "status": "free",
            "start": ["ge2026-11-23T10:00:00Z", "le2026-12-07T10:00:00Z"],
            SERVICE: "2000011147",
            "_include": ["Slot:schedule", "Schedule:actor:HealthcareService"],
        }
        usual |= changes
        return {name: value for name, value in usual.items() if value is not None}

    async def slots(self, **changes: Json) -> Told:
        return await self.get("/Slot", self._slot_query(**changes))

    async def _slots(self) -> None:
        both = ["Slot:schedule", "Schedule:actor:HealthcareService"]
        for changes in (
            {},
            {"status": None},
            {"status": "bananas"},
            {"start": None},
            {"start": ["getomorrow", "le2026-12-07T10:00:00Z"]},
            {"start": ["ge2026-11-23T10:00:00Z", "le2036-12-07T10:00:00Z"]},
            {"start": ["ge2026-11-23T10:00:00.1234567Z", "le2026-12-07T10:00:00Z"]},
            {"start": ["ge2030-11-23T10:00:00Z", "le2030-11-23T11:00:00Z"]},
            {SERVICE: "42"},
            {SERVICE: None},
            {"_include": None},
            {"_include": [*both, "Slot:nonsense"]},
        ):
            await self.slots(**changes)

    async def _messages(self) -> None:
        header = "MessageHeader"
        await self.post(b"{")
        for spoil in (
            lambda b: b.update(type="collection"),
            lambda b: b["meta"].pop("versionId"),
            lambda b: b["meta"].update(versionId="99.0.0"),
            lambda b: b["entry"].pop(0),
            lambda b: part(b, header)["eventCoding"].update(code="booking-response"),
            lambda b: part(b, header)["eventCoding"].update(code="no-such-event"),
            lambda b: part(b, header)["reason"]["coding"][0].update(code="because"),
            lambda b: part(b, header)["destination"][0].update(endpoint="urn:x|1"),
            lambda b: part(b, header).pop("destination"),
            lambda b: part(b, header).update(focus=[{"reference": "urn:uuid:none"}]),
            lambda b: b.update(entry=without(b, "Patient")["entry"]),
            lambda b: b["entry"].pop(-2),
            lambda b: part(b, "ServiceRequest")["category"][0]["coding"][1].update(code="a6t3"),
        ):
            await self.post(payloads.referral(), spoil)
        for use_context in (None, "no|such|use|context"):
            await self.post(payloads.referral(), use_context=use_context)
        for to in (None, "unknown"):
            await self.post(
                payloads.response(to, "validation-full", "validation", "completed", "triaged")
            )
        for definition, category, status, encounter in (
            ("referral-short", "referral", "revoked", "triaged"),
            ("validation-interim", "validation", "active", "in-progress"),
            ("validation-full", "validation", "completed", "triaged"),
            ("validation-full", "validation", "revoked", "triaged"),
        ):
            known = SENT_REFERRAL if category == "referral" else SENT_VALIDATION
            await self.post(payloads.response(known, definition, category, status, encounter))

    async def _booking(self, nhs_number: str | None = payloads.PATIENT) -> Json:
        found = (await self.slots()).body
        slot = part(found, "Slot", -1)
        schedule = part(found, "Schedule", -1)
        return payloads.booking(slot, schedule, part(found, "HealthcareService"), nhs_number)

    async def _bookings(self) -> None:
        appointment = "Appointment"
        for spoil in (
            lambda b: part(b, appointment).pop("start"),
            lambda b: part(b, appointment).pop("participant"),
            lambda b: part(b, appointment).pop("slot"),
            lambda b: part(b, appointment).update(status="proposed"),
            lambda b: part(b, appointment).update(status="cancelled"),
            lambda b: part(b, "Slot").update(id=UNKNOWN_ID),
            lambda b: part(b, appointment).update(start="2026-11-24T10:00:00+01:00"),
        ):
            await self.post(await self._booking(), spoil)
        await self.post(await self._booking(None))
        booking, ids = (
            await self._booking(),
            {"X_Request_Id": self._id(), "X_Correlation_Id": self._id()},
        )
        linked = [{"reference": f"ServiceRequest/{UNKNOWN_ID}"}]
        reply = await self.post(
            booking, lambda b: part(b, appointment).update(basedOn=linked), **ids
        )
        booked = given(reply, appointment)
        path = f"/Appointment/{booked}"
        await self.get(path)
        await self.post(booking, **ids)
        await self.get(path)
        await self.post(booking)
        await self.slots()
        mine = {"patient:identifier": f"{NHS_NUMBER}|{payloads.PATIENT}"}
        await self.get("/Appointment", mine)
        cancel = payloads.cancellation(booked)
        await self.post(cancel, lambda b: b["meta"].update(lastUpdated="2020-01-01T00:00:00Z"))
        await self.post(cancel, lambda b: part(b, appointment).update(status="arrived"))
        await self.post(
            cancel, lambda b: part(b, "MessageHeader")["reason"]["coding"][0].update(code="new")
        )
        await self.post(cancel, X_Correlation_Id=ids["X_Correlation_Id"])
        await self.get(path)
        await self.slots()
        await self.post(payloads.cancellation(UNKNOWN_ID))
        kept = given(await self.post(await self._booking()), appointment)
        changed = await self._booking()
        part(changed, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
        part(changed, appointment)["id"] = kept
        await self.post(changed)
        other = given(await self.post(await self._booking()), appointment)
        await self.post(payloads.cancellation(other, "entered-in-error"))

    async def _referrals(self) -> None:
        request = "ServiceRequest"
        for spoil in (
            lambda b: part(b, request).update(intent="order"),
            lambda b: part(b, request).pop("authoredOn"),
            lambda b: part(b, request).pop("subject"),
            lambda b: part(b, request).update(status="draft"),
            lambda b: part(b, "CarePlan").update(status="active"),
            lambda b: part(b, "Encounter").update(status="planned"),
            lambda b: part(b, "Consent").pop("scope"),
            lambda b: part(b, "Patient")["contact"].append(part(b, "Patient")["contact"][0]),
            lambda b: part(b, "MessageHeader")["reason"]["coding"][0].update(code="delete"),
            lambda b: part(b, request)["category"][0]["coding"][0].update(code="advice"),
        ):
            await self.post(payloads.referral(), spoil)
        await self.post(payloads.referral(None))
        for spoil in (
            lambda b: b.update(entry=without(b, "Location")["entry"]),
            lambda b: part(b, request)["occurrencePeriod"].pop("end"),
            lambda b: part(b, "CarePlan").update(status="completed"),
            lambda b: part(b, "Encounter").update(status="planned"),
            lambda b: b["entry"].append(
                {"fullUrl": "urn:uuid:flag", "resource": payloads.scene_safety_flag()}
            ),
        ):
            await self.post(payloads.validation(), spoil)
        supporting = [{"reference": f"Appointment/{UNKNOWN_ID}"}]
        await self._taken_back(
            payloads.referral(),
            "referral",
            lambda b: part(b, request).update(supportingInfo=supporting),
        )
        on_hold = payloads.validation(reason="update")
        held = await self._taken_back(payloads.validation(), "validation")
        part(on_hold, request)["id"] = held
        await self.post(on_hold, lambda b: part(b, request).update(status="on-hold"))
        twice = self._asked("POST", "/$process-message", None, payloads.referral(), {})
        bundle = json.loads(twice.body or b"") | {"id": self._id()}
        copies = [
            ask(
                self._application,
                Asked("POST", twice.path, (), twice.headers, json.dumps(bundle).encode()),
            )
            for _ in range(2)
        ]
        self.told += await asyncio.gather(*copies)

    async def _taken_back(self, message: Json, category: str, *spoil: Callable[[Json], Any]) -> str:
        """Start a request twice, withdraw both; a third one stays and is returned."""
        made = [given(await self.post(message, *spoil), "ServiceRequest") for _ in range(3)]
        for request, status in zip(made, ("revoked", "entered-in-error"), strict=False):
            await self.post(payloads.withdrawal(request, category, status))
            await self.get(f"/ServiceRequest/{request}")
        mine = {"patient:identifier": f"{NHS_NUMBER}|{payloads.PATIENT}"}
        await self.get("/ServiceRequest", mine)
        return str(made[2])

    async def _direct(self) -> None:
        subject = {"subject:identifier": f"{NHS_NUMBER}|{payloads.PATIENT}"}
        await self.get("/DocumentReference")
        await self.get("/DocumentReference", subject)
        await self.get("/DocumentReference", subject, Accept="application/fhir+json; version=1.0.0")
        pointer = {"resourceType": "DocumentReference", "status": "current"}
        await self.send("POST", "/DocumentReference", body=pointer)
        found = (await self.slots()).body
        old, new = part(found, "Slot", 0), part(found, "Slot", 1)
        appointment = {
            "resourceType": "Appointment",
            "status": "booked",
            "start": old["start"],
            "end": old.get("end", old["start"]),
            "slot": [{"reference": f"Slot/{old['id']}"}],
            "participant": [{"status": "accepted"}],
        }
        await self.send("POST", "/Appointment", body=appointment)
        booked = given(await self.post(await self._booking()), "Appointment")
        path = f"/Appointment/{booked}"
        moved = {"slot": [{"reference": f"Slot/{new['id']}"}]}
        await self.send("PUT", path, body={"resourceType": "Appointment"} | moved)
        await self.send("PATCH", path, body=moved)
        await self.slots()
