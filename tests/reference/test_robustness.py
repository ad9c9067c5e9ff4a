"""Garbage in, an OperationOutcome out: never a 5xx, never a stack trace, always the same."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance_cli.reference.bars.supplier import BarsSupplier
from tests.reference import payloads
from tests.reference.conftest import fixed_clock
from tests.reference.in_process import Asked, Told, Waits, told

Json = Any

bounded = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

words = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
messages = st.sampled_from(
    [
        payloads.referral(),
        payloads.validation(),
        payloads.cancellation("5f0c1d52-0002-4000-8000-000000000002"),
        payloads.withdrawal("5f0c1d52-0002-4000-8000-000000000002", "referral"),
        payloads.response("x", "validation-full", "validation", "completed", "triaged"),
    ]
)
paths = st.sampled_from(
    [
        "/metadata",
        "/MessageDefinition",
        "/Slot",
        "/$process-message",
        "/Appointment",
        "/Appointment/123",
        "/Appointment/5f0c1d52-0002-4000-8000-000000000002",
        "/ServiceRequest",
        "/ServiceRequest/x/_history/1",
        "/DocumentReference",
        "/DocumentReference/x",
        "/nowhere",
    ]
)
parameters = st.sampled_from(
    [
        "context",
        "status",
        "start",
        "Schedule.actor:HealthcareService",
        "_include",
        "patient:identifier",
        "patient:name",
        "patient:birthdate",
        "patient:address-postalcode",
        "subject:identifier",
        "identifier",
    ]
)
values = words | st.sampled_from(
    [
        "free",
        "ge2026-11-23T10:00:00Z",
        "le0001-01-01T00:00:00+23:59",
        "ge9999-12-31T23:59:59.999999999-23:59",
        "le9999-12-31",
        "2000011147",
        "Slot:schedule",
        "Schedule:actor:HealthcareService",
        "https://fhir.nhs.uk/Id/nhs-number|9990000107",
        "eq1980-02-30",
    ]
)
header_names = st.sampled_from(
    [
        "X-Request-Id",
        "X-Correlation-Id",
        "NHSD-Target-Identifier",
        "NHSD-End-User-Organisation",
        "Accept",
        "Content-Type",
        "use-context",
    ]
)
header_values = words | junk.map(payloads.encoded) | st.just("application/fhir+json; version=1.9")


def answer(asked: Asked, version: str = "1.0.0") -> Told:
    supplier = BarsSupplier(clock=fixed_clock, pause=Waits())
    return told(supplier.application(version=version), asked)


def is_honest(reply: Told) -> None:
    assert reply.status < 500 or reply.status == 501
    assert b"Traceback" not in reply.content
    if reply.status >= 400:
        assert reply.body["resourceType"] == "OperationOutcome"


def spoiled(message: Json, path: list[int], value: Json, draw_delete: bool) -> Json:
    """The message with the node at the end of a path replaced, or taken away."""
    root = deepcopy(message)
    node: Any = root
    for step in path[:-1]:
        inner = list(node.values()) if isinstance(node, dict) else node
        inner = [item for item in inner if isinstance(item, dict | list) and item]
        if not inner:
            break
        node = inner[step % len(inner)]
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    key = keys[path[-1] % len(keys)]
    if draw_delete:
        del node[key]
    else:
        node[key] = value
    return root


@bounded
@given(
    message=messages,
    path=st.lists(st.integers(0, 30), min_size=1, max_size=9),
    value=junk,
    delete=st.booleans(),
)
def test_a_message_with_any_part_spoiled_is_answered(
    message: Json, path: list[int], value: Json, delete: bool
) -> None:
    body = json.dumps(spoiled(message, path, value, delete)).encode()
    is_honest(answer(Asked("POST", "/$process-message", body=body)))


@bounded
@given(body=st.binary(max_size=60) | junk.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_answered(body: bytes) -> None:
    is_honest(answer(Asked("POST", "/$process-message", body=body)))


@bounded
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW"]),
    path=paths,
    query=st.lists(st.tuples(parameters, values), max_size=6),
    headers=st.dictionaries(header_names, header_values, max_size=3),
    body=st.none() | junk.map(lambda value: json.dumps(value).encode()),
    version=st.sampled_from(["1.0.0", "1.1.0"]),
)
def test_any_request_is_answered(
    method: str,
    path: str,
    query: list[tuple[str, str]],
    headers: dict[str, str],
    body: bytes | None,
    version: str,
) -> None:
    asked = Asked(method, path, query, payloads.headers() | headers, body)
    is_honest(answer(asked, version))


@pytest.mark.parametrize("odd", ["9" * 400, "-1e308", '"\\ud800"', '"\\u0000"', "1e999"])
def test_numbers_and_texts_at_the_edge_of_json_are_answered(odd: str) -> None:
    body = json.dumps(payloads.referral()).replace('"active"', f'"active", "priority": {odd}')
    is_honest(answer(Asked("POST", "/$process-message", body=body.encode())))


def test_two_receivers_that_are_told_the_same_answer_the_same() -> None:
    fixed = payloads.headers()
    script = [
        Asked("GET", "/metadata", headers=fixed),
        Asked("GET", "/Slot", {"status": "free"}, fixed),
        Asked(
            "POST",
            "/$process-message",
            headers=fixed,
            body=json.dumps(payloads.referral()).encode(),
        ),
        Asked("GET", "/Appointment/123", headers=fixed),
    ]

    def transcript() -> list[Told]:
        application = BarsSupplier(clock=fixed_clock).application()
        return [told(application, asked) for asked in script]

    assert transcript() == transcript()
