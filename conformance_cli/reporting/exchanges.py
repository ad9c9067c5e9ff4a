"""Exchanges as a report shows them: laid out for reading, cut to a size.

JSON is indented by moving white space only.  It is never parsed and written again: that
would lose duplicate keys, number formats and everything else an assertion may be about.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from conformance_cli.model.exchange import Evidence, EvidenceBody, Headers
from conformance_cli.reporting.shell import curl
from conformance_cli.reporting.text import safe_block, safe_text
from conformance_cli.reporting.view import duration

#: Characters shown of one body, and of all bodies of a report together.
MAX_BODY = 20_000
MAX_ALL_BODIES = 2_000_000
#: Above this a body is shown as it came.
_MAX_INDENTED = 400_000
_MAX_DEPTH = 40
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShownBody:
    """A body, or why there is none to show."""

    text: str
    #: Size, media type, digest, and what was cut or left out.
    note: str


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A request or a response."""

    #: ``GET https://...`` or ``200 OK``.
    first_line: str
    headers: Headers
    body: ShownBody | None


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """One exchange, every text inert."""

    id: str
    request: ShownMessage
    response: ShownMessage | None
    #: What broke, where there is no response.
    failure: str
    timing: str
    redactions: str
    curl: str


@dataclass(slots=True)
class Budget:
    """How many characters of bodies a report may still show."""

    left: int = MAX_ALL_BODIES

    def show(self, evidence: Evidence) -> ShownExchange:
        """The exchange; its bodies count against the budget."""
        request, response, failure = evidence.request, evidence.response, evidence.failure
        attempts = f", {evidence.attempts} attempts" if evidence.attempts > 1 else ""
        answer = None
        if response is not None:
            status = f"{response.status} {response.reason}".strip()
            answer = self._message(status, response.headers, response.body)
        return ShownExchange(
            id=evidence.id,
            request=self._message(f"{request.method} {request.url}", request.headers, request.body),
            response=answer,
            failure=f"{failure.kind.value}: {failure.message}" if failure else "",
            timing=duration(evidence.elapsed_ms) + attempts,
            redactions=", ".join(evidence.redactions),
            curl=curl(evidence),
        )

    def _message(
        self, first_line: str, headers: Headers, body: EvidenceBody | None
    ) -> ShownMessage:
        inert = tuple((safe_text(name), safe_text(value)) for name, value in headers)
        return ShownMessage(safe_text(first_line), inert, self._body(body))

    def _body(self, body: EvidenceBody | None) -> ShownBody | None:
        if body is None or (not body.size and not body.text):
            return None
        notes = [f"{body.size:,} bytes", body.media_type, body.omitted]
        if body.text is None:
            notes.append("" if body.omitted else "not kept")
            return ShownBody("", _joined(notes))
        laid_out = readable(body.text)
        limit = min(MAX_BODY, self.left)
        shown = laid_out[:limit]
        self.left -= len(shown)
        if len(laid_out) > limit:
            notes.append(f"only the first {limit:,} characters are shown")
        return ShownBody(safe_block(shown), _joined(notes))


def readable(text: str) -> str:
    """JSON with line breaks and indents; anything else as it is."""
    if len(text) > _MAX_INDENTED or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _indented(text) or text


def _indented(text: str) -> str:
    """Empty where it is nested too deep to be readable."""
    pieces: list[str] = []
    depth = 0
    opened = False
    for piece in _TOKEN.findall(text):
        if piece in "}]":
            depth -= 1
            pieces.append("" if opened else "\n" + "  " * depth)
        elif opened:
            pieces.append("\n" + "  " * depth)
        opened = piece in "{["
        depth += opened
        if depth > _MAX_DEPTH:
            return ""
        pieces.append(piece)
        if piece == ",":
            pieces.append("\n" + "  " * depth)
        elif piece == ":":
            pieces.append(" ")
    return "".join(pieces)


def _joined(notes: list[str]) -> str:
    return ", ".join(safe_text(note) for note in notes if note)
