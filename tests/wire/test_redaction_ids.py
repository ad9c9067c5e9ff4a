"""Request ids stay what they were: evidence must be the request that was sent."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.model.exchange import Exchange, Request
from conformance_cli.wire.redaction import Redactor


@given(st.uuids())
def test_a_uuid_is_never_taken_for_something_else(drawn: uuid.UUID) -> None:
    # one that begins with "e" looks like base64 of an opening brace
    for value in (str(drawn), f"e{str(drawn)[1:]}"):
        redactor = Redactor(secrets=["a-secret-value-123"])
        redactor.learn("Quillfeather", "name")
        redactor.learn("9990001006", "identifier")
        request = Request("GET", f"https://x.test/Appointment/{value}", (("X-Request-Id", value),))
        exchange = Exchange("t/1", request, None, None, datetime.now(UTC), 1.0)
        evidence = redactor.evidence(exchange, test="t", keep_body=False)
        assert evidence.request.headers == (("X-Request-Id", value),)
        assert value in evidence.request.url
