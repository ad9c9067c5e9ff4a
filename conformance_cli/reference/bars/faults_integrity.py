"""Faults in telling new messages from repeated ones (BARS-TI)."""

from __future__ import annotations

from dataclasses import replace

from conformance_cli.reference.bars import booking_rules
from conformance_cli.reference.bars.calls import Reply
from conformance_cli.reference.bars.conduct import Outgoing, Stage
from conformance_cli.reference.bars.headers import CORRELATION_ID
from conformance_cli.reference.bars.json_paths import text
from conformance_cli.reference.bars.outcomes import Problem, duplicate
from conformance_cli.reference.bars.planted import (
    Plant,
    amending,
    at,
    delivered,
    ignoring,
    insisting,
    misreporting,
    planted,
    refused,
)
from conformance_cli.reference.bars.receiver import Attempt, not_in_process

#: Long enough for two messages of the same moment to overlap, in seconds.
_PROCESSING_S = 0.15


def _forget_on_read(outgoing: Outgoing) -> Reply:
    read = (at(f"/{name}", 200, below=True) for name in ("Appointment", "ServiceRequest"))
    if any(where(outgoing) for where in read):
        outgoing.receiver.ledger.processed.clear()
    return outgoing.reply


def _conversation_is_new(attempt: Attempt) -> Problem | None:
    correlation_id = attempt.call.header(CORRELATION_ID).lower()
    known = {key.correlation_id for key in attempt.ledger.processed}
    return duplicate() if correlation_id in known else None


def _touch_on_duplicate(outgoing: Outgoing) -> Reply:
    """Whatever a refused duplicate was about gets a new version."""
    body = outgoing.reply.body
    if refused(409)(outgoing) and text(body, "issue", "code") == "duplicate":
        receiver = outgoing.receiver
        focus_type = delivered(outgoing).message.focus_type
        newest = max(
            receiver.records(focus_type), key=lambda r: text(r.resource, "meta", "lastUpdated")
        )
        receiver.keep(newest)
    return outgoing.reply


def _taking_its_time(seconds: float) -> Plant:
    return lambda conduct: replace(conduct, processing_s=seconds)


INTEGRITY_FAULTS = (
    planted(
        "forgets-processed-messages",
        "A message that is sent again is processed again once something was read in between.",
        "TI-001",
        amending(_forget_on_read),
    ),
    planted(
        "calls-outdated-update-duplicate",
        "An update that is older than what is stored is refused as a duplicate.",
        "TI-002 MSG-010",
        misreporting(booking_rules.change_is_not_stale, issue="duplicate"),
    ),
    planted(
        "calls-taken-slot-duplicate",
        "A booking of a taken slot is refused as a duplicate.",
        "TI-002 BKG-004",
        misreporting(booking_rules.slot_is_free, issue="duplicate"),
    ),
    planted(
        "processes-concurrent-copies",
        "A copy that arrives while the first message is in process is processed as well.",
        "TI-003",
        ignoring(not_in_process),
        _taking_its_time(_PROCESSING_S),
    ),
    planted(
        "takes-conversation-for-duplicate",
        "A later message of a conversation is refused as a duplicate of the first.",
        "TI-004",
        insisting(Stage.DUPLICATES, _conversation_is_new),
    ),
    planted(
        "changes-state-on-duplicate",
        "A refused duplicate gives what is stored a new version.",
        "TI-005",
        amending(_touch_on_duplicate),
    ),
)
