"""One invented run of a booking standard, with every verdict in it; nothing in it is real.

The samples of ``reports/samples/`` are made from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from conformance_cli.judge import judge_run
from conformance_cli.model.exchange import (
    Evidence,
    EvidenceBody,
    EvidenceRequest,
    EvidenceResponse,
)
from conformance_cli.model.pack import Effect
from conformance_cli.model.profile import Option, Profile, ProfileStatus, SourceDocument
from conformance_cli.model.requirement import Level, Method, Requirement, Source
from conformance_cli.model.result import (
    AssertionResult,
    Cause,
    PreflightResult,
    PreflightStatus,
    Reason,
    TestResult,
)
from conformance_cli.model.run import (
    PackIdentity,
    Product,
    Run,
    RunHeader,
    RunSettings,
    RunState,
)
from conformance_cli.model.verdict import Verdict
from conformance_cli.model.waiver import Waiver
from conformance_cli.reporting.view import ReportView

TODAY = date(2026, 11, 23)
STARTED = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
BASE = "https://bookings.example.test/fhir/R4"
DIRECTORY = "conformance-results/20261123-0941-k3"

_GUIDE = "https://guide.example.test/booking"
_ROWS = """
COM-001|SHALL|COM|Refuse a request that has no X-Request-Id or no X-Correlation-Id header
COM-002|SHALL|COM|Return both correlation headers unchanged with every response
COM-003|SHALL|COM|Refuse a correlation id that is not a UUID
COM-004|SHALL|COM|Refuse a major version in Accept that is not supported, with status 406
COM-007|SHALL|COM|Refuse a verb that is not offered with status 405, and name the others in Allow
COM-009|SHALL|COM|Send an OperationOutcome with every response that is not a success
COM-011|SHALL NOT|COM|The diagnostics of an error hold personal data or a stack trace
COM-019|SHALL|COM|Answer every request within 5000 ms
COM-020|SHOULD|COM|Answer nine of ten requests within 2100 ms
COM-024|SHALL|COM|Offer TLS 1.2 or later with a certificate that verifies
CAP-001|SHALL|CAP|Serve a CapabilityStatement for FHIR 4.0.1 at /metadata
CAP-005|SHOULD|CAP|Declare how callers authenticate in the CapabilityStatement
SLT-001|SHALL|SLT|Answer a slot search with a searchset that holds only slots that match it
SLT-003|SHALL|SLT|Give each slot an id, a schedule, a status, a start and a later end
SLT-005|SHALL NOT|SLT|Patients or appointments are returned with free slots
SLT-006|SHALL|SLT|Refuse a slot search without a status
SLT-011|SHALL|SLT|Answer a search for a service that is not known with status 404
SLT-014|SHOULD|SLT|Leave an unsupported _include out of the self link instead of refusing it
BKG-001|SHALL|BKG|Answer a booking message with status 200 and the booked appointment
BKG-004|SHALL|BKG|Refuse to book a slot that is no longer free with status 409
BKG-008|SHALL|BKG|Cancel an appointment when a cancellation message asks for it
TI-001|SHALL|TI|Refuse a message that was processed before as a duplicate
TI-006|MAY|TI|Offer a proof of receipt for a message that was sent twice
REF-001|SHALL|REF|Accept a new referral message and answer with its ServiceRequest
OPS-002|SHALL|OPS|Tell the partners of a planned outage five working days before
"""
_SECTIONS = {
    "COM": "Common rules",
    "CAP": "Capability",
    "SLT": "Slots",
    "BKG": "Booking",
    "TI": "Transactional integrity",
    "REF": "Referral",
    "OPS": "Operation",
}


def profile() -> Profile:
    """The standard: twenty-five requirements in seven sections."""
    return Profile(
        name="bookings",
        version="1.0.0",
        title="Bookings and referrals (receiver)",
        status=ProfileStatus.ACTIVE,
        requirements=tuple(_requirement(row) for row in _ROWS.strip().splitlines()),
        fhir_version="4.0.1",
        publisher="Example Standards Body",
        options=(Option("referral", "Receives referrals", default=False),),
        sources={"G": SourceDocument("Implementation guide", _GUIDE, "2026-07-14")},
        sections=_SECTIONS,
        digest="sha256:" + "4f1c0a9e2b7d6853" * 4,
    )


def _requirement(row: str) -> Requirement:
    number, level, section, text = row.split("|")
    return Requirement(
        id=f"BKR-{number}",
        level=Level(level),
        text=text,
        section=section,
        sources=(Source("G", f"Home/Core/{section}", f"{_GUIDE}/core/{section.lower()}"),),
        method=Method.ATTESTED if section == "OPS" else Method.AUTOMATED,
        applies_if="option.referral" if section == "REF" else "",
    )


def run() -> Run:
    """What the endpoint of an invented supplier showed."""
    tests = tuple(_tests())
    return Run(
        header=RunHeader(
            id="20261123-0941-k3",
            tool_version="0.1.0",
            started=STARTED,
            endpoint=BASE,
            profile=profile(),
            packs=(PackIdentity("bookings", "1.0.3", "sha256:" + "9b02d1c4" * 8, "Receiver"),),
            product=Product("Bookings Hub", "4.2.0", "Example Health Systems", "X0001"),
            environment="supplier-int",
            settings=RunSettings(
                requested_profile="bookings@latest",
                options={"referral": False},
                fixtures=("service", "patient-1"),
            ),
            waivers=(
                Waiver(
                    "BKR-COM-007",
                    "The gateway in front answers; its fix is planned for 4.3",
                    "A. Sessor",
                    date(2027, 1, 31),
                    role="assessor",
                ),
            ),
            planned=tuple(test.id for test in tests),
            planned_requirements={test.id: test.requirements for test in tests},
        ),
        state=RunState.COMPLETE,
        tests=tests,
        preflight=(
            PreflightResult(
                "tls",
                PreflightStatus.OK,
                "TLSv1.3, certificate of bookings.example.test until 2027-05-01",
            ),
            PreflightResult("GET /metadata answers", PreflightStatus.OK, "200"),
            PreflightResult(
                "clock",
                PreflightStatus.WARNING,
                "the endpoint's clock differs from this machine's by 74 s",
                "synchronise both clocks: tokens and time windows depend on them",
            ),
        ),
        finished=STARTED + timedelta(seconds=38, milliseconds=400),
    )


def view(of: Run | None = None, **settings: object) -> ReportView:
    """The judged run, with evidence; ``settings`` replace settings of the run."""
    saved = run() if of is None else of
    if settings:
        header = saved.header
        changed = replace(header, settings=replace(header.settings, **settings))
        saved = replace(saved, header=changed)
    kept = {evidence.id: evidence for evidence in _evidence()}
    return ReportView(saved, judge_run(saved, today=TODAY), kept.get, DIRECTORY)


def conformant() -> ReportView:
    """The same run with every requirement shown to be met."""
    saved = run()
    answered = replace(saved.header.settings, exclude=())
    ids = [r.id for r in saved.header.profile.requirements if r.method is Method.AUTOMATED]
    test = TestResult(
        id="everything",
        title="Everything is as the standard has it",
        pack="bookings@1.0.3",
        effect=Effect.READ,
        verdict=Verdict.PASS,
        requirements=tuple(ids),
        assertions=(
            AssertionResult(
                id="everything:1.1",
                kind="status",
                requirements=tuple(ids),
                verdict=Verdict.PASS,
                title="status is 200",
                exchange="everything/1",
            ),
        ),
        exchanges=("everything/1",),
        elapsed_ms=120,
    )
    header = replace(
        saved.header,
        settings=answered,
        waivers=(),
        planned=(test.id,),
        planned_requirements={test.id: test.requirements},
    )
    return view(replace(saved, header=header, tests=(test,), preflight=saved.preflight[:2]))


def _tests() -> Iterator[TestResult]:
    yield _test(
        "metadata",
        "The CapabilityStatement is served and says what is offered",
        _met("CAP-001", "COM-002", "COM-019", "COM-024"),
        _seen(
            Verdict.FAIL,
            "CAP-005",
            "rest.security.service.exists() is true",
            "false",
            where="CapabilityStatement.rest.security.service",
        ),
    )
    yield _test(
        "wrong-verb",
        "DELETE on a search is refused",
        _seen(Verdict.FAIL, "COM-007", "status 405", "status 200 (OK)"),
        _seen(Verdict.FAIL, "COM-007", "header Allow is present", "there is none", where="Allow"),
        _met("COM-002"),
    )
    for number, (header, value) in enumerate(
        [("X-Request-Id", "absent"), ("X-Correlation-Id", "absent")], 1
    ):
        yield _test(
            f"correlation-missing.{number}",
            f"A request with {header} {value} is refused",
            _met("COM-001", "COM-009"),
            _met("COM-011"),
        )
    for number in (1, 2):
        yield _test(
            f"correlation-malformed.{number}",
            "A correlation id that is not a UUID is refused",
            _met("COM-003", "COM-002"),
        )
    yield _test("version-unknown", "Major version 99 is refused", _met("COM-004", "COM-009"))
    yield _test(
        "slot-search",
        "A search answers with slots that match it",
        _met("SLT-001", "SLT-005"),
        _seen(
            Verdict.FAIL,
            "SLT-003",
            "every Slot satisfies start < end",
            "2 of 14 do not: slot-0071, slot-0072",
            where="Bundle.entry[5].resource",
        ),
        _seen(
            Verdict.WARNING,
            "COM-020",
            "90th percentile under 2100 ms",
            "2440 ms over 26 exchanges",
        ),
    )
    yield _test(
        "slot-include-unknown",
        "An unsupported _include is passed over",
        _met("SLT-014"),
    )
    for number in (1, 2, 3):
        yield _test(
            f"slot-status-missing.{number}",
            "A slot search without a status is refused",
            _seen(
                Verdict.FAIL,
                "SLT-006",
                "status 400 with an OperationOutcome (REC_BAD_REQUEST, required)",
                "status 200 (Bundle)",
            ),
            _met("COM-019"),
        )
    yield _test(
        "slot-service-unknown",
        "A search for an unknown service",
        _undecided(
            Verdict.ERROR,
            "SLT-011",
            Reason(
                Cause.TRANSPORT,
                "timeout: no answer within 30 s",
                "see whether the endpoint answers at all: conformance check",
            ),
        ),
    )
    writes = Reason(Cause.EFFECT, "its effect is write", "run again with --allow writes")
    yield _skipped("booking-new", "A free slot can be booked", writes, "BKG-001", "TI-001")
    yield _skipped("booking-cancel", "A booking can be cancelled", writes, "BKG-008", "TI-006")
    yield _skipped(
        "booking-taken",
        "A slot that is taken cannot be booked",
        Reason(
            Cause.FIXTURE,
            "fixture taken-slot (a slot that is booked already) was not given",
            "give --fixture taken-slot=VALUE",
        ),
        "BKG-004",
    )
    option = Reason(Cause.OPTION, "only where option.referral")
    yield replace(
        _skipped("referral-new", "A referral is accepted", option, "REF-001"),
        verdict=Verdict.NOT_APPLICABLE,
    )


def _met(*ids: str) -> AssertionResult:
    return AssertionResult(
        id="",
        kind="status",
        requirements=tuple(f"BKR-{number}" for number in ids),
        verdict=Verdict.PASS,
        title="as the standard has it",
    )


def _seen(
    verdict: Verdict, number: str, expected: str, actual: str, *, where: str = ""
) -> AssertionResult:
    return replace(
        _met(number),
        verdict=verdict,
        title=expected,
        expected=expected,
        actual=actual,
        where=where,
        source="tests/slots.yaml:12",
    )


def _undecided(verdict: Verdict, number: str, reason: Reason) -> AssertionResult:
    return replace(_met(number), verdict=verdict, reason=reason)


def _test(test_id: str, title: str, *assertions: AssertionResult) -> TestResult:
    worst = (Verdict.FAIL, Verdict.ERROR, Verdict.WARNING, Verdict.PASS)
    found = {assertion.verdict for assertion in assertions}
    return TestResult(
        id=test_id,
        title=title,
        pack="bookings@1.0.3",
        effect=Effect.READ,
        verdict=next(verdict for verdict in worst if verdict in found),
        requirements=tuple(dict.fromkeys(r for a in assertions for r in a.requirements)),
        assertions=tuple(
            replace(a, id=f"{test_id}:1.{n}", exchange=f"{test_id}/1")
            for n, a in enumerate(assertions, 1)
        ),
        exchanges=(f"{test_id}/1",),
        started=STARTED,
        elapsed_ms=120 + 31.5 * len(test_id),
    )


def _skipped(test_id: str, title: str, reason: Reason, *ids: str) -> TestResult:
    return TestResult(
        id=test_id,
        title=title,
        pack="bookings@1.0.3",
        effect=Effect.WRITE if reason.cause is Cause.EFFECT else Effect.READ,
        verdict=Verdict.NOT_TESTED,
        requirements=tuple(f"BKR-{number}" for number in ids),
        reason=reason,
    )


_SENT = (
    ("Accept", "application/fhir+json; version=1.0.0"),
    ("Authorization", "Bearer [redacted:credentials]"),
    ("X-Request-Id", "4b0f7f0a-6a43-4f2c-9df2-0a86e1b4d001"),
    ("X-Correlation-Id", "c1c7b6f4-1d1c-47f5-8f0c-2f7f31b8a9e2"),
    ("NHSD-Target-Identifier", "eyJ2YWx1ZSI6ICIyMDAwMDExMTQ3In0="),
)
_RETURNED = (
    ("Content-Type", "application/fhir+json; charset=utf-8"),
    ("X-Request-Id", "4b0f7f0a-6a43-4f2c-9df2-0a86e1b4d001"),
    ("X-Correlation-Id", "c1c7b6f4-1d1c-47f5-8f0c-2f7f31b8a9e2"),
)
_SLOTS = (
    '{"resourceType":"Bundle","type":"searchset","total":14,"entry":[{"fullUrl":"urn:uuid:'
    'a7c1f0de-0071","resource":{"resourceType":"Slot","id":"slot-0071","status":"free",'
    '"start":"2026-11-24T10:00:00+00:00","end":"2026-11-24T09:45:00+00:00",'
    '"schedule":{"reference":"Schedule/sch-3"}},"search":{"mode":"match"}}]}'
)
_CAPABILITY = (
    '{"resourceType":"CapabilityStatement","status":"active","kind":"instance",'
    '"fhirVersion":"4.0.1","format":["application/fhir+json"],"rest":[{"mode":"server"}]}'
)


def _evidence() -> Iterator[Evidence]:
    yield _exchange("metadata", "GET", "/metadata", _CAPABILITY)
    yield _exchange("wrong-verb", "DELETE", "/Slot?status=free", '{"resourceType":"Bundle"}')
    slots = "/Slot?status=free&start=ge2026-11-23T09:41:00Z&start=le2026-12-07T09:41:00Z"
    yield _exchange("slot-search", "GET", slots, _SLOTS)
    for number in (1, 2, 3):
        query = "/Slot?start=ge2026-11-23T09:41:00Z&_include=Slot:schedule"
        yield _exchange(f"slot-status-missing.{number}", "GET", query, _SLOTS)


def _exchange(test: str, method: str, path: str, body: str) -> Evidence:
    return Evidence(
        id=f"{test}/1",
        test=test,
        request=EvidenceRequest(method, BASE + path, _SENT),
        response=EvidenceResponse(
            200,
            "OK",
            _RETURNED,
            EvidenceBody(len(body), "sha256:" + "ab" * 32, "application/fhir+json", body),
        ),
        failure=None,
        started=STARTED,
        elapsed_ms=84.0 + len(path),
        redactions=("header:authorization",),
    )
