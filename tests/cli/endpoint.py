"""An endpoint of the small standard in ``catalogue/``, conformant unless told otherwise."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.miniatures import Answer, Asked, miniature

CATALOGUE = Path(__file__).parent / "catalogue"
#: Arguments that every run against it needs.
BASE = ("--catalogue", str(CATALOGUE))
KNOWN = "known"

Reply = Callable[[Asked], Answer | None]


def outcome(code: str) -> dict[str, object]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}


@dataclass
class Endpoint:
    """A running endpoint: what it was asked, and what it still holds."""

    base_url: str = ""
    asked: list[Asked] = field(default_factory=list)
    patients: dict[str, dict[str, object]] = field(default_factory=dict)
    #: Asked first; ``None`` leaves the answer to the conformant endpoint.
    instead: Reply = field(default=lambda _: None)
    headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "no-store"})
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> list[str]:
        """Method and path of every request, in the order of arrival."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    def answer(self, asked: Asked) -> Answer:
        """What a conformant endpoint answers, unless something else comes instead."""
        reply = self.instead(asked)
        if reply is None:
            reply = self._conformant(asked)
        return Answer(reply.status, reply.body, self.headers | reply.headers, reply.hold)

    def _conformant(self, asked: Asked) -> Answer:
        if asked.path == "/metadata":
            return Answer(200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
        patient = asked.path.removeprefix("/Patient/")
        with self._lock:
            if asked.method == "POST":
                created = json.loads(asked.body) | {"id": f"new-{next(self._ids)}"}
                self.patients[str(created["id"])] = created
                return Answer(201, created)
            if patient not in self.patients:
                return Answer(404, outcome("not-found"))
            if asked.method == "DELETE":
                del self.patients[patient]
                return Answer(204)
            return Answer(200, self.patients[patient])


@contextmanager
def endpoint(instead: Reply = lambda _: None, **changes: dict[str, str]) -> Iterator[Endpoint]:
    """Serve an endpoint while the block runs."""
    served = Endpoint(instead=instead, **changes)
    served.patients[KNOWN] = {"resourceType": "Patient", "id": KNOWN}
    with miniature(served.answer) as running:
        served.base_url, served.asked = running.base_url, running.asked
        yield served


def run_of(served: Endpoint, *further: str) -> tuple[str, ...]:
    """The arguments of a run of everything against an endpoint."""
    return (
        "run", "mini@1.0.0", "-e", served.base_url, "--fixture", f"patient={KNOWN}",
        "--allow", "writes", *BASE, *further,
    )  # fmt: skip


def forgetful(asked: Asked) -> Answer | None:
    """It does not find the patient that it has: breaks MINI-READ-001."""
    return Answer(404, outcome("not-found")) if asked.path == f"/Patient/{KNOWN}" else None


def talkative(asked: Asked) -> Answer | None:
    """It makes up patients: breaks MINI-READ-002."""
    name = asked.path.removeprefix("/Patient/")
    invented = {"resourceType": "Patient", "id": name}
    return Answer(200, invented) if name.startswith("nobody") else None
