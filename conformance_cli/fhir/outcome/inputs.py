"""Messages about inputs as such, before any of it is taken for a resource."""

from __future__ import annotations

from conformance_cli.fhir.outcome.issue import Issue
from conformance_cli.fhir.outcome.message import Message, fatal

UNREADABLE = fatal(
    "input-unreadable",
    "exception",
    "The input cannot be read: {reason}",
    "A file that the system does not hand out cannot be judged. Mend its permissions, or "
    "leave it out.",
)
TOO_LARGE = fatal(
    "input-too-large",
    "too-long",
    "The {what} has more than {limit} MiB, and no more is read",
    "Reading is bounded, so that a hostile or mistaken file cannot exhaust the machine. "
    "Cut the input into resources, or into NDJSON with one resource on each line.",
)
EMPTY = fatal(
    "input-empty",
    "required",
    "The input is empty",
    "An empty input holds no resource. It often is what a failed export leaves behind.",
)


def issue_of(message: Message, **values: object) -> Issue:
    """An issue about an input as a whole."""
    text = message.text.format(**values)
    return Issue(message.severity, message.code, message.id, text)
