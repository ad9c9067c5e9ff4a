"""Texts, looked at all together."""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.validation.primitive_forms import CONTROL, MAX_STRING

#: Stands between texts: rare in them, and printable, as spaces are.
_BETWEEN = " \xa6 "
#: What is there where a text begins or ends with a space, or is empty.
_BEFORE, _AFTER = f"{_BETWEEN} ", f" {_BETWEEN}"


def start() -> list[str]:
    """A list to collect texts in."""
    return [""]


def are_fine(texts: list[Any]) -> bool:
    """Whether all are strings about which there is surely nothing to say."""
    texts.append("")
    try:
        whole = _BETWEEN.join(texts)
    except TypeError:
        return False
    if whole.isprintable() and _BEFORE not in whole and _AFTER not in whole:
        return len(whole) <= MAX_STRING or all(map(_is_fine, texts[1:-1]))
    return all(map(_is_fine, texts[1:-1]))


def are_fine_without_tags(texts: list[Any]) -> bool:
    """The same, where no string may hold HTML tags."""
    return are_fine(texts) and not any("<" in text for text in texts)


def _is_fine(text: str) -> bool:
    return (
        text != ""
        and text == text.strip()
        and len(text) <= MAX_STRING
        and CONTROL.search(text) is None
    )
