"""A sender: speaks to a running receiver over HTTP as the national proxy would."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from conformance_cli.reference.bars.services import URGENT_CARE
from tests.reference import payloads

Json = Any
DEFAULT: Any = object()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Json:
        return json.loads(self.content)

    @property
    def problem(self) -> tuple[int, str, str]:
        """Status, error code and issue type of a refusal."""
        issue = self.body["issue"][0]
        return self.status, issue["details"]["coding"][0]["code"], issue["code"]

    def all(self, resource_type: str) -> list[Json]:
        found = (entry["resource"] for entry in self.body.get("entry", []))
        return [r for r in found if r["resourceType"] == resource_type]

    def one(self, resource_type: str) -> Json:
        return self.all(resource_type)[0]


class Sender:
    def __init__(self, base_url: str, now: datetime | None = None) -> None:
        self.base_url = base_url
        self.now = now or datetime.now(UTC)
        self._session = requests.Session()

    def close(self) -> None:
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        query: Json = None,
        body: Json = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = payloads.headers() if headers is None else dict(headers)
        if body is not None:
            headers.setdefault("Content-Type", "application/fhir+json; version=1.0.0")
        response = self._session.request(
            method, f"{self.base_url}{path}", params=query, data=body, headers=headers, timeout=10
        )
        return Answer(
            response.status_code,
            {k.lower(): v for k, v in response.headers.items()},
            response.content,
        )

    def get(self, path: str, query: Json = None, **headers: str | None) -> Answer:
        return self.send("GET", path, query, headers=payloads.headers(**headers))

    def post(self, bundle: Json, **headers: str | None) -> Answer:
        return self.send(
            "POST", "/$process-message", body=bundle, headers=payloads.headers(**headers)
        )

    def slot_query(self, **changes: Json) -> Json:
        query = {
            "status": "free",
            "start": [
                f"ge{self.now.isoformat()}",
                f"le{(self.now + timedelta(days=14)).isoformat()}",
            ],
            "Schedule.actor:HealthcareService": URGENT_CARE.id,
            "_include": ["Slot:schedule", "Schedule:actor:HealthcareService"],
        }
        query |= changes
        return {name: value for name, value in query.items() if value is not None}

    def slots(self, **changes: Json) -> Answer:
        return self.get("/Slot", self.slot_query(**changes))

    def booking(self, number: int = 0, nhs_number: str | None = payloads.PATIENT) -> Json:
        """A booking message for the nth free slot, not sent yet."""
        found = self.slots()
        slot = found.all("Slot")[number]
        schedule = next(
            s for s in found.all("Schedule") if slot["schedule"]["reference"].endswith(s["id"])
        )
        return deepcopy(
            payloads.booking(slot, schedule, found.one("HealthcareService"), nhs_number)
        )

    def book(self, nhs_number: str | None = payloads.PATIENT) -> Json:
        """Book a free slot; returns the Appointment as the receiver holds it."""
        answer = self.post(self.booking(nhs_number=nhs_number))
        assert answer.status == 200, answer.content
        return self.get(f"/Appointment/{answer.one('Appointment')['id']}").body

    def refer(self, bundle: Json = None) -> Json:
        """Send a referral; returns the ServiceRequest as the receiver holds it."""
        answer = self.post(bundle or payloads.referral())
        assert answer.status == 200, answer.content
        return self.get(f"/ServiceRequest/{answer.one('ServiceRequest')['id']}").body
