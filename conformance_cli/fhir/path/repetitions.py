"""How long a regular expression may take, read off its syntax tree.

What makes Python's matcher slow is a repetition that can stop at several places: it tries
them all, and so does each repetition around it.  One that stops at a single place, because
whatever may come next is a character that it cannot hold, costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

#: Repeating more often than this counts as repeating without end.
_MANY = 32
#: How many characters a set may have to be looked at one by one.
_FEW = 300
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
_LEAVES = (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY)

#: An operation of a parsed pattern and its argument.
_Operation = tuple[Any, Any]
_Repetition = tuple[Any, list[_Operation], int]
#: More ways to match a text than these are not told apart.
MAX_WAYS = 1_000_000_000


def runs_away(tree: Any) -> str | None:
    """Why a pattern could take exponential time, as a sentence for its author."""
    for repeated, *_ in _endless(tree):
        if next(_endless(repeated), None) is not None and not _is_delimited(repeated):
            return 'repetitions nest, like "(a+)+"; such a pattern can run for ever'
        if any(_overlapping(branches) for branches in _branches(repeated)):
            return (
                'alternatives of a repetition begin alike, like "(a|ab)*"; '
                "such a pattern can run for ever"
            )
    return None


def degree_of(tree: Any) -> int:
    """How many repetitions multiply: all that may stop at more than one place, and one more.

    One inside of others, ``(.*a){20}``, counts as often as these repeat it.
    """
    found = list(_endless(tree))
    ends = [_stops_once(repeated, after) for repeated, after, _ in found]
    open_ended = (times for (*_, times), single in zip(found, ends, strict=True) if not single)
    return sum(open_ended) + any(ends)


def ways_of(tree: Any, after: Sequence[_Operation] = ()) -> int:
    """In how many ways what is not without end may share a text out, ``MAX_WAYS`` at most.

    Finite repetitions and alternatives multiply: ``(a{1,9}){1,9}`` can match nine letters in
    2^8 ways, all of which are tried where something else does not match after it.
    """
    ways = 1
    items = list(tree)
    for index, (operation, argument) in enumerate(items):
        following = [*items[index + 1 :], *after]
        if operation in _REPEATS:
            ways *= _ways_of_repetition(argument, following)
        elif operation is codes.BRANCH:
            each = [ways_of(branch, following) for branch in argument[1]]
            ways *= sum(each) if _overlapping(argument[1]) else max(each)
        else:
            for part in _parts(argument):
                ways *= ways_of(part, following)
        if ways >= MAX_WAYS:
            return MAX_WAYS
    return ways


def _ways_of_repetition(argument: Any, following: list[_Operation]) -> int:
    low, high, repeated = argument
    inner = ways_of(repeated, [*_again(high, repeated), *following])
    if high > _MANY and high > low:
        return 1 if inner == 1 else MAX_WAYS  # its own ends are counted in the degree
    if inner > 1:
        rounds = range(min(int(low), _MANY), min(int(high), _MANY) + 1)
        return min(MAX_WAYS, int(sum(inner**times for times in rounds)))
    if _stops_once(repeated, following) or _begins_apart(repeated, following):
        return 1
    return int(high) - int(low) + 1


def _begins_apart(repeated: Any, following: list[_Operation]) -> bool:
    """Whether the next character tells if there is one more round, or what comes after."""
    starts, nexts = _firsts(list(repeated)), _firsts(following)
    if not starts or nexts is None:
        return False
    return not any(_meet(start, leaf) for start in starts for leaf in nexts)


def _again(high: Any, repeated: Any) -> list[_Operation]:
    """What may come after one round of a repetition: the next one."""
    return [(codes.MAX_REPEAT, (0, high, repeated))] if high > 1 else []


def _endless(tree: Any, after: Sequence[_Operation] = (), times: int = 1) -> Iterator[_Repetition]:
    """What is repeated without end, all that may come after it, and how often it is there."""
    items = list(tree)
    for index, (operation, argument) in enumerate(items):
        following = [*items[index + 1 :], *after]
        if operation in _REPEATS:
            low, high, repeated = argument
            is_endless = high > _MANY and high > low
            if is_endless:
                yield repeated, following, times
            often = times if is_endless else min(_MANY, times * max(1, int(high)))
            yield from _endless(repeated, [*_again(high, repeated), *following], often)
        else:
            for part in _parts(argument):
                yield from _endless(part, following, times)


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for item in argument:
            yield from _parts(item)


def _branches(tree: Any) -> Iterator[list[Any]]:
    for operation, argument in tree:
        if operation is codes.BRANCH:
            yield argument[1]
        for part in _parts(argument):
            yield from _branches(part)


def _overlapping(branches: list[Any]) -> bool:
    """Unless every branch begins with a character of its own, two may match the same text."""
    starts = [tuple(branch[0]) if len(branch) else None for branch in branches]
    literals = {start[1] for start in starts if start and start[0] is codes.LITERAL}
    return len(literals) < len(branches)


def _is_delimited(repeated: Any) -> bool:
    r"""Whether a text is cut into repetitions in one way only, though others nest in them.

    Each begins with a character that stands nowhere else in it, and what nests in it stops
    at one place: ``(\.[a-z][a-z0-9]*)*``.
    """
    body = _unwrapped(repeated)
    if not body or body[0][0] is not codes.LITERAL:
        return False
    mark, rest = body[0][1], body[1:]
    if any(_may_hold(*leaf, mark) for leaf in _leaves(rest)):
        return False
    loop = [(codes.MAX_REPEAT, (0, codes.MAXREPEAT, body))]
    return all(_stops_once(inner, after) for inner, after, _ in _endless(rest, loop))


def _unwrapped(repeated: Any) -> list[_Operation]:
    items = list(repeated)
    while len(items) == 1 and items[0][0] is codes.SUBPATTERN:
        items = list(items[0][1][-1])
    return items


def _leaves(items: Any) -> Iterator[_Operation]:
    for operation, argument in items:
        inner = list(_parts(argument))
        if not inner:
            yield operation, argument
        for part in inner:
            yield from _leaves(part)


def _stops_once(repeated: Any, after: list[_Operation]) -> bool:
    """Whether a repetition can stop at one place only: before what it cannot hold."""
    body = _unwrapped(repeated)
    nexts = _firsts(after)
    if nexts is None:
        return False
    if len(body) > 1 and _is_delimited(body):
        return not any(_meet(body[0], leaf) for leaf in nexts)
    if len(body) != 1 or body[0][0] not in _LEAVES:
        return False
    return not any(_meet(body[0], leaf) for leaf in nexts)


def _firsts(items: list[_Operation]) -> list[_Operation] | None:
    """The characters that may come next, as operations; ``None`` if that is not seen here."""
    found: list[_Operation] = []
    for index, (operation, argument) in enumerate(items):
        if operation in _LEAVES:
            return [*found, (operation, argument)]
        if operation is codes.AT and argument in (codes.AT_END, codes.AT_END_STRING):
            return found
        if operation is codes.SUBPATTERN:
            inner = _firsts([*argument[-1], *items[index + 1 :]])
            return None if inner is None else found + inner
        if operation not in _REPEATS:
            return None
        inner = _firsts(list(argument[2]))
        if inner is None:
            return None
        found += inner
        if argument[0] > 0:
            return found
    return found


def _meet(one: _Operation, other: _Operation) -> bool:
    """Whether two operations may hold the same character, in either case."""
    characters = _characters(*other)
    if characters is None:
        return True
    return any(_may_hold(*one, each) for code in characters for each in _both_cases(code))


def _characters(operation: Any, argument: Any) -> list[int] | None:
    """All characters of an operation, where they are few."""
    if operation is codes.LITERAL:
        return [argument]
    if operation is not codes.IN:
        return None
    found: list[int] = []
    for kind, what in argument:
        if kind is codes.LITERAL:
            found.append(what)
        elif kind is codes.RANGE and what[1] - what[0] < _FEW:
            found.extend(range(what[0], what[1] + 1))
        else:
            return None
    return found


def _both_cases(code: int) -> set[int]:
    swapped = chr(code).swapcase()
    return {code, ord(swapped)} if len(swapped) == 1 else {code}


def _may_hold(operation: Any, argument: Any, character: int) -> bool:
    if operation is codes.LITERAL:
        return bool(argument == character)
    if operation is codes.NOT_LITERAL:
        return bool(argument != character)
    if operation is codes.IN:
        negated = argument[0][0] is codes.NEGATE
        return negated != any(_in_set(kind, what, character, negated) for kind, what in argument)
    return operation is not codes.AT


def _in_set(operation: Any, argument: Any, character: int, negated: bool) -> bool:  # noqa: FBT001
    if operation is codes.LITERAL:
        return bool(argument == character)
    if operation is codes.RANGE:
        return bool(argument[0] <= character <= argument[1])
    # What a category holds is not looked into: it is taken to overlap.
    return operation is codes.CATEGORY and not negated
