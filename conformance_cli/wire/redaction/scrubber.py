"""The scrubber: everything that applies to a piece of text, in the order that matters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance_cli.wire.redaction.learned import Learned
from conformance_cli.wire.redaction.markers import Notes
from conformance_cli.wire.redaction.nhs_number import TestRanges
from conformance_cli.wire.redaction.numbers import Numbers
from conformance_cli.wire.redaction.secrets import Secrets
from conformance_cli.wire.redaction.shapes import scrub_personal, scrub_tokens

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Scrubber:
    """What a redactor knows, applied to text.  Thread-safe."""

    def __init__(self, test_ranges: Iterable[tuple[str, str]]) -> None:
        self.secrets = Secrets()
        self.learned = Learned()
        self.numbers = Numbers(TestRanges(test_ranges), self.learned.category_of)

    @property
    def knowledge(self) -> tuple[int, int]:
        """Changes whenever something is learned: results of before may be stale."""
        return self.secrets.size, self.learned.size

    def text(self, text: str, notes: Notes) -> str:
        """Free text: secrets, tokens, personal patterns, numbers, learned values."""
        if len(text) == 36 and _UUID.fullmatch(text):  # most headers; no pattern can match
            return self.learned.scrub(self.secrets.scrub(text, notes), notes)
        text = scrub_tokens(self.secrets.scrub(text, notes), notes)
        text = scrub_personal(text, notes)
        return self.learned.scrub(self.numbers.scrub(text, notes), notes)

    def coded(self, text: str, notes: Notes) -> str:
        """A code, date or status: only what can never be one is taken out."""
        text = scrub_tokens(self.secrets.scrub(text, notes), notes)
        return self.numbers.scrub_nhs_numbers(text, notes)
