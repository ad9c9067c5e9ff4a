"""What safety costs: a bounded exchange, and its redacted evidence, over a bare one."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import requests

from benchmarks.measure import Figure
from benchmarks.supplier import reference_supplier
from conformance_cli.model.exchange import Exchange, Request, Response
from conformance_cli.wire.client import Client
from conformance_cli.wire.redaction import Redactor

ROUNDS = 12
EACH = 25
HEADERS = {"Accept": "application/fhir+json; version=1.0.0"}


def measure() -> list[Figure]:
    with reference_supplier() as url, requests.Session() as session:
        session.trust_env = False
        client = Client(url)
        address = f"{url}/metadata"
        request = Request("GET", address, tuple(HEADERS.items()))
        pairs = [
            (
                _ms(lambda: client.send(request, "t/1")),
                _ms(lambda: session.get(address, headers=HEADERS).content),
            )
            for _ in range(ROUNDS)
        ]
        client.close()
    body = _bundle()
    exchange = Exchange("t/1", request, Response(200, "OK", (), body), None, datetime.now(UTC), 1.0)
    redactor = Redactor(secrets=["abcdef123456789abcdef"])
    evidence = [
        (
            _ms(lambda: redactor.evidence(exchange, test="t", keep_body=False)),
            _ms(lambda: json.loads(body)),
        )
        for _ in range(ROUNDS)
    ]
    return [
        _figure("one exchange of ours / one of a bare Session", pairs, 1.5),
        _figure("evidence of a 10 KB Bundle / parsing it", evidence, 10.0),
    ]


def _figure(name: str, pairs: list[tuple[float, float]], goal: float) -> Figure:
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    ours, bare = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    return Figure(name, ratio, goal, f"{ours:.2f} ms over {bare:.2f} ms")


def _ms(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    for _ in range(EACH):
        action()
    return (time.perf_counter() - begun) / EACH * 1000


def _bundle() -> bytes:
    entries = [
        {
            "fullUrl": f"urn:uuid:{n:08d}-0000-4000-8000-000000000000",
            "resource": {
                "resourceType": "Patient",
                "id": f"p{n}",
                "meta": {"lastUpdated": "2026-03-01T10:00:00Z"},
                "identifier": [
                    {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}
                ],
                "name": [{"use": "official", "family": f"Smithson{n}", "given": ["Anneliese"]}],
                "telecom": [{"system": "phone", "value": "07700 900123"}],
                "birthDate": "1990-02-03",
                "address": [{"line": ["12 Elm Gardens"], "postalCode": "LS1 4AP"}],
            },
        }
        for n in range(8)
    ] + [
        {
            "resource": {
                "resourceType": "Slot",
                "id": f"s{n}",
                "schedule": {"reference": "Schedule/1"},
                "status": "free",
                "start": "2026-03-01T10:00:00Z",
                "end": "2026-03-01T10:10:00Z",
            }
        }
        for n in range(28)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode()
