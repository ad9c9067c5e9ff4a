"""Exchanges to redact, and all the text of the evidence that came of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from conformance_cli.model.exchange import (
    Evidence,
    Exchange,
    FailureKind,
    Headers,
    Request,
    Response,
    TransportFailure,
)
from conformance_cli.wire.redaction import Redactor

SECRET = 'S3cr?t/+"value" <ä>'


def exchange(
    *,
    url: str = "https://api.test/FHIR/R4/Slot",
    headers: Headers = (),
    body: bytes = b"{}",
    content_type: str = "application/fhir+json",
    request_body: bytes | None = None,
    failure: str = "",
) -> Exchange:
    """An exchange that holds the same headers both ways."""
    typed = (*headers, ("Content-Type", content_type))
    return Exchange(
        "t/1",
        Request("POST", url, typed if request_body is not None else headers, request_body),
        Response(200, "OK", typed, body),
        TransportFailure(FailureKind.PROTOCOL, failure) if failure else None,
        datetime(2026, 3, 1, tzinfo=UTC),
        12.5,
    )


def evidence(redactor: Redactor, *, keep_body: bool = True, **parts: Any) -> Evidence:
    """The evidence of such an exchange."""
    return redactor.evidence(exchange(**parts), test="t", keep_body=keep_body)


def everything(redactor: Redactor, **parts: Any) -> str:
    """Every text of the evidence, one after the other, as it would be written."""
    found = evidence(redactor, **parts)
    assert found.response is not None
    texts = [found.request.url, found.request.method, found.response.reason, *found.redactions]
    texts += [part for side in (found.request, found.response) for h in side.headers for part in h]
    for body in (found.request.body, found.response.body):
        if body is not None:
            texts += [body.text or "", body.omitted, body.media_type]
    if found.failure:
        texts += [found.failure.message, found.failure.hint]
    return "\n".join(texts)


def kept(redactor: Redactor, body: bytes, content_type: str = "application/fhir+json") -> str:
    """The redacted text of a response body."""
    found = evidence(redactor, body=body, content_type=content_type)
    assert found.response is not None
    assert found.response.body is not None
    assert found.response.body.text is not None, found.response.body.omitted
    return found.response.body.text
