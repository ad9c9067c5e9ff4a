"""The redactor: turns live exchanges into evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conformance_cli.model.exchange import (
    Evidence,
    EvidenceBody,
    EvidenceRequest,
    EvidenceResponse,
    Exchange,
    Request,
    Response,
    TransportFailure,
)
from conformance_cli.wire.redaction.bodies import learn_body, media_type, redact_body
from conformance_cli.wire.redaction.headers import HeaderRedactor
from conformance_cli.wire.redaction.json_body import redact_text
from conformance_cli.wire.redaction.markers import Notes, marker, storable
from conformance_cli.wire.redaction.nhs_number import TEST_RANGES
from conformance_cli.wire.redaction.scrubber import Scrubber
from conformance_cli.wire.redaction.urls import redact_url

_MAX_TEXT = 64 * 1024
#: Shorter texts, and so many of them, are remembered with their redacted form.
_LONG = 2_000
_MAX_REMEMBERED = 4096
#: Wider than any gap inside a phrase.
_APART = "\n" * 8


@dataclass(frozen=True, slots=True)
class _Memory:
    """Texts that were redacted while nothing new was learned: most come many times."""

    knowledge: tuple[int, int]
    texts: dict[str, str]


class Redactor:
    """Removes secrets and personal data from what is about to be written.

    One per run: it remembers the secrets that were registered and the personal values
    that it has seen, and removes them from everything later.  ``test_nhs_numbers`` are
    inclusive ranges of NHS numbers that belong to no person; any other valid NHS number
    is noted as ``nhs-number-outside-test-range`` in ``Evidence.redactions``.

    Thread-safe, and never raises for what an endpoint sent.
    """

    def __init__(
        self,
        *,
        test_nhs_numbers: Iterable[tuple[str, str]] = TEST_RANGES,
        secrets: Iterable[str] = (),
    ) -> None:
        self._scrubber = Scrubber(test_nhs_numbers)
        self._header_redactor = HeaderRedactor(self._scrubber)
        self._memory = _Memory(self._scrubber.knowledge, {})
        for secret in secrets:
            self.add_secret(secret)

    def add_secret(self, value: str) -> None:
        """Register a secret value: it is removed everywhere, in every encoding."""
        self._scrubber.secrets.add(value)

    def learn(self, value: str, category: str = "personal") -> None:
        """Remember a personal value, e.g. of a fixture, that no later text may show."""
        self._scrubber.learn(value, category)

    def text(self, text: str) -> str:
        """A text without secrets, tokens, NHS numbers and personal values seen so far."""
        if len(text) > _LONG:
            return self._redacted(text)
        memory = self._memory
        if memory.knowledge != self._scrubber.knowledge or len(memory.texts) >= _MAX_REMEMBERED:
            memory = self._memory = _Memory(self._scrubber.knowledge, {})
        known = memory.texts.get(text)
        if known is None:
            known = memory.texts[text] = self._redacted(text)
        return known

    def _redacted(self, text: str) -> str:
        try:
            return storable(redact_text(text[:_MAX_TEXT], self._scrubber, set()))
        except Exception:  # noqa: BLE001 - a text that cannot be judged is not shown
            return marker("unreadable")

    def evidence(self, exchange: Exchange, *, test: str, keep_body: bool) -> Evidence:
        """The redacted form of an exchange.

        Without ``keep_body`` only the sizes of the bodies are kept; their personal
        values are learned all the same.
        """
        # First everything is learned: what one part teaches must be gone from all others.
        flaws = [self._learned(message) for message in (exchange.request, exchange.response)]
        notes: Notes = set()
        if "?" in exchange.request.url:
            self._url(exchange.request.url, set())
        sent, received = (
            self._body(message, flaw, notes, keep=keep_body)
            for message, flaw in zip((exchange.request, exchange.response), flaws, strict=True)
        )
        request = EvidenceRequest(
            self._clean(exchange.request.method, notes),
            self._url(exchange.request.url, notes),
            self._headers(exchange.request, notes),
            sent,
        )
        response = self._response(exchange.response, received, notes)
        failure = exchange.failure
        if failure is not None:
            message = self._clean(failure.message, notes)
            failure = TransportFailure(failure.kind, message, failure.hint)
        return Evidence(
            exchange.id,
            test,
            request,
            response,
            failure,
            exchange.started,
            exchange.elapsed_ms,
            exchange.attempts,
            self._told(notes),
        )

    def _response(
        self, response: Response | None, body: EvidenceBody | None, notes: Notes
    ) -> EvidenceResponse | None:
        if response is None:
            return None
        reason = self._clean(response.reason, notes)
        return EvidenceResponse(response.status, reason, self._headers(response, notes), body)

    def _learned(self, message: Request | Response | None) -> str:
        """Learn from a message; why that was not possible, if it was not."""
        if message is None:
            return ""
        try:
            self._header_redactor.learn(message.headers)
            if message.body:
                learn_body(message.body, message.header("Content-Type"), self._scrubber)
        except Exception as error:  # noqa: BLE001 - what cannot be judged is not kept
            return type(error).__name__
        return ""

    def _body(
        self, message: Request | Response | None, flaw: str, notes: Notes, *, keep: bool
    ) -> EvidenceBody | None:
        if message is None or not message.body:
            return None
        content_type = message.header("Content-Type")
        reason = "bodies of this test are not kept"
        if keep and not flaw:
            try:
                return redact_body(message.body, content_type, self._scrubber, notes)
            except Exception as error:  # noqa: BLE001 - what cannot be judged is not kept
                flaw = type(error).__name__
        if flaw:
            reason = f"it could not be redacted safely ({flaw})"
        media = self._scrubber.secrets.scrub(media_type(content_type), notes)
        return EvidenceBody(len(message.body), media_type=media, omitted=reason)

    def _headers(self, message: Request | Response, notes: Notes) -> tuple[tuple[str, str], ...]:
        try:
            return self._header_redactor.headers(message.headers, notes)
        except Exception:  # noqa: BLE001 - what cannot be judged is not kept
            return ((marker("unreadable"), marker("unreadable")),)

    def _url(self, url: str, notes: Notes) -> str:
        try:
            return storable(redact_url(url, self._scrubber, notes))
        except Exception:  # noqa: BLE001 - what cannot be judged is not kept
            return marker("unreadable")

    def _clean(self, text: str, notes: Notes) -> str:
        if len(text) < 3:
            return storable(text)
        try:
            return storable(redact_text(text[:_MAX_TEXT], self._scrubber, notes))
        except Exception:  # noqa: BLE001 - what cannot be judged is not kept
            return marker("unreadable")

    def _told(self, notes: Notes) -> tuple[str, ...]:
        # Notes quote element names, which an endpoint may have chosen.
        if not notes:
            return ()
        together = storable(self._scrubber.secrets.scrub(_APART.join(notes), set()))
        return tuple(sorted(set(self._scrubber.remembered(together, set()).split(_APART))))
