"""Markers: what stands where something was masked, and the notes taken about it."""

from __future__ import annotations

import re

#: Names of what was masked in one exchange, e.g. ``header:authorization``.
Notes = set[str]

_MARKER = re.compile(r"\[redacted:[a-z0-9-]{1,40}\]")


def marker(name: str) -> str:
    """``[redacted:name]``: valid inside JSON and XML text, and no possible real value."""
    return f"[redacted:{name}]"


def is_masked(text: str) -> bool:
    """Whether a text is nothing but one marker."""
    return _MARKER.fullmatch(text) is not None


def storable(text: str) -> str:
    """Without NUL and lone surrogates, which neither JSON Lines nor UTF-8 files can hold."""
    if text.isascii():
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in text else text
    clean = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return clean.replace("\0", "\N{REPLACEMENT CHARACTER}")
