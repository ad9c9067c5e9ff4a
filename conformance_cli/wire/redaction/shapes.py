"""What is recognised by its shape alone: tokens, keys, and labelled personal data.

Every pattern here runs over hostile text.  Each starts at a place where the one before
cannot have ended, or is bounded, so that the time stays linear in the text.
"""

from __future__ import annotations

import base64
import re

from conformance_cli.wire.redaction.markers import Notes, marker

_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z)", re.DOTALL
)
_RUN = re.compile(r"[A-Za-z0-9+/_=.~-]{24,}+")
# A quote must follow the brace: "{}" in base64 is also how many a UUID starts.
_OBJECT = re.compile(rb"\{\s*\"")
_SCHEME = re.compile(
    r"\b(bearer|basic|dpop)([ \t]+)(?![a-z_-]{1,40}[ \t]*=[ \t]*\")([a-z0-9._~+/-]{6,}+=*)",
    re.IGNORECASE,
)
_CREDENTIAL_LABELS = (
    r"token|secret|password|passwd|passphrase|pwd|api[_-]?key|assertion|session[_-]?id"
    r"|private[_-]?key"
)
_SECRET_FIELD = re.compile(
    rf"(?<![a-z_-])([a-z_-]{{0,30}}?(?:{_CREDENTIAL_LABELS}))"
    r"(\\?[\"']?[ \t]{0,3}[=:][ \t]{0,3}\\?[\"']?)([^\s\"'&,;<>{}\\\[\]]{4,}+)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]++@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
# Only the spaced form: without the space too many codes look like it.
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}\b")
_LABELLED = re.compile(
    r"\b(?P<label>(?:sur|fore|given|family|first|last|full|maiden|patient)[ _-]?names?"
    r"|family|given|dob|date of birth|birth[ _-]?date|post[ _-]?code|nhs[ _-]?(?:number|no)"
    r"|address|telephone|phone|mobile)"
    r"(?P<between>\\?[\"']?[ \t]{0,3}(?:[:=]|\bis\b)[ \t]{0,3}\[?[ \t]{0,3}\\?[\"']?)"
    r"(?P<value>[^\s,;\"'\\\[\]<>&][^,;\"'\\\[\]<>&\n]{0,80})",
    re.IGNORECASE,
)
_NUMERIC_LABELS = ("dob", "date", "birth", "post", "nhs", "telephone", "phone", "mobile")


# Words without which a pattern cannot match: looking for these is many times faster.
_SCHEME_WORDS = ("bearer", "basic", "dpop")
_FIELD_WORDS = ("token", "secret", "pass", "pwd", "api", "assertion", "session", "private")
_LABEL_WORDS = ("name", "family", "given", "dob", "birth", "post", "nhs", "addr", "phone", "mobile")


def scrub_tokens(text: str, notes: Notes) -> str:
    """Without PEM blocks, JWTs, credentials and values labelled as secret."""
    lower = text.lower()
    if "-----BEGIN " in text:
        text = _PEM.sub(lambda _: _note(notes, "token:pem", "pem"), text)
    if len(text) >= 24 and "e" in text:
        text = _RUN.sub(lambda m: _run(m, notes), text)
    if any(word in lower for word in _SCHEME_WORDS):
        text = _SCHEME.sub(lambda m: _scheme(m, notes), text)
    if ("=" in text or ":" in text) and any(word in lower for word in _FIELD_WORDS):
        text = _SECRET_FIELD.sub(lambda m: _field(m, notes), text)
    return text


def scrub_personal(text: str, notes: Notes) -> str:
    """Without e-mail addresses, postcodes and values labelled as personal."""
    if "@" in text:
        text = _EMAIL.sub(lambda _: _note(notes, "pattern:email", "email"), text)
    if " " in text:
        text = _POSTCODE.sub(lambda _: _note(notes, "pattern:postcode", "address"), text)
    lower = text.lower()
    if not any(word in lower for word in _LABEL_WORDS):
        return text
    return _LABELLED.sub(lambda m: _labelled(m, notes), text)


def _note(notes: Notes, note: str, name: str) -> str:
    notes.add(note)
    return marker(name)


def _run(match: re.Match[str], notes: Notes) -> str:
    run = match[0]
    start = 0 if _is_encoded_object(run) else run.find("eyJ")
    if start < 0 or len(run) - start < 16:
        return run
    # Three parts are a JWT; one is base64 of a JSON object, which nobody can judge here.
    name = "jwt" if run.count(".", start) >= 2 else "encoded"
    return run[:start] + _note(notes, f"token:{name}", name)


def _is_encoded_object(run: str) -> bool:
    if run[0] != "e":  # the first six bits of "{"
        return False
    try:
        return _OBJECT.match(base64.b64decode(run[:8], altchars=b"-_")) is not None
    except ValueError:
        return False


def _scheme(match: re.Match[str], notes: Notes) -> str:
    if not _random(match[3]):
        return match[0]
    return f"{match[1]}{match[2]}{_note(notes, 'token:credentials', 'token')}"


def _field(match: re.Match[str], notes: Notes) -> str:
    label, value = match[1].lower(), match[3]
    passive = label.endswith(("token", "assertion")) and not _random(value)
    if passive or value.startswith("[redacted"):
        return match[0]
    return f"{match[1]}{match[2]}{_note(notes, 'token:labelled', 'secret')}"


def _labelled(match: re.Match[str], notes: Notes) -> str:
    label, value = match["label"].lower(), match["value"]
    if value.startswith("redacted:") or "[redacted:" in match["between"]:
        return match[0]
    if label.startswith(_NUMERIC_LABELS):
        meant = any(c.isdigit() for c in value)
    else:
        meant = value[0].isupper() or value[0].isdigit() or not value.isascii()
    if not meant:
        return match[0]
    return f"{label and match['label']}{match['between']}{_note(notes, 'pattern:labelled', 'text')}"


def _random(value: str) -> bool:
    """Whether a value is no word of a sentence: digits, or capitals past its start."""
    return any(c.isdigit() for c in value) or value[1:] != value[1:].lower() or len(value) > 40
