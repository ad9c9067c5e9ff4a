"""A reference supplier of the small standard, as an installed package would bring it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

from conformance_cli.reference import Application, Fault

FAULTS = (
    Fault("forgets-patients", "No patient is ever found.", ("MINI-READ-001", "MINI-WRITE-001")),
    Fault("invents-patients", "Every patient is found.", ("MINI-READ-002",)),
    Fault("lets-caches-store", "Responses may be cached.", ("MINI-READ-003",)),
    Fault("does-nothing", "Nothing is wrong with it.", ("MINI-READ-001",)),
)


class MiniSupplier:
    """Serves patients from memory."""

    name = "mini"
    title = "The small standard"
    versions = ("1.0.0",)
    faults = FAULTS
    fixtures: Mapping[str, str] = {"patient": "known"}
    options: Mapping[str, bool] = {"create": True}

    def application(self, faults: frozenset[str], version: str) -> Application:
        patients = {"known": {"resourceType": "Patient", "id": "known"}}
        ids = itertools.count(1)

        def answer(method: str, path: str, body: bytes) -> tuple[int, Any]:
            name = path.removeprefix("/Patient/")
            if path == "/metadata":
                return 200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
            if method == "POST":
                created = json.loads(body) | {"id": f"new-{next(ids)}"}
                patients[created["id"]] = created
                return 201, created
            if method == "DELETE":
                return (204, None) if patients.pop(name, None) else (404, None)
            if "forgets-patients" not in faults and name in patients:
                return 200, patients[name]
            if "invents-patients" in faults:
                return 200, {"resourceType": "Patient", "id": name}
            issue = [{"severity": "error", "code": "not-found"}]
            return 404, {"resourceType": "OperationOutcome", "issue": issue}

        async def application(scope: Any, receive: Any, send: Any) -> None:
            body = b""
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            status, content = answer(scope["method"], scope["path"], body)
            data = b"" if content is None else json.dumps(content).encode()
            caching = b"max-age=60" if "lets-caches-store" in faults else b"no-store"
            headers = [
                (b"content-type", b"application/fhir+json"),
                (b"content-length", str(len(data)).encode()),
                (b"cache-control", caching),
                (b"server", b"mini"),
            ]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": data})

        return application


SUPPLIER = MiniSupplier()
