"""Faults in how errors are reported: the outcome, its shape, its code (BARS-COM, BARS-ERR)."""

from __future__ import annotations

from typing import Any

from conformance_cli.reference.bars import booking_rules, bundle_rules, headers
from conformance_cli.reference.bars.body_changes import in_coding, in_issue
from conformance_cli.reference.bars.calls import Reply
from conformance_cli.reference.bars.conduct import Outgoing
from conformance_cli.reference.bars.planted import (
    Where,
    amending,
    at,
    delivered,
    misreporting,
    planted,
    refused,
    refused_message,
    replying,
    reshaping,
    stopped_by,
)
from conformance_cli.reference.bars.store import Person

Json = Any

#: Nothing else is known of this path, so what happens there breaks no other requirement.
_UNKNOWN_PATH: Where = at("/Encounter", 404)
_TRACE = (
    'Traceback (most recent call last): File "/srv/bars/process.py", line 114, in parse: '
    "JSONDecodeError"
)


def _name_patient(outgoing: Outgoing) -> Reply:
    """A conflict says about whom it is."""
    if not refused(409)(outgoing):
        return outgoing.reply
    number = Person.of(delivered(outgoing).message.the("Patient")).nhs_number
    told = {"diagnostics": f"The record of patient {number} is newer than this message."}
    issue = {**outgoing.reply.body["issue"][0], **told}
    body = {**outgoing.reply.body, "issue": [issue]}
    return Reply(409, body, outgoing.reply.headers)


ERROR_FAULTS = (
    planted(
        "says-nothing-of-unknown-paths",
        "A path that is not there is answered with 404 and no body.",
        "COM-009",
        replying(_UNKNOWN_PATH, body=None),
    ),
    planted(
        "answers-errors-with-text",
        "An error is answered with an object that is no OperationOutcome.",
        "COM-009",
        replying(_UNKNOWN_PATH, body={"error": "not found"}),
    ),
    planted(
        "names-own-error-system",
        "Errors are coded in a system of the receiver's own.",
        "COM-010",
        reshaping(refused(), in_coding(system="https://reference-supplier.example/errors")),
    ),
    planted(
        "gives-status-as-issue-type",
        "An issue has the HTTP status as its type.",
        "COM-010",
        reshaping(_UNKNOWN_PATH, in_issue(code="404")),
    ),
    planted(
        "reports-errors-as-warnings",
        "The issue of an error has the severity warning.",
        "COM-010 ERR-404",
        reshaping(_UNKNOWN_PATH, in_issue(severity="warning")),
    ),
    planted(
        "leaks-stack-trace",
        "A body that cannot be parsed is answered with a stack trace.",
        "COM-011",
        reshaping(
            refused_message(stopped_by(bundle_rules.body_is_bundle)), in_issue(diagnostics=_TRACE)
        ),
    ),
    planted(
        "leaks-nhs-number",
        "The diagnostics of a conflict name the patient's NHS number.",
        "COM-011",
        amending(_name_patient),
    ),
    planted(
        "miscodes-bad-request",
        "A missing request id is refused with 400 and the code of not found.",
        "COM-010 ERR-400",
        misreporting(headers.request_id_present, code="REC_NOT_FOUND"),
    ),
    planted(
        "miscodes-unauthorized",
        "An organisation that is kept out is told so with 401 and the code of forbidden.",
        "COM-010 ERR-401",
        misreporting(headers.organisation_is_admitted, code="REC_FORBIDDEN"),
    ),
    planted(
        "miscodes-not-found",
        "A path that is not there is answered with 404 and the code of a bad request.",
        "COM-010 ERR-404",
        reshaping(_UNKNOWN_PATH, in_coding(code="REC_BAD_REQUEST")),
    ),
    planted(
        "miscodes-method-not-allowed",
        "A method that is not offered is refused with 405 and the code of not implemented.",
        "COM-010 ERR-405",
        reshaping(refused(405), in_coding(code="REC_NOT_IMPLEMENTED")),
    ),
    planted(
        "miscodes-not-acceptable",
        "An unsupported version is refused with 406 and the code of a media type.",
        "COM-010 ERR-406",
        misreporting(headers.version_is_supported, code="REC_UNSUPPORTED_MEDIA_TYPE"),
    ),
    planted(
        "miscodes-conflict",
        "A taken slot is refused with 409 and the code of an unprocessable entity.",
        "COM-010 ERR-409",
        misreporting(booking_rules.slot_is_free, code="REC_UNPROCESSABLE_ENTITY"),
    ),
    planted(
        "miscodes-unprocessable-entity",
        "An unsupported message version is refused with 422 and the code of a bad request.",
        "COM-010 ERR-422",
        misreporting(bundle_rules.version_is_supported, code="REC_BAD_REQUEST"),
    ),
)
