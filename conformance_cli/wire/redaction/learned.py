"""Learned values: personal data seen in a known place, to be found in any other place.

A name that stands in ``Patient.name`` of one response may come back in the diagnostics,
a header or a URL of the next one, where nothing marks it as a name.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from itertools import pairwise

from conformance_cli.wire.redaction.markers import Notes, marker
from conformance_cli.wire.redaction.numbers import date_digits, phone_digits
from conformance_cli.wire.redaction.words import COMMON_WORDS

_POSTCODE = re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9][A-Za-z]{2}")
_WORD = re.compile(r"[^\W_]+")
#: More than any run needs; bounds what a hostile endpoint can make us remember.
_MAX_VALUES = 50_000
_MAX_LENGTH = 200
# Shorter names are words of the language too often to be matched in any case.
_CASELESS_LENGTH = 5
_PHRASE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    category: str
    #: Accepted spellings; empty means any.
    spellings: frozenset[str]


class Learned:
    """Personal values by their first word, and by their digits.  Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._phrases: dict[str, tuple[_Phrase, ...]] = {}
        #: Digits to category.
        self._digits: dict[str, str] = {}
        self._seen: set[tuple[str, str]] = set()

    def add(self, value: str, category: str) -> None:
        """Remember a value.  What is too short or too common to be safe is left out."""
        value = value.strip()[:_MAX_LENGTH]
        seen = (value, category)
        if not value or seen in self._seen or len(self._seen) >= _MAX_VALUES:
            return
        with self._lock:
            self._remember(value, category)
            # Last: who finds it here must be able to rely on it.
            self._seen.add(seen)

    def _remember(self, value: str, category: str) -> None:
        digits = date_digits(value) or phone_digits(value)
        if digits:
            self._digits.setdefault(digits, category)
            return
        if _POSTCODE.fullmatch(value):
            self._add_word(value.replace(" ", ""), category)
        # A name is known by each of its parts, anything else only as a whole.
        parts = {value, *value.split()} if category == "name" else {value}
        for part in parts:
            self._add_words(_WORD.findall(part), category)

    @property
    def size(self) -> int:
        """How many values are known; grows with each new one."""
        return len(self._seen)

    def category_of(self, digits: str) -> str:
        """What a number was learned as; empty if it was not."""
        return self._digits.get(digits, "")

    def scrub(self, text: str, notes: Notes) -> str:
        """The text without learned words and phrases; numbers are ``numbers``' part."""
        phrases = self._phrases
        if not phrases or phrases.keys().isdisjoint(_WORD.findall(text.casefold())):
            return text
        words = list(_WORD.finditer(text))
        pieces: list[str] = []
        done = position = 0
        while position < len(words):
            phrase = self._at(words, position)
            if phrase is None:
                position += 1
                continue
            pieces += (text[done : words[position].start()], marker(phrase.category))
            position += len(phrase.words)
            done = words[position - 1].end()
            notes.add(f"learned:{phrase.category}")
        return "".join(pieces) + text[done:]

    def _at(self, words: list[re.Match[str]], position: int) -> _Phrase | None:
        for phrase in self._phrases.get(words[position][0].casefold(), ()):
            size = len(phrase.words)
            candidates = words[position : position + size]
            if len(candidates) < size or tuple(w[0].casefold() for w in candidates) != phrase.words:
                continue
            if phrase.spellings and candidates[0][0] not in phrase.spellings:
                continue
            if all(following.start() - word.end() <= 3 for word, following in pairwise(candidates)):
                return phrase
        return None

    def _add_words(self, words: list[str], category: str) -> None:
        if len(words) == 1 or category == "name":
            for word in words:
                self._add_word(word, category)
        if len(words) > 1 and sum(map(len, words)) >= _PHRASE_LENGTH:
            self._add_phrase(tuple(w.casefold() for w in words), category, frozenset())

    def _add_word(self, word: str, category: str) -> None:
        folded = word.casefold()
        if folded in COMMON_WORDS or len(word) < 3:
            return
        if word.isdigit():
            if len(word) >= 6:
                self._digits.setdefault(word, category)
            return
        short = len(word) < _CASELESS_LENGTH
        spellings = {word, word.upper(), word.title()} if short else set()
        self._add_phrase((folded,), category, frozenset(spellings))

    def _add_phrase(self, words: tuple[str, ...], category: str, spellings: frozenset[str]) -> None:
        phrase = _Phrase(words, category, spellings)
        known = self._phrases.get(words[0], ())
        if phrase not in known:
            # Replaced whole, so that readers need no lock; longest first.
            longest_first = sorted((*known, phrase), key=lambda p: -len(p.words))
            self._phrases[words[0]] = tuple(longest_first)
