"""What the receiver says when it refuses, and when a direct write is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance_cli.reference.bars.vocabulary import HTTP_ERRORS, SUCCESSES, uk_core

Json = Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is refused: HTTP status, http-error-codes code, FHIR issue type."""

    status: int
    code: str
    issue: str
    #: Diagnostics.  Fixed words only, so that nothing personal can ever be in them.
    diagnostics: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """Ends the handling of a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.diagnostics)
        self.problem = problem


def bad_request(issue: str, diagnostics: str) -> Problem:
    """400: the request is wrong in itself."""
    return Problem(400, "REC_BAD_REQUEST", issue, diagnostics)


def required(diagnostics: str) -> Problem:
    """400: something mandatory is missing."""
    return bad_request("required", diagnostics)


def invalid(diagnostics: str) -> Problem:
    """400: something does not have the form it must have."""
    return bad_request("invalid", diagnostics)


def bad_value(diagnostics: str) -> Problem:
    """400: a parameter, header or id has an impossible value."""
    return bad_request("value", diagnostics)


def invariant(diagnostics: str) -> Problem:
    """400: the content breaks a rule of the message."""
    return bad_request("invariant", diagnostics)


def unauthorized(diagnostics: str) -> Problem:
    """401: local access control does not let this organisation in."""
    return Problem(401, "REC_UNAUTHORIZED", "security", diagnostics)


def not_found(diagnostics: str) -> Problem:
    """404: what is asked for is not here."""
    return Problem(404, "REC_NOT_FOUND", "not-found", diagnostics)


def not_acceptable(diagnostics: str) -> Problem:
    """406: no representation or version that the caller accepts."""
    return Problem(406, "REC_NOT_ACCEPTABLE", "processing", diagnostics)


def conflict(diagnostics: str) -> Problem:
    """409: the request does not go with the state held here."""
    return Problem(409, "REC_CONFLICT", "conflict", diagnostics)


def duplicate() -> Problem:
    """409 with ``duplicate``: this very request was processed before."""
    return Problem(409, "REC_CONFLICT", "duplicate", "This message was already processed.")


def too_early() -> Problem:
    """425: the same request is still being processed."""
    return Problem(425, "REC_TOO_EARLY", "transient", "This message is still being processed.")


def unsupported_media_type(diagnostics: str) -> Problem:
    """415: the body has a media type that is not read here."""
    return Problem(415, "REC_UNSUPPORTED_MEDIA_TYPE", "not-supported", diagnostics)


def not_supported(diagnostics: str) -> Problem:
    """422: understood, but this service does not do it."""
    return Problem(422, "REC_UNPROCESSABLE_ENTITY", "not-supported", diagnostics)


def too_costly(diagnostics: str) -> Problem:
    """422: answering would be too much work."""
    return Problem(422, "REC_UNPROCESSABLE_ENTITY", "too-costly", diagnostics)


def method_not_allowed(allow: str) -> Problem:
    """405, with the methods that are allowed."""
    return Problem(
        405,
        "REC_METHOD_NOT_ALLOWED",
        "not-supported",
        "This method is not allowed here.",
        {"Allow": allow},
    )


def not_implemented() -> Problem:
    """501: known to the standard, not offered here."""
    return Problem(
        501, "REC_NOT_IMPLEMENTED", "not-supported", "This interaction is not implemented here."
    )


def server_error() -> Problem:
    """500: a fault of the receiver, without any of its innards."""
    return Problem(500, "REC_SERVER_ERROR", "exception", "The receiver could not go on.")


def operation_outcome(problem: Problem, resource_id: str, now: str) -> Json:
    """The OperationOutcome that carries a problem."""
    coding = {
        "system": HTTP_ERRORS,
        "code": problem.code,
        "display": f"{problem.status} - {problem.code}",
    }
    return _outcome("error", problem.issue, coding, problem.diagnostics, resource_id, now)


def success_outcome(code: str, resource_id: str, now: str) -> Json:
    """The OperationOutcome that reports a direct write: RESOURCE_CREATED and the like."""
    display = code.replace("_", " ").capitalize()
    coding = {"system": SUCCESSES, "code": code, "display": display}
    return _outcome("information", "informational", coding, display, resource_id, now)


def _outcome(
    severity: str, issue: str, coding: Json, diagnostics: str, resource_id: str, now: str
) -> Json:
    return {
        "resourceType": "OperationOutcome",
        "id": resource_id,
        "meta": {"lastUpdated": now, "profile": [uk_core("OperationOutcome")]},
        "issue": [
            {
                "severity": severity,
                "code": issue,
                "details": {"coding": [coding]},
                "diagnostics": diagnostics,
            }
        ],
    }
