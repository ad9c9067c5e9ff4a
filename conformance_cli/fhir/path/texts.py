"""Names and texts as expressions write them."""

from __future__ import annotations

import re
from typing import Any

from conformance_cli.fhir.regex import Regex

_ESCAPE = Regex(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "f": "\f"}


def identifier(tree: dict[str, Any]) -> str:
    """The name that a node of a syntax tree is."""
    text: str = tree["text"]
    return unescaped(text[1:-1]) if text[:1] in '`"' else text


def unescaped(text: str) -> str:
    """What stands between two quotes, with its escapes replaced."""
    return _ESCAPE.sub(_replaced, text) if "\\" in text else text


def type_specifier(tree: dict[str, Any]) -> str | None:
    """The name of a type, also where it was read as a path: ``ofType(FHIR.Patient)``."""
    text = re.sub(r"[`\s]", "", tree.get("text", ""))
    return text if re.fullmatch(r"(?:[A-Za-z]+\.)?[A-Za-z0-9_]+", text) else None


def _replaced(match: re.Match[str]) -> str:
    escape = match[1]
    return chr(int(escape[1:], 16)) if len(escape) == 5 else _ESCAPES.get(escape, escape)
