"""Making text inert: whatever an endpoint sent may be shown, and may do nothing.

A response can hold terminal escapes, right-to-left overrides, invisible characters and
markup of every format we write.  ``safe_text`` takes away what a reader cannot see and
a terminal would obey; each format then adds its own quoting (autoescape in HTML, the
XML writer in JUnit, ``markdown_text`` and ``code_span`` in Markdown).
"""

from __future__ import annotations

import re

#: Controls (C0, DEL, C1), bidi marks and overrides (UAX #9), zero-width and other
#: invisible format characters, blank fillers, line separators, surrogates, tags,
#: noncharacters.  Arabic number signs are category Cf too, but visible: they stay.
_INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0"
    r"\ufff0-\ufffb\ufffe\uffff\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"[{_INVISIBLE}]")
_UNSAFE_IN_BLOCK = re.compile(f"(?![\n\t])[{_INVISIBLE}]")
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
#: What means something anywhere in a line of Markdown, and what only at its start.
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&$])")
_MARKDOWN_START = re.compile(r"^(\d*)([-+#=.)])")


def safe_text(text: str) -> str:
    r"""One line with nothing invisible in it; what was, is written like ``\x1b``.

    Everything that a reader can see is kept as it is, in any script.
    """
    return _UNSAFE.sub(_escape, text)


def safe_block(text: str) -> str:
    """Like ``safe_text`` for a text of several lines: line breaks and tabs stay."""
    return _UNSAFE_IN_BLOCK.sub(_escape, text.replace("\r\n", "\n"))


def is_safe(text: str) -> bool:
    """Whether ``safe_text`` would leave a text as it is."""
    return _UNSAFE.search(text) is None


def shorten(text: str, limit: int) -> str:
    """The text, cut to ``limit`` characters with an ellipsis where it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def markdown_text(text: str) -> str:
    """One line of Markdown that shows the text and means nothing else."""
    escaped = _MARKDOWN.sub(r"\\\1", safe_text(text).strip())
    return _MARKDOWN_START.sub(r"\1\\\2", escaped)


def code_span(text: str) -> str:
    """A Markdown code span; for endpoint text, because nothing inside is interpreted.

    GitHub turns ``@name`` and ``#1`` into links even when they are escaped, but never
    inside code.  A pipe would end a table cell even there (GFM section 4.10).
    """
    inert = safe_text(text).replace("|", "\\|")
    if not inert.strip():
        return "(empty)"
    longest = max((len(run) for run in re.findall("`+", inert)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {inert} {fence}" if "`" in inert else f"{fence}{inert}{fence}"


def plural(number: int, noun: str) -> str:
    """``1 requirement``, ``2 requirements``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
