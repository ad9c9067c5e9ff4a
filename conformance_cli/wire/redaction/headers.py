"""Header values: credentials by name, encoded JSON from the inside, the rest as text."""

from __future__ import annotations

import base64
import binascii

from conformance_cli.model.exchange import Headers
from conformance_cli.wire.redaction.elements import PERSONAL, is_secret_name, normal
from conformance_cli.wire.redaction.json_body import redact_json, redact_text
from conformance_cli.wire.redaction.json_reader import TooDeepError
from conformance_cli.wire.redaction.markers import Notes, marker, storable
from conformance_cli.wire.redaction.scrubber import Scrubber, is_uuid

_SECRET_NAMES = frozenset(
    {"setcookie", "xapikey", "proxyauthenticationinfo", "authenticationinfo", "xclientcert",
     "sslclientcert", "xforwardedclientcert", "xarrclientcert", "clientcert"}
)  # fmt: skip
_SCHEMES = frozenset({"bearer", "basic", "digest", "dpop", "negotiate", "token"})

#: Headers of HTTP itself, in which a word is never a name.
_STRUCTURAL = frozenset(
    {"date", "expires", "lastmodified", "age", "retryafter", "contenttype", "contentlength",
     "contentencoding", "transferencoding", "connection", "keepalive", "accept",
     "acceptencoding", "acceptcharset", "acceptlanguage", "allow", "cachecontrol", "pragma",
     "vary", "etag", "ifmatch", "ifnonematch", "ifmodifiedsince", "prefer", "te", "upgrade",
     "useragent", "server", "stricttransportsecurity", "usecontext", "xcontenttypeoptions"}
)  # fmt: skip

#: Longer values are cut; nothing that is worth reading is longer.
_MAX_VALUE = 8192
_MAX_REMEMBERED = 500


class HeaderRedactor:
    """Redacts headers, and remembers the encoded ones: they repeat in every request."""

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber
        #: Value to its redacted form and the notes taken; of one state of knowledge.
        self._memory: dict[str, tuple[str | None, frozenset[str]]] = {}
        self._knowledge = scrubber.knowledge

    def headers(self, headers: Headers, notes: Notes) -> Headers:
        """Every header, redacted, in order."""
        secrets = self._scrubber.secrets
        return tuple(
            (storable(secrets.scrub(name, notes)), storable(self._value(name, value, notes)))
            for name, value in headers
        )

    def learn(self, headers: Headers) -> None:
        """Learn what encoded headers say of people."""
        for name, value in headers:
            if _may_be_encoded(name, value):
                self._encoded(value, set())

    def _value(self, name: str, value: str, notes: Notes) -> str:
        key = normal(name)
        if is_secret_name(key) or key in _SECRET_NAMES:
            notes.add(f"header:{name.lower()}"[:60])
            return _credential(value)
        if key in PERSONAL:
            notes.add(f"header:{name.lower()}"[:60])
            return marker(PERSONAL[key])
        if _may_be_encoded(name, value):
            encoded = self._encoded(value, notes)
            if encoded is not None:
                return encoded
        if len(value) > _MAX_VALUE:
            value = value[:_MAX_VALUE] + "..."
        if key in _STRUCTURAL:
            return self._scrubber.code(value, notes)
        return redact_text(value, self._scrubber, notes)

    def _encoded(self, value: str, notes: Notes) -> str | None:
        knowledge = self._scrubber.knowledge
        if knowledge != self._knowledge or len(self._memory) > _MAX_REMEMBERED:
            self._memory, self._knowledge = {}, knowledge
        memory = self._memory
        known = memory.get(value)
        if known is None:
            taken: Notes = set()
            known = _encoded_json(value, self._scrubber, taken), frozenset(taken)
            # What it has taught may have made it stale at once: then it is not kept.
            if knowledge == self._scrubber.knowledge:
                memory[value] = known
        notes |= known[1]
        return known[0]


def _may_be_encoded(name: str, value: str) -> bool:
    # Base64 of an opening brace starts with "e"; so does one UUID in sixteen.
    if is_uuid(value):
        return False
    return value.startswith("e") or name[:4].lower() == "nhsd"


def _credential(value: str) -> str:
    scheme, space, rest = value.partition(" ")
    if space and rest.strip() and scheme.lower() in _SCHEMES:
        return f"{scheme} {marker('credentials')}"
    return marker("credentials") if value else value


def _encoded_json(value: str, scrubber: Scrubber, notes: Notes) -> str | None:
    """The redacted value of a header that holds JSON in base64; ``None`` if it does not."""
    padded = value.strip().rstrip("=")
    try:
        raw = base64.b64decode(padded + "=" * (-len(padded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    text = raw.decode("utf-8", "replace")
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        clean = redact_json(text, scrubber, notes)
    except TooDeepError:
        return marker("encoded")
    if clean == text:
        return value
    return base64.b64encode(storable(clean).encode("utf-8")).decode("ascii")
