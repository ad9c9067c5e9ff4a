"""Regular expressions that an author writes and an endpoint's text meets.

Python's matcher backtracks: a careless pattern takes exponential time on text that was
made for it, and a usual one still takes time that grows with a power of the length.  So
patterns whose repetitions nest or overlap are refused, and the more repetitions are left,
the less text a pattern is given.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

from conformance_cli.fhir.path.repetitions import degree_of, runs_away, ways_of

#: Characters of a pattern, and of a text that is searched (1 MiB).
MAX_PATTERN = 2000
MAX_SEARCHED = 1 << 20
#: By the number of repetitions: how much text is matched from one fixed start ...
_ANCHORED = (1 << 20, 1 << 16, 1 << 14, 1 << 10)
#: ... and how much is searched at a time, each for about 10^8 steps at worst.
_SEARCHED = (1 << 20, 1 << 14, 1 << 10, 1 << 8)
#: Seconds after which a search gives up, between two pieces of text.
_PATIENCE = 2.0
#: Ways to share out a text between finite repetitions: what a search may try at each place,
#: and a match in all.
_MOST_WAYS = 1 << 16
#: Characters that are searched at a time, at least.
_SHORTEST = 1 << 8


class PatternError(ValueError):
    """A pattern that is wrong or could run away, or a text that is too long for it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that is given no more text than it can take."""

    compiled: re.Pattern[str]
    #: How many of its repetitions multiply the time that a match may take.
    degree: int
    #: In how many ways its finite repetitions may share out the same text.
    ways: int
    #: Whether it begins with ``^``, so that searching tries one place only.
    anchored: bool

    @property
    def longest(self) -> int:
        """The characters of the longest text that ``found_in`` looks through."""
        return self._longest_matched if self.anchored else self._longest_searched

    @property
    def _longest_matched(self) -> int:
        most = _ANCHORED[self.degree]
        return int(most / self.ways ** (1 / self.degree)) if self.degree else most

    @property
    def _longest_searched(self) -> int:
        return int(_SEARCHED[self.degree] / self.ways ** (1 / (self.degree + 1)))

    def matches(self, text: str) -> bool:
        """Whether the whole text matches.  ``PatternError`` if it is too long for that."""
        self._check(text, self._longest_matched)
        return self.compiled.fullmatch(text) is not None

    def found_in(self, text: str) -> bool:
        """Whether it matches somewhere.  ``PatternError`` if the text is too long for that."""
        self._check(text, self.longest)
        return self.compiled.search(text) is not None

    def occurs(self, text: str) -> bool:
        """Whether it matches somewhere in the first mebibyte of a text.

        Long texts are searched in overlapping pieces, so a very long match in one may be
        overlooked.  ``PatternError`` where that takes longer than some seconds.
        """
        started = time.monotonic()
        for piece in _pieces(text[:MAX_SEARCHED], max(self._longest_searched, _SHORTEST)):
            if self.compiled.search(piece):
                return True
            if time.monotonic() - started > _PATIENCE:
                raise PatternError(f"searching for {self.compiled.pattern[:80]!r} takes too long")
        return False

    def replaced(self, text: str, by: str) -> str:
        """The text with every match replaced.  ``PatternError`` as with ``found_in``."""
        self._check(text, self._longest_searched)
        try:
            return self.compiled.sub(by, text)
        except (re.error, IndexError) as err:
            raise PatternError(f"bad replacement: {err}") from err

    def _check(self, text: str, longest: int) -> None:
        if len(text) > longest:
            raise PatternError(
                f"a text of {len(text)} characters is too long for {self.compiled.pattern[:80]!r}"
            )


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, *, flags: int = 0) -> Pattern:
    """The pattern, ready for use.  Raises ``PatternError`` in words for its author."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"a pattern has at most {MAX_PATTERN} characters")
    try:
        tree = parser.parse(pattern, flags)
        if problem := runs_away(tree):
            raise PatternError(problem)
        degree, ways = degree_of(tree), ways_of(tree)
        compiled = re.compile(pattern, flags)
    except (re.error, OverflowError) as err:
        raise PatternError(f"bad pattern {pattern[:80]!r}: {err}") from err
    except RecursionError:
        raise PatternError("the pattern nests too deep") from None
    if degree >= len(_SEARCHED):
        raise PatternError(
            f"more than {len(_SEARCHED) - 1} repetitions can share the same text; "
            "end each with a character that it cannot hold, like [^/]*/"
        )
    if ways > _MOST_WAYS:
        raise PatternError(
            "its repetitions and alternatives can share out one text in more than "
            f"{_MOST_WAYS} ways; such a pattern can run for ever"
        )
    anchored = len(tree) > 0 and tree[0] == (codes.AT, codes.AT_BEGINNING)
    return Pattern(compiled, degree, ways, anchored and not compiled.flags & re.MULTILINE)


def _pieces(text: str, size: int) -> Iterator[str]:
    if len(text) <= size:
        yield text
        return
    for start in range(0, len(text), size - size // 4):
        yield text[start : start + size]
