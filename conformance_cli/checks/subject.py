"""What a check looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance_cli.checks.finding import Claim, Finding
from conformance_cli.checks.parsing import ParsedBody, parse_body
from conformance_cli.checks.validation import Validation
from conformance_cli.fhir import FhirPath, FhirPathError
from conformance_cli.model.exchange import Exchange, Response, TlsFacts
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict

Json = Any


def _no_schema(name: str) -> Json:
    raise LookupError(f'there is no schema "{name}"')


def _no_tls() -> TlsFacts | None:
    return None


@dataclass(slots=True)
class Subject:
    """The exchanges of one step, and what else is known about the endpoint.

    Assertions on a repeated step hold for each of its exchanges.
    """

    exchanges: tuple[Exchange, ...]
    fhirpath: FhirPath
    #: Gives a JSON Schema of the pack by its name.  ``LookupError`` where there is none.
    schema: Callable[[str], Json] = _no_schema
    #: What a handshake with the endpoint shows; ``None`` where it is not https.
    tls: Callable[[], TlsFacts | None] = _no_tls
    #: Validates bodies as FHIR resources.
    validation: Validation | None = None
    _bodies: dict[int, ParsedBody] = field(default_factory=dict, repr=False)

    @property
    def exchange(self) -> Exchange:
        """The last exchange."""
        return self.exchanges[-1]

    def body(self, exchange: Exchange | None = None) -> ParsedBody:
        """The body of an exchange (the last one) as JSON, read once."""
        looked_at = self.exchange if exchange is None else exchange
        key = id(looked_at)
        if key not in self._bodies:
            response = looked_at.response
            self._bodies[key] = parse_body(response.body if response else b"")
        return self._bodies[key]


def judge_responses(
    subject: Subject, claim: Claim, judge: Callable[[Exchange, Response], Finding]
) -> Finding:
    """Judge every response of a step; the first that is not met speaks for all.

    A failure outweighs an error, for it stands whatever the other exchanges would show.
    """
    findings: list[Finding] = []
    for index, exchange in enumerate(subject.exchanges):
        found = _judged(exchange, claim, judge)
        finding = Finding(
            found.verdict, found.title, found.expected, found.actual, found.where, index,
            found.reason,
        )  # fmt: skip
        if finding.verdict is Verdict.FAIL:
            return finding
        findings.append(finding)
    for verdict in (Verdict.ERROR, Verdict.NOT_TESTED):
        for finding in findings:
            if finding.verdict is verdict:
                return finding
    return findings[-1] if findings else claim.error(Cause.TOOL, "nothing was sent")


def judge_bodies(subject: Subject, claim: Claim, judge: Callable[[Json], Finding]) -> Finding:
    """Judge every body of a step as JSON; what is no JSON breaks the claim."""

    def of_response(exchange: Exchange, _: Response) -> Finding:
        body = subject.body(exchange)
        if body.beyond_bounds:
            return claim.error(Cause.TOOL, f"the body {body.problem}; this tool reads no more")
        if not body.ok:
            return claim.broken(body.problem, "body")
        try:
            return judge(body.value)
        except FhirPathError as err:
            return claim.error(Cause.TOOL, str(err), "write the expression so that it fits")

    return judge_responses(subject, claim, of_response)


def transport_error(exchange: Exchange, claim: Claim) -> Finding | None:
    """The error that an exchange without a usable response leads to."""
    if exchange.failure is not None:
        failure = exchange.failure
        text = f"no response ({failure.kind.value}): {failure.message}"
        return claim.error(Cause.TRANSPORT, text, failure.hint)
    if exchange.response is None:
        return claim.error(Cause.TRANSPORT, "no response")
    return None


def _judged(
    exchange: Exchange, claim: Claim, judge: Callable[[Exchange, Response], Finding]
) -> Finding:
    broken = transport_error(exchange, claim)
    if broken is not None or exchange.response is None:
        return broken or claim.error(Cause.TRANSPORT, "no response")
    return judge(exchange, exchange.response)
