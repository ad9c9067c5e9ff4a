"""Bodies: what kind of text they are, how much is kept, and what was learned of them."""

from __future__ import annotations

import codecs
import hashlib
import json
import re

from conformance_cli.model.exchange import EvidenceBody
from conformance_cli.wire.redaction.json_body import redact_json, redact_text
from conformance_cli.wire.redaction.json_reader import MAX_DEPTH, TooDeepError
from conformance_cli.wire.redaction.lessons import learn_from_tree
from conformance_cli.wire.redaction.markers import Notes, storable
from conformance_cli.wire.redaction.scrubber import Scrubber
from conformance_cli.wire.redaction.urls import redact_form
from conformance_cli.wire.redaction.xml_body import redact_xml

#: Bytes of a body that are kept, and its longest text.
MAX_KEPT = 256 * 1024
#: Bytes of a body that is read for personal values though it is not kept.
_MAX_LEARNED = 1024 * 1024

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_CHARSET = re.compile(r"charset\s*=\s*\"?([a-z0-9_-]{1,20})", re.IGNORECASE)
_CHARSETS = {"iso-8859-1": "latin-1", "latin-1": "latin-1", "latin1": "latin-1",
             "windows-1252": "cp1252"}  # fmt: skip
_BINARY = re.compile(
    r"image/|audio/|video/|font/|application/(?:octet-stream|pdf|zip|gzip|x-|vnd\.ms|msword)"
)
_XML = re.compile(r"\s*<(?:\?xml|[A-Z][A-Za-z]{2,40}\s+xmlns=)")

#: A body with none of these in it teaches nothing.
_TELLING = (b'"family"', b'"given"', b'"birthDate"', b'"telecom"', b'"address"', b'"display"',
            b'"identifier"', b'"nhs', b'"name"')  # fmt: skip


def media_type(content_type: str | None) -> str:
    """The media type without parameters, lower case; empty where it is none."""
    found = (content_type or "").partition(";")[0].strip().lower()
    return found if _MEDIA_TYPE.fullmatch(found) else ""


def redact_body(
    body: bytes, content_type: str | None, scrubber: Scrubber, notes: Notes
) -> EvidenceBody:
    """The body as evidence.  Text that cannot be judged safely is left out, with a reason."""
    media = media_type(content_type)
    shown = scrubber.secrets.scrub(media, notes)
    if _is_binary(body, media):
        return EvidenceBody(len(body), media_type=shown, omitted="binary content is not kept")
    cut = len(body) > MAX_KEPT
    text = _decoded(body[:MAX_KEPT], content_type, final=not cut)
    try:
        clean = _redacted(text, media, scrubber, notes)
    except TooDeepError:
        return EvidenceBody(
            len(body), media_type=shown, omitted=f"nested more than {MAX_DEPTH} deep"
        )
    clean = storable(clean)
    kept = clean.encode("utf-8")
    if len(kept) > MAX_KEPT:
        kept, cut = kept[:MAX_KEPT], True
        clean = kept.decode("utf-8", "ignore")
        kept = clean.encode("utf-8")
    return EvidenceBody(
        size=len(body),
        digest=f"sha256:{hashlib.sha256(kept).hexdigest()}",
        media_type=shown,
        text=clean,
        omitted=f"cut after {MAX_KEPT // 1024} KiB of {len(body)} bytes" if cut else "",
    )


def learn_body(body: bytes, content_type: str | None, scrubber: Scrubber) -> None:
    """Learn the personal values of a body, whether it is kept or not.

    JSON is read by the standard parser, which is many times faster than redacting; what
    it does not read is redacted in part, for the sake of what that teaches.
    """
    media = media_type(content_type)
    other = "xml" in media or "form" in media
    if not other and not any(word in body for word in _TELLING):
        return
    if not other and len(body) <= _MAX_LEARNED:
        try:
            learn_from_tree(json.loads(body), scrubber)
        except (ValueError, RecursionError):
            pass
        else:
            return
    if not _is_binary(body, media):
        redact_body(body, content_type, scrubber, set())


def _redacted(text: str, media: str, scrubber: Scrubber, notes: Notes) -> str:
    start = text[:200].lstrip("\ufeff \t\r\n")
    if media.endswith(("json", "ndjson")) or start.startswith(("{", "[")):
        return redact_json(text, scrubber, notes)
    if media.endswith("xml") or (media != "text/html" and _XML.match(start)):
        return redact_xml(text, scrubber, notes)
    if media == "application/x-www-form-urlencoded":
        return redact_form(text, scrubber, notes)
    return redact_text(text, scrubber, notes)


def _is_binary(body: bytes, media: str) -> bool:
    if _BINARY.match(media) and not media.endswith(("json", "xml", "urlencoded")):
        return True
    # No text holds NUL: UTF-16 does, and hides every word from every pattern.
    return b"\0" in body[:MAX_KEPT]


def _decoded(data: bytes, content_type: str | None, *, final: bool) -> str:
    match = _CHARSET.search(content_type or "")
    charset = _CHARSETS.get(match[1].lower(), "utf-8") if match else "utf-8"
    return codecs.getincrementaldecoder(charset)("replace").decode(data, final)
