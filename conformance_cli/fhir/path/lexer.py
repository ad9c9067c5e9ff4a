"""Cuts FHIRPath into tokens (FHIRPath 2.0, section 10 and appendix B)."""

from __future__ import annotations

import re
from enum import Enum

from msgspec import Struct

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.regex import Regex

PRECISIONS = frozenset({"year", "month", "week", "day", "hour", "minute", "second", "millisecond"})
PLURAL_PRECISIONS = frozenset(f"{name}s" for name in PRECISIONS)
#: Words that can be no name; ``as``, ``is``, ``contains`` and ``in`` can.
_WORDS = (
    frozenset({"div", "mod", "and", "or", "xor", "implies", "true", "false"})
    | PRECISIONS
    | PLURAL_PRECISIONS
)

_TIME = r"[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_ESCAPED = r"\\[`'\\/fnrt]|\\u[0-9a-fA-F]{4}"
_USUAL = Regex(
    rf"""
      (?P<hidden>[ \r\n\t]+|/\*.*?\*/|//[^\r\n]*)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<quoted>`(?:{_ESCAPED}|[^\\`])*+`)
    | (?P<text>'(?:{_ESCAPED}|[^'\\]|\\(?!'))*+')
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<symbol><=|>=|!=|!~|\$(?:this|index|total)|[-+*/&|<>=~.,()\[\]{{}}%])
    """,
    re.VERBOSE | re.DOTALL,
)
#: Dates and times, which few expressions hold.
_MOMENT = Regex(
    rf"(?P<datetime>@[0-9]{{4}}(?:-[0-9]{{2}}(?:-[0-9]{{2}}(?:T{_TIME})?)?)?[TZ]?)"
    rf"|(?P<time>@T{_TIME})"
)


class Kind(Enum):
    """What sort of token it is."""

    NAME = "name"
    QUOTED = "quoted"
    TEXT = "text"
    NUMBER = "number"
    DATETIME = "datetime"
    TIME = "time"
    #: Operators and brackets, and the words that can be no name.
    SYMBOL = "symbol"
    END = "end"


class Token(Struct, frozen=True):
    """A piece of an expression as it was written, and its 0-based offset."""

    kind: Kind
    text: str
    position: int


_KINDS = {kind.value: kind for kind in Kind}


def tokenize(expression: str) -> list[Token]:
    """All tokens of an expression, closed by an end token.  Raises ``FhirPathError``."""
    tokens: list[Token] = []
    position, end = 0, len(expression)
    match_at = _USUAL.match
    while position < end:
        match = match_at(expression, position) or _MOMENT.match(expression, position)
        if match is None:
            raise problem(expression, position, _unreadable(expression[position]))
        kind = match.lastgroup or ""
        if kind != "hidden":
            text = match.group()
            is_word = kind == "name" and text in _WORDS
            tokens.append(Token(Kind.SYMBOL if is_word else _KINDS[kind], text, position))
        position = match.end()
    tokens.append(Token(Kind.END, "", end))
    return tokens


def _unreadable(character: str) -> str:
    if character in "'`":
        return "a text is not closed" if character == "'" else "a name is not closed"
    return f"{character!r} cannot stand here"


def problem(expression: str, position: int, message: str) -> FhirPathError:
    """The error at an offset, with its 1-based line and column."""
    line = expression.count("\n", 0, position) + 1
    column = position - (expression.rfind("\n", 0, position) + 1) + 1
    place = f"line {line}, " if "\n" in expression.strip() else ""
    return FhirPathError(expression, f"{place}column {column}: {message}")
