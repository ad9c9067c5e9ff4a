"""The scrubber: everything that applies to a piece of text, in the order that matters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from conformance_cli.wire.redaction.learned import Learned
from conformance_cli.wire.redaction.markers import Notes
from conformance_cli.wire.redaction.nhs_number import TestRanges
from conformance_cli.wire.redaction.numbers import Numbers
from conformance_cli.wire.redaction.secrets import Secrets
from conformance_cli.wire.redaction.shapes import scrub_personal, scrub_tokens

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID, which is an id and can hold nothing about a person."""
    return len(text) == 36 and _UUID.fullmatch(text) is not None


class Treatment(Enum):
    """What a value that stays is gone through for."""

    #: Everything.
    TEXT = "text"
    #: What resources are told apart by: learned identifiers stay, or nothing could be.
    LINK = "link"
    #: What can never be a code: secrets, tokens, NHS numbers that may be real.
    CODE = "code"


class Scrubber:
    """What a redactor knows, applied to text.  Thread-safe."""

    def __init__(self, test_ranges: Iterable[tuple[str, str]]) -> None:
        self.secrets = Secrets()
        self._names = Learned()
        self._identifiers = Learned()
        self.numbers = Numbers(TestRanges(test_ranges), self._category_of)

    @property
    def knowledge(self) -> tuple[int, int]:
        """Changes whenever something is learned: results of before may be stale."""
        return self.secrets.size, self._names.size + self._identifiers.size

    def learn(self, value: str, category: str) -> None:
        """Remember a personal value."""
        memory = self._identifiers if category == "identifier" else self._names
        memory.add(value, category)

    def text(self, text: str, notes: Notes) -> str:
        """Free text: secrets, tokens, personal patterns, numbers, learned values."""
        if is_uuid(text):  # most headers; no pattern can match
            return self.remembered(self.secrets.scrub(text, notes), notes)
        text = scrub_tokens(self.secrets.scrub(text, notes), notes)
        text = scrub_personal(text, notes)
        return self.remembered(self.numbers.scrub(text, notes), notes)

    def code(self, text: str, notes: Notes) -> str:
        """A code, date or status: only what can never be one is taken out."""
        text = scrub_tokens(self.secrets.scrub(text, notes), notes)
        return self.numbers.scrub_nhs_numbers(text, notes)

    def link(self, text: str, notes: Notes) -> str:
        """An id or a reference: as a code, and without names."""
        return self._names.scrub(self.code(text, notes), notes)

    def remembered(self, text: str, notes: Notes) -> str:
        """The text without words and phrases that were learned."""
        return self._identifiers.scrub(self._names.scrub(text, notes), notes)

    def _category_of(self, digits: str) -> str:
        return self._names.category_of(digits) or self._identifiers.category_of(digits)
