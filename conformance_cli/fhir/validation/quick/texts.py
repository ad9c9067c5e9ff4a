"""Texts, looked at all together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.primitive_forms import CONTROL, MAX_STRING

#: Stands between texts: rare in them, and printable, as spaces are.
_BETWEEN = " \xa6 "
#: What is there where a text begins or ends with a space, or is empty.
_BEFORE, _AFTER = f"{_BETWEEN} ", f" {_BETWEEN}"


def start() -> list[str]:
    """A list to collect texts in."""
    return [""]


class Texts:
    """Looks at texts as the options have it; the lists have one more at both ends."""

    def __init__(self, options: Options) -> None:
        self._may_have_tags = not options.refuse_html

    def are_fine(self, texts: list[Any]) -> bool:
        """Whether all are strings about which there is surely nothing to say."""
        texts.append("")
        try:
            whole = _BETWEEN.join(texts)
        except TypeError:
            return False
        return (
            whole.isprintable()
            and _BEFORE not in whole
            and _AFTER not in whole
            and len(whole) <= MAX_STRING
            and (self._may_have_tags or "<" not in whole)
        ) or not any(self.wrong(texts))

    def wrong(self, texts: list[Any]) -> Iterator[int]:
        """The places of those about which there may be something to say."""
        for place in range(1, len(texts) - 1):
            text = texts[place]
            if type(text) is not str or not self._is_fine(text):
                yield place

    def _is_fine(self, text: str) -> bool:
        return (
            text != ""
            and text == text.strip()
            and len(text) <= MAX_STRING
            and CONTROL.search(text) is None
            and (self._may_have_tags or "<" not in text)
        )
