"""Faults in what concerns every interaction: ids, versions, targets, times (BARS-COM)."""

from __future__ import annotations

from dataclasses import replace
from re import compile as pattern
from uuid import NAMESPACE_URL, uuid5

from conformance_cli.reference.bars import headers
from conformance_cli.reference.bars.body_changes import dropping, of_each
from conformance_cli.reference.bars.calls import Reply
from conformance_cli.reference.bars.conduct import Outgoing, Stage
from conformance_cli.reference.bars.headers import CORRELATION_ID, REQUEST_ID, Visit
from conformance_cli.reference.bars.json_paths import text
from conformance_cli.reference.bars.outcomes import (
    Problem,
    bad_value,
    invalid,
    invariant,
    not_acceptable,
)
from conformance_cli.reference.bars.planted import (
    amending,
    at,
    ignoring,
    insisting,
    planted,
    refused,
    replying,
    reshaping,
)
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.bars.slots import SlotSearch
from conformance_cli.reference.identity import ACCEPTS_OLD_TLS

_PUBLISHED_VERSIONS = ("version=1.0.0", "version=1.1.0")
_LONG_FRACTION = pattern(r".*\.\d{7}.*")
_OTHER_OFFSET = pattern(r".*T.*[+-](?!00:00)\d\d:\d\d")
#: Longer than any answer may take, and than nine of ten may, in seconds.
_TOO_LONG_S = 5.2
_LONG_S = 2.3
#: Of so many requests, one is answered slowly: enough to spoil the ninth of ten.
_SLOW_EVERY = 4


def _without_header(name: str, outgoing: Outgoing) -> Reply:
    kept = {key: value for key, value in outgoing.reply.headers.items() if key != name}
    return replace(outgoing.reply, headers=kept)


def _drop_on_errors(outgoing: Outgoing) -> Reply:
    if refused()(outgoing):
        return _without_header(REQUEST_ID, outgoing)
    return outgoing.reply


def _renew_request_id(outgoing: Outgoing) -> Reply:
    renewed = str(uuid5(NAMESPACE_URL, outgoing.call.header(REQUEST_ID)))
    return replace(outgoing.reply, headers={**outgoing.reply.headers, REQUEST_ID: renewed})


def _plain_json(outgoing: Outgoing) -> Reply:
    plain = {**outgoing.reply.headers, "Content-Type": "application/json"}
    return replace(outgoing.reply, headers=plain)


def _slow_at_times(outgoing: Outgoing) -> Reply:
    metadata = outgoing.call.path == "/metadata"
    if metadata and outgoing.receiver.served % _SLOW_EVERY == 0:
        return replace(outgoing.reply, delay_s=_LONG_S)
    return outgoing.reply


def _version_is_published(visit: Visit) -> Problem | None:
    accept = visit.call.header("Accept")
    if "version=" not in accept or accept.endswith(_PUBLISHED_VERSIONS):
        return None
    return not_acceptable("Only the published versions are supported.")


def _fractions_are_short(search: SlotSearch) -> Problem | None:
    if any(_LONG_FRACTION.fullmatch(bound) for bound in search.bounds):
        return bad_value("The parameter start has too many decimals.")
    return None


def _times_are_utc(delivery: Delivery) -> Problem | None:
    focus = delivery.message.focus
    times = (text(focus, name) for name in ("start", "end", "authoredOn"))
    if any(_OTHER_OFFSET.fullmatch(time) for time in times):
        return invariant("Times must be in UTC.")
    return None


def _use_context_is_there(delivery: Delivery) -> Problem | None:
    return None if delivery.call.header("use-context") else invalid("use-context is missing.")


def _use_context_is_right(delivery: Delivery) -> Problem | None:
    context = delivery.call.header("use-context")
    if not context or delivery.message.event in context.split("|"):
        return None
    return invalid("use-context does not suit the message.")


HEADER_FAULTS = (
    planted(
        "accepts-missing-request-id",
        "A request without X-Request-Id is answered as if nothing were missing.",
        "COM-001",
        ignoring(headers.request_id_present),
    ),
    planted(
        "accepts-missing-correlation-id",
        "A request without X-Correlation-Id is answered as if nothing were missing.",
        "COM-001",
        ignoring(headers.correlation_id_present),
    ),
    planted(
        "drops-correlation-id",
        "Responses do not bring back X-Correlation-Id.",
        "COM-002",
        amending(lambda outgoing: _without_header(CORRELATION_ID, outgoing)),
    ),
    planted(
        "drops-request-id-on-errors",
        "Error responses do not bring back X-Request-Id.",
        "COM-002",
        amending(_drop_on_errors),
    ),
    planted(
        "renews-request-id",
        "Responses carry an X-Request-Id of the receiver's own.",
        "COM-002",
        amending(_renew_request_id),
    ),
    planted(
        "accepts-malformed-request-id",
        "An X-Request-Id that is no UUID is accepted.",
        "COM-003",
        ignoring(headers.request_id_is_uuid),
    ),
    planted(
        "accepts-malformed-correlation-id",
        "An X-Correlation-Id that is no UUID is accepted.",
        "COM-003",
        ignoring(headers.correlation_id_is_uuid),
    ),
    planted(
        "ignores-version",
        "A request for an unsupported major version is answered in the usual one.",
        "COM-004",
        ignoring(headers.version_is_supported),
    ),
    planted(
        "insists-on-exact-version",
        "A version that differs in its patch number is refused.",
        "COM-005",
        insisting(Stage.REQUEST, _version_is_published),
    ),
    planted(
        "answers-plain-json",
        "Responses have the media type application/json.",
        "COM-006",
        amending(_plain_json),
    ),
    planted(
        "omits-allow",
        "A refused method is not told which methods are allowed.",
        "COM-007",
        amending(lambda outgoing: _without_header("Allow", outgoing)),
    ),
    planted(
        "answers-unknown-paths-with-success",
        "Anything that is not implemented is answered with 200 and an empty searchset.",
        "COM-008",
        replying(
            at("/Endpoint", 501),
            status=200,
            body={"resourceType": "Bundle", "type": "searchset", "total": 0},
        ),
    ),
    planted(
        "accepts-target-in-clear",
        "A target that is not base64 is ignored.",
        "COM-012",
        ignoring(headers.target_is_base64),
    ),
    planted(
        "accepts-malformed-target",
        "A target without system or value is ignored.",
        "COM-013",
        ignoring(headers.target_has_its_form),
    ),
    planted(
        "accepts-unknown-target",
        "A request for a service that does not exist here is answered all the same.",
        "COM-014",
        ignoring(headers.target_is_known),
    ),
    planted(
        "accepts-missing-target",
        "A request that does not say for which service it is meant is answered.",
        "COM-015",
        ignoring(headers.target_is_present),
    ),
    planted(
        "admits-refused-organisation",
        "An organisation that access control should keep out is let in.",
        "COM-017",
        ignoring(headers.organisation_is_admitted),
    ),
    planted(
        "answers-too-late",
        "One answer takes more than five seconds.",
        "COM-019",
        replying(at("/Encounter"), delay_s=_TOO_LONG_S),
    ),
    planted(
        "answers-slowly-at-times",
        "More than one answer in ten takes longer than 2100 ms.",
        "COM-020",
        amending(_slow_at_times),
    ),
    planted(
        "refuses-long-fractions",
        "A slot search whose times have seven decimals of a second is refused.",
        "COM-021",
        insisting(Stage.SLOTS, _fractions_are_short),
    ),
    planted(
        "refuses-other-offsets",
        "A message whose times are not in UTC is refused.",
        "COM-021",
        insisting(Stage.MESSAGE, _times_are_utc),
    ),
    planted(
        "omits-last-updated-of-schedules",
        "Schedules are returned without meta.lastUpdated.",
        "COM-022",
        reshaping(at("/Slot", 200), of_each("Schedule", dropping("meta"))),
    ),
    planted(
        "omits-last-updated-of-appointments",
        "An Appointment that is read has no meta.lastUpdated.",
        "COM-022",
        reshaping(
            at("/Appointment", 200, below=True),
            lambda body: body.get("meta", {}).pop("lastUpdated", None),
        ),
    ),
    # planted in the transport, see reference.identity
    planted(ACCEPTS_OLD_TLS, "TLS 1.0 and 1.1 are agreed to as well.", "COM-024"),
    planted(
        "needs-use-context",
        "A message without the use-context header is refused.",
        "COM-023",
        insisting(Stage.MESSAGE, _use_context_is_there),
    ),
    planted(
        "heeds-use-context",
        "A message whose use-context header does not suit it is refused.",
        "COM-023",
        insisting(Stage.MESSAGE, _use_context_is_right),
    ),
)
