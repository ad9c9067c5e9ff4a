"""Known secret values, in every form in which they may come back."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from conformance_cli.wire.redaction.markers import Notes, marker

# A value this short is removed as a whole word only: "1234" is part of many a number.
_SHORT = 6
_SECRET = marker("secret")


class Secrets:
    """The registered secret values.  Thread-safe; compiled once after each change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        """Register a value.  White space around it is not part of it."""
        value = value.strip()
        if not value:
            return
        forms = set(_forms(value))
        with self._lock:
            if forms <= self._forms:
                return
            self._forms |= forms
            self._pattern = None

    @property
    def size(self) -> int:
        """How many forms are known; grows with each new one."""
        return len(self._forms)

    def scrub(self, text: str, notes: Notes) -> str:
        """The text without any registered value."""
        if not self._forms:
            return text
        pattern = self._pattern or self._compiled()
        clean, count = pattern.subn(_SECRET, text)
        if count:
            notes.add("secret")
        return clean

    def _compiled(self) -> re.Pattern[str]:
        with self._lock:
            # Longest first, so that no part of a secret stays beside a shorter one.
            ordered = sorted(self._forms, key=lambda form: (-len(form), form))
            self._pattern = pattern = re.compile("|".join(map(_expression, ordered)))
            return pattern


def _expression(form: str) -> str:
    escaped = re.escape(form)
    return rf"(?<!\w){escaped}(?!\w)" if len(form) < _SHORT else escaped


def _forms(value: str) -> Iterator[str]:
    raw = value.encode("utf-8", "surrogatepass")
    yield value
    once = quote(raw, safe="")
    for encoded in (once, quote(raw), quote_plus(raw), quote(once, safe="")):
        yield encoded
        yield re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), encoded)
    for ascii_only in (True, False):
        in_json = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield in_json
        yield json.dumps(in_json, ensure_ascii=ascii_only)[1:-1]
        yield in_json.replace("/", "\\/")
    yield html.escape(value)
    yield html.escape(value, quote=False)
    if "\n" in value:  # a PEM file: its body may be quoted without the line breaks
        lines = [line.strip() for line in value.splitlines() if not line.startswith("-----")]
        yield "".join(lines)
        yield from (line for line in lines if len(line) >= 32)
    if len(raw) >= _SHORT:
        yield from _base64_forms(raw)


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Base64 of the value alone and of the value inside something longer.

    Base64 turns three bytes into four characters, so that the same value looks
    different at each of three offsets.  What is left of it at an offset, without the
    characters that depend on its neighbours, is looked for.
    """
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw)
        start = (0, 2, 3)[offset]
        end = len(whole) - (0, 3, 2)[(len(raw) + offset) % 3]
        core = whole[start:end].decode("ascii")
        if len(core) >= _SHORT:
            yield core
            yield core.replace("+", "-").replace("/", "_")
            yield quote(core, safe="")
    whole = base64.b64encode(raw)
    yield whole.decode("ascii")
    yield base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
