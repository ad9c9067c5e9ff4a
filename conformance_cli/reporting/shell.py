"""Commands a person can paste: the next one to type, and curl for one exchange.

Parts of a request may be values that an endpoint gave earlier (an ETag, an id), so every
word is quoted, and characters that a terminal would obey are written as escapes.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from conformance_cli.model.exchange import Evidence, EvidenceBody
from conformance_cli.model.result import Cause
from conformance_cli.model.run import DEMO, RunState
from conformance_cli.model.verdict import Outcome
from conformance_cli.reporting.gaps import gaps
from conformance_cli.reporting.text import is_safe
from conformance_cli.reporting.view import ReportView

#: Headers that are secret whatever the evidence says of them.
_SECRET = {"authorization", "proxy-authorization", "cookie", "apikey", "x-api-key"}
#: Set by curl itself.
_OWN = {"host", "content-length", "connection", "accept-encoding", "user-agent"}
_SCHEME = re.compile(r"(?:Bearer|Basic|DPoP|Negotiate) ")
#: What the redactor leaves where a part of a value was masked.
_MARKER = re.compile(r"\[redacted:([a-z0-9-]{1,40})\]")


def word(text: str) -> str:
    """One shell word.  Control and invisible characters use bash's ``$'...'`` form."""
    if is_safe(text):
        return shlex.quote(text)
    encoded = text.encode("utf-8", "surrogatepass")
    body = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b"\\'" else f"\\x{byte:02x}"
        for byte in encoded
    )
    return f"$'{body}'"


def curl(evidence: Evidence, *, inline_body: int = 4_000) -> str:
    """A curl command that sends the same request again, one option per line.

    What was masked in the URL or a header stands as a shell variable (``$TOKEN``,
    ``$REDACTED_IDENTIFIER``) for the reader to set.  A body that was not kept, or has
    more than ``inline_body`` characters, is read from a file ``request-body``.
    """
    return "curl " + " \\\n  ".join(_options(evidence, inline_body))


def explain_command(requirement_id: str) -> str:
    """How to see more of one requirement."""
    return f"conformance explain {word(requirement_id)}"


def evidence_command(evidence_id: str, directory: str) -> str:
    """How to see one exchange in full, with its whole request body."""
    return f"conformance explain {word(evidence_id)} -r {word(directory)}"


def next_command(view: ReportView) -> str:
    """What to type next, from what the outcome stands on."""
    where = word(view.directory)
    if view.run.header.environment == DEMO:
        return _after_demo(view)
    if view.run.state in (RunState.INTERRUPTED, RunState.INCOMPLETE):
        return f"conformance run --resume {where}"
    if view.run.state is RunState.SETUP_FAILED:
        return f"conformance check {_target(view)}"
    if view.judgement.outcome is Outcome.NOT_CONFORMANT:
        return f"conformance run --rerun {where} --failed"
    if view.judgement.outcome is Outcome.UNDECIDED:
        return _to_decide(view)
    if view.run.header.settings.insecure:
        return f"conformance run {_target(view)}"
    if view.run.header.settings.gate != "certify":
        return f"conformance run {_target(view)} --gate certify"
    return f"conformance report {where} --report html"


def _after_demo(view: ReportView) -> str:
    if view.judgement.outcome is Outcome.NOT_CONFORMANT:
        shown = view.judgement.decided_by[0]
        return f"{explain_command(shown)} -r {word(view.directory)}"
    return "conformance init"


def _to_decide(view: ReportView) -> str:
    """The command for the cause that leaves most deciding requirements open."""
    deciding = set(view.judgement.decided_by)
    weights: dict[Cause, int] = {}
    example: dict[Cause, str] = {}
    for gap in gaps(view):
        open_ids = [r.requirement.id for r in gap.results if r.requirement.id in deciding]
        if open_ids:
            weights[gap.cause] = weights.get(gap.cause, 0) + len(open_ids)
            example.setdefault(gap.cause, open_ids[0])
    if not weights:
        return f"conformance plan {_target(view)}"
    cause = max(weights, key=lambda key: weights[key])
    where = word(view.directory)
    return {
        Cause.EFFECT: f"conformance run {_target(view)} --allow writes",
        Cause.FIXTURE: f"conformance pack fixtures {_first_pack(view)}",
        Cause.EXCLUDED: f"conformance run {_target(view)}",
        Cause.TRANSPORT: f"conformance check {_target(view)}",
        Cause.SETUP: f"conformance check {_target(view)}",
        Cause.PACKAGE: f"conformance plan {_target(view)}",
        Cause.INTERRUPTED: f"conformance run --resume {where}",
        Cause.DEADLINE: f"conformance run {_target(view)} --max-time 60m",
    }.get(cause, explain_command(example[cause]))


def _target(view: ReportView) -> str:
    header = view.run.header
    return f"{word(header.profile.ref)} --endpoint {word(header.endpoint)}"


def _first_pack(view: ReportView) -> str:
    packs = view.run.header.packs
    return word(packs[0].ref if packs else view.run.header.profile.ref)


def _options(evidence: Evidence, inline_body: int) -> Iterator[str]:
    request = evidence.request
    yield f"--request {word(request.method)}"
    if set(request.url) & set("[]{}"):
        yield "--globoff"  # curl would expand them
    yield f"--url {_with_variables(request.url)}"
    masked = {name.lower() for name in evidence.redactions}
    for name, value in request.headers:
        if name.lower() in _OWN:
            continue
        if name.lower() in _SECRET or f"header:{name.lower()}" in masked:
            yield f"--header {word(_before_secret(name, value))}{_placeholder(name)}"
        else:
            yield f"--header {_with_variables(f'{name}: {value}' if value else f'{name};')}"
    if request.body is not None and request.body.size:
        yield _data(request.body, inline_body)


def _with_variables(text: str) -> str:
    """One shell word in which masked parts are variables.

    Their names have a prefix: an endpoint can send a marker too, and ``[redacted:path]``
    must not become ``$PATH``.
    """
    parts = _MARKER.split(text)
    words = [word(part) if part else "" for part in parts]
    words[1::2] = [f'"$REDACTED_{name.replace("-", "_").upper()}"' for name in parts[1::2]]
    return "".join(words) or word("")


def _before_secret(name: str, value: str) -> str:
    scheme = _SCHEME.match(value)
    return f"{name}: {scheme[0] if scheme else ''}"


def _placeholder(name: str) -> str:
    variable = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper() or "SECRET"
    return '"$TOKEN"' if variable == "AUTHORIZATION" else f'"${variable}"'


def _data(body: EvidenceBody, inline_body: int) -> str:
    if body.text is None or body.omitted or len(body.text) > inline_body:
        return "--data-binary @request-body"
    return f"--data-raw {word(body.text)}"
