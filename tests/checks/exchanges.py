"""Exchanges as an endpoint would answer them, and subjects made of them."""

import json
from datetime import UTC, datetime

from conformance_cli.checks import Subject, find
from conformance_cli.fhir import default_fhirpath
from conformance_cli.model.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)

FHIRPATH = default_fhirpath("4.0.1")
REFUSED = TransportFailure(FailureKind.CONNECT, "connection refused", "is the endpoint running?")


def exchange(body=b"", *, status=200, headers=(), elapsed=12.0, failure=None):
    """One exchange; a body that is no bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = None if failure else Response(status, headers=tuple(headers), body=raw)
    request = Request("GET", "https://supplier.test/Slot")
    return Exchange("t/1", request, response, failure, datetime.now(UTC), elapsed)


def subject(*exchanges, **known):
    """What a check looks at."""
    return Subject(exchanges, FHIRPATH, **known)


def judge(kind, argument, *exchanges, **known):
    """The finding of a check over exchanges."""
    return find(kind)(argument, subject(*exchanges, **known))
