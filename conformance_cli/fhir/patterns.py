"""Regular expressions that an author writes and an endpoint's text meets.

Python's matcher backtracks, so a bad pattern can take for ever on text that was made for
it.  Two bounds keep that away: patterns whose repetitions nest or overlap are refused,
and a pattern only ever sees a limited piece of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

#: Characters of a pattern, and of a text that must match as a whole.
MAX_PATTERN = 2000
MAX_WHOLE = 1 << 16
#: A search looks at this much of a text (1 MiB), in windows that overlap.
MAX_SEARCHED = 1 << 20
_WINDOW = 1 << 14
_OVERLAP = 1 << 11
#: Repeating more often than this counts as repeating without end.
_MANY = 32
#: Repetitions without end in one pattern: more make the matcher slow on purpose-made text.
_MAX_ENDLESS = 6


class PatternError(ValueError):
    """A pattern that is wrong or could run away."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, *, flags: int = 0) -> re.Pattern[str]:
    """The compiled pattern.  Raises ``PatternError`` in words for its author."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"a pattern has at most {MAX_PATTERN} characters")
    try:
        tree = parser.parse(pattern, flags)
        _refuse_runaways(tree)
        return re.compile(pattern, flags)
    except (re.error, OverflowError) as err:
        raise PatternError(f"bad pattern {pattern[:80]!r}: {err}") from err
    except RecursionError:
        raise PatternError("the pattern nests too deep") from None


def matches_whole(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the whole text matches; one beyond ``MAX_WHOLE`` characters never does."""
    return len(text) <= MAX_WHOLE and pattern.fullmatch(text) is not None


def occurs(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the pattern matches somewhere in the first mebibyte of the text.

    A match of more than 2048 characters may be overlooked in a long text.
    """
    return any(pattern.search(window) for window in _windows(text[:MAX_SEARCHED]))


def _windows(text: str) -> Iterator[str]:
    if len(text) <= _WINDOW:
        yield text
        return
    for start in range(0, len(text), _WINDOW - _OVERLAP):
        yield text[start : start + _WINDOW]


def _refuse_runaways(tree: Any) -> None:
    if sum(1 for _ in _endless(tree)) > _MAX_ENDLESS:
        raise PatternError(f"a pattern repeats without end at most {_MAX_ENDLESS} times")
    for repeated in _endless(tree):
        if next(_endless(repeated), None) is not None:
            raise PatternError('repetitions nest, like "(a+)+"; such a pattern can run for ever')
        if any(_overlapping(branches) for branches in _branches(repeated)):
            raise PatternError(
                'alternatives of a repetition begin alike, like "(a|ab)*"; '
                "such a pattern can run for ever"
            )


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every operation of a parsed pattern with its argument, outside in."""
    for operation, argument in tree:
        yield operation, argument
        for part in _parts(argument):
            yield from _nodes(part)


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for item in argument:
            yield from _parts(item)


def _endless(tree: Any) -> Iterator[Any]:
    for operation, argument in _nodes(tree):
        if operation in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            low, high, repeated = argument
            if high > _MANY and high > low:
                yield repeated


def _branches(tree: Any) -> Iterator[list[Any]]:
    for operation, argument in _nodes(tree):
        if operation is codes.BRANCH:
            yield argument[1]


def _overlapping(branches: list[Any]) -> bool:
    """Unless every branch begins with a character of its own, two may match the same text."""
    starts = [tuple(branch[0]) if len(branch) else None for branch in branches]
    literals = {start[1] for start in starts if start and start[0] is codes.LITERAL}
    return len(literals) < len(branches)
