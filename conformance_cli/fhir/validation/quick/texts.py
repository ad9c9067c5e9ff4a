"""Texts, looked at all together."""

from __future__ import annotations

from conformance_cli.fhir.validation.primitive_forms import CONTROL, MAX_STRING

#: Stands between texts: rare in them, printable, and no space.
BETWEEN = "\xa6"
_DOUBLE, _BEFORE, _AFTER = BETWEEN * 2, f" {BETWEEN}", f"{BETWEEN} "


def are_fine(texts: list[str]) -> bool:
    """Whether there is surely nothing to say about strings; it may raise ``TypeError``."""
    whole = BETWEEN.join(("", *texts, ""))
    if (
        whole.isprintable()
        and _DOUBLE not in whole
        and _BEFORE not in whole
        and _AFTER not in whole
        and len(whole) <= MAX_STRING
    ):
        return True
    return all(map(_is_fine, texts))


def are_fine_without_tags(texts: list[str]) -> bool:
    """The same, where no string may hold HTML tags."""
    return not any("<" in text for text in texts) and are_fine(texts)


def _is_fine(text: str) -> bool:
    return (
        text != ""
        and text == text.strip()
        and len(text) <= MAX_STRING
        and CONTROL.search(text) is None
    )
