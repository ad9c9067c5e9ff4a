"""Making text harmless: whatever a file holds may be shown, and may do nothing."""

from __future__ import annotations

from conformance_cli.fhir.regex import Regex

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
#: Letters and marks that look like nothing at all, although they count as printable.
_BLANK = Regex("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
#: What JSON may hold as it is, and a terminal could obey, a reader could miss, or no encoder
#: takes: C1 controls, bidirectional marks, line separators, half surrogate pairs.
_INVISIBLE = Regex("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def inert(text: str) -> str:
    r"""One line with nothing in it that a terminal obeys or a reader cannot see.

    Controls, bidirectional marks, line separators, surrogates and other invisible
    characters are written like ``\x1b``; everything visible stays, in any script.
    """
    if text.isascii() and text.isprintable():
        return text
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escaped(c) for c in text)
    return _BLANK.sub(lambda match: _escaped(match[0]), text)


def inert_json(text: str) -> str:
    """A JSON text that says the same, with all that is invisible in its strings escaped."""
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def shortened(text: str, limit: int) -> str:
    """The text, cut to ``limit`` characters with an ellipsis where it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _escaped(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
