"""Cuts the text of an expression into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from conformance_cli.expressions.errors import ExpressionError

#: Characters of one expression; longer ones are refused before they are read.
MAX_LENGTH = 4096

_WORDS = frozenset({"and", "or", "not", "in", "if", "else", "true", "false", "null"})
_PATTERN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<symbol>==|!=|<=|>=|[-+<>.,()\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "\\": "\\"}
_ADVICE = {
    "*": "there is no multiplication",
    "/": "there is no division",
    "%": "there is no remainder",
    "=": 'equality is written "=="',
    "&": 'write "and"',
    "|": 'write "or"',
    "!": 'write "not"',
    "{": "there are no mappings here",
}


class Kind(Enum):
    """What sort of token it is."""

    NUMBER = "number"
    NAME = "name"
    TEXT = "text"
    SYMBOL = "symbol"
    WORD = "word"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression; ``text`` is unescaped for text literals."""

    kind: Kind
    text: str
    position: int

    def __str__(self) -> str:
        return "the end" if self.kind is Kind.END else f'"{self.text[:40]}"'


def tokenize(source: str) -> tuple[Token, ...]:
    """All tokens of an expression, closed by an end token."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression is {len(source)} characters long; {MAX_LENGTH} is the limit"
        )
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        match = _PATTERN.match(source, position)
        if match is None:
            raise _unreadable(source, position)
        if match.lastgroup != "space":
            tokens.append(_token(match, source))
        position = match.end()
    tokens.append(Token(Kind.END, "", len(source)))
    return tuple(tokens)


def _token(match: re.Match[str], source: str) -> Token:
    text, position = match.group(), match.start()
    if match.lastgroup == "name":
        return Token(Kind.WORD if text in _WORDS else Kind.NAME, text, position)
    if match.lastgroup == "text":
        return Token(Kind.TEXT, _unescape(text[1:-1], source, position), position)
    return Token(Kind(match.lastgroup), text, position)


def _unescape(text: str, source: str, position: int) -> str:
    def replace(match: re.Match[str]) -> str:
        if match.group(1) not in _ESCAPES:
            raise ExpressionError(
                f'unknown escape "{match.group()}"', position + 1 + match.start(), source=source
            )
        return _ESCAPES[match.group(1)]

    return _ESCAPE.sub(replace, text)


def _unreadable(source: str, position: int) -> ExpressionError:
    character = source[position]
    if character in "'\"":
        return ExpressionError("a text is not closed", position, source=source)
    advice = f"; {_ADVICE[character]}" if character in _ADVICE else ""
    return ExpressionError(f"unexpected {character!r}{advice}", position, source=source)
