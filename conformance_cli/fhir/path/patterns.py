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
from itertools import zip_longest
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

#: Characters of a pattern, and of a text that is searched (1 MiB).
MAX_PATTERN = 2000
MAX_SEARCHED = 1 << 20
#: By the number of repetitions: how much text is matched from one fixed start ...
_ANCHORED = (1 << 20, 1 << 16, 1 << 14, 1 << 10)
#: ... and how much is searched at a time, each for about 10^8 steps at worst.
_SEARCHED = (1 << 20, 1 << 14, 1 << 10, 1 << 8)
#: Seconds after which a search gives up, between two pieces of text.
_PATIENCE = 2.0
#: Repeating more often than this counts as repeating without end.
_MANY = 32


class PatternError(ValueError):
    """A pattern that is wrong or could run away, or a text that is too long for it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that is given no more text than it can take."""

    compiled: re.Pattern[str]
    #: How many of its repetitions multiply the time that a match may take.
    degree: int
    #: Whether it begins with ``^``, so that searching tries one place only.
    anchored: bool

    def matches(self, text: str) -> bool:
        """Whether the whole text matches.  ``PatternError`` if it is too long for that."""
        self._limit(text, _ANCHORED)
        return self.compiled.fullmatch(text) is not None

    def found_in(self, text: str) -> bool:
        """Whether it matches somewhere.  ``PatternError`` if the text is too long for that."""
        self._limit(text, _ANCHORED if self.anchored else _SEARCHED)
        return self.compiled.search(text) is not None

    def occurs(self, text: str) -> bool:
        """Whether it matches somewhere in the first mebibyte of a text.

        Long texts are searched in overlapping pieces, so a very long match in one may be
        overlooked.  ``PatternError`` where that takes longer than some seconds.
        """
        started = time.monotonic()
        for piece in _pieces(text[:MAX_SEARCHED], _SEARCHED[self.degree]):
            if self.compiled.search(piece):
                return True
            if time.monotonic() - started > _PATIENCE:
                raise PatternError(f"searching for {self.compiled.pattern[:80]!r} takes too long")
        return False

    def replaced(self, text: str, by: str) -> str:
        """The text with every match replaced.  ``PatternError`` as with ``found_in``."""
        self._limit(text, _SEARCHED)
        try:
            return self.compiled.sub(by, text)
        except (re.error, IndexError) as err:
            raise PatternError(f"bad replacement: {err}") from err

    def _limit(self, text: str, limits: tuple[int, ...]) -> None:
        if len(text) > limits[self.degree]:
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
        _refuse_runaways(tree)
        degree = _degree(tree)
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
    anchored = len(tree) > 0 and tree[0] == (codes.AT, codes.AT_BEGINNING)
    return Pattern(compiled, degree, anchored and not compiled.flags & re.MULTILINE)


def _pieces(text: str, size: int) -> Iterator[str]:
    if len(text) <= size:
        yield text
        return
    for start in range(0, len(text), size - size // 4):
        yield text[start : start + size]


def _refuse_runaways(tree: Any) -> None:
    for repeated, _ in _endless(tree):
        if next(_endless(repeated), None) is not None:
            raise PatternError('repetitions nest, like "(a+)+"; such a pattern can run for ever')
        if any(_overlapping(branches) for branches in _branches(repeated)):
            raise PatternError(
                'alternatives of a repetition begin alike, like "(a|ab)*"; '
                "such a pattern can run for ever"
            )


def _degree(tree: Any) -> int:
    """How many repetitions multiply: all that may stop at more than one place, and one more."""
    ends = [_stops_at(repeated, following) for repeated, following in _endless(tree)]
    return sum(1 for single in ends if not single) + any(ends)


def _nodes(tree: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Every operation of a parsed pattern, its argument, and the operation after it."""
    items = list(tree)
    for (operation, argument), following in zip_longest(items, items[1:]):
        yield operation, argument, following
        for part in _parts(argument):
            yield from _nodes(part)


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for item in argument:
            yield from _parts(item)


def _endless(tree: Any) -> Iterator[tuple[Any, Any]]:
    """What is repeated without end, and what comes after."""
    for operation, argument, following in _nodes(tree):
        if operation in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            low, high, repeated = argument
            if high > _MANY and high > low:
                yield repeated, following


def _branches(tree: Any) -> Iterator[list[Any]]:
    for operation, argument, _ in _nodes(tree):
        if operation is codes.BRANCH:
            yield argument[1]


def _overlapping(branches: list[Any]) -> bool:
    """Unless every branch begins with a character of its own, two may match the same text."""
    starts = [tuple(branch[0]) if len(branch) else None for branch in branches]
    literals = {start[1] for start in starts if start and start[0] is codes.LITERAL}
    return len(literals) < len(branches)


def _stops_at(repeated: Any, following: Any) -> bool:
    """Whether a repetition can only stop at one place: before a character it cannot hold."""
    if following is None or following[0] is not codes.LITERAL or len(repeated) != 1:
        return False
    both_cases = {following[1], *map(ord, _other_case(following[1]))}
    operation, argument = repeated[0]
    return not any(_may_hold(operation, argument, character) for character in both_cases)


def _other_case(code: int) -> str:
    swapped = chr(code).swapcase()
    return swapped if len(swapped) == 1 else ""


def _may_hold(operation: Any, argument: Any, character: int) -> bool:
    if operation is codes.LITERAL:
        return bool(argument == character)
    if operation is codes.NOT_LITERAL:
        return bool(argument != character)
    if operation is codes.IN:
        negated = argument[0][0] is codes.NEGATE
        return negated != any(_in_set(kind, what, character, negated) for kind, what in argument)
    return True


def _in_set(operation: Any, argument: Any, character: int, negated: bool) -> bool:  # noqa: FBT001
    if operation is codes.LITERAL:
        return bool(argument == character)
    if operation is codes.RANGE:
        return bool(argument[0] <= character <= argument[1])
    # What a category holds is not looked into: it is taken to overlap.
    return operation is codes.CATEGORY and not negated
