"""Reads an expression by recursive descent.

::

    conditional = either ["if" either "else" conditional]
    either      = both {"or" both}
    both        = negation {"and" negation}
    negation    = "not" negation | comparison
    comparison  = sum [("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not" "in") sum]
    sum         = sign {("+" | "-") sign}
    sign        = "-" sign | path
    path        = primary {"." name | "[" conditional "]"}
    primary     = number | text | "true" | "false" | "null" | name | name "(" list ")"
                | "(" conditional ")" | "[" list "]"
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from conformance_cli.expressions.errors import ExpressionError, nearest
from conformance_cli.expressions.functions import ARITIES, FUNCTION_NAMES
from conformance_cli.expressions.names import names_of
from conformance_cli.expressions.syntax import (
    Call,
    Comparison,
    Conditional,
    Junction,
    ListOf,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Path,
    Step,
    Sum,
    Term,
)
from conformance_cli.expressions.tokens import Kind, Token, tokenize

#: How deep brackets, calls, conditionals and signs may nest.
MAX_DEPTH = 24

_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "in", "not")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    source: str
    tree: Node
    #: Names used: root and first element, e.g. ``fixture.patient-1``, ``slot.id``, ``now``.
    names: frozenset[str]


@lru_cache(maxsize=4096)
def parse(source: str) -> Expression:
    """Parse the inside of a ``${...}``.  Raises ``ExpressionError``, and nothing else."""
    tree = _Parser(source).whole()
    return Expression(source, tree, names_of(tree))


class _Parser:
    """One pass over the tokens of one source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokenize(source)
        self._index = 0
        self._depth = 0

    def whole(self) -> Node:
        if len(self._tokens) == 1:
            raise self._error("an expression is missing", self._tokens[0])
        node = self._conditional()
        if self._token.kind is not Kind.END:
            raise self._error(f"unexpected {self._token}", self._token)
        return node

    # The grammar, one method per rule.

    def _conditional(self) -> Node:
        with self._deeper():
            node = self._junction("or")
            start = self._token.position
            if not self._accept("if"):
                return node
            condition = self._junction("or")
            self._expect("else")
            return Conditional(condition, node, self._conditional(), start)

    def _junction(self, operator: str) -> Node:
        position = self._token.position
        operands = [self._operand_of(operator)]
        while self._accept(operator):
            operands.append(self._operand_of(operator))
        return operands[0] if len(operands) == 1 else Junction(operator, tuple(operands), position)

    def _operand_of(self, operator: str) -> Node:
        return self._junction("and") if operator == "or" else self._negation()

    def _negation(self) -> Node:
        position = self._token.position
        if self._accept("not"):
            with self._deeper():
                return Not(self._negation(), position)
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        operator, position = self._comparison_operator()
        if not operator:
            return left
        node = Comparison(operator, left, self._sum(), position)
        again, position = self._comparison_operator()
        if again:
            raise self._error('comparisons do not chain; join them with "and"', self._previous)
        return node

    def _comparison_operator(self) -> tuple[str, int]:
        position = self._token.position
        for operator in _COMPARISONS:
            if self._accept(operator):
                if operator == "not":
                    self._expect("in")
                    return "not in", position
                return operator, position
        return "", position

    def _sum(self) -> Node:
        position = self._token.position
        first = self._sign()
        terms: list[Term] = []
        while self._is("+") or self._is("-"):
            token = self._next()
            terms.append(Term(token.text, self._sign(), token.position))
        return Sum(first, tuple(terms), position) if terms else first

    def _sign(self) -> Node:
        position = self._token.position
        if self._accept("-"):
            with self._deeper():
                return Negative(self._sign(), position)
        return self._path()

    def _path(self) -> Node:
        position = self._token.position
        root = self._primary()
        steps: list[Step] = []
        while True:
            start = self._token.position
            if self._accept("."):
                name = self._next()
                if name.kind not in (Kind.NAME, Kind.WORD):
                    raise self._error(f'a name must follow ".", not {name}', name)
                steps.append(Step(Literal(name.text, name.position), start))
            elif self._accept("["):
                key = self._conditional()
                self._expect("]")
                steps.append(Step(key, start))
            else:
                return Path(root, tuple(steps), position) if steps else root

    def _primary(self) -> Node:
        token = self._next()
        if token.kind is Kind.NUMBER:
            return Literal(self._number(token), token.position)
        if token.kind is Kind.TEXT:
            return Literal(token.text, token.position)
        if token.kind is Kind.WORD and token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text], token.position)
        if token.kind is Kind.NAME:
            return self._call(token) if self._accept("(") else Name(token.text, token.position)
        if token.kind is Kind.SYMBOL and token.text == "(":
            node = self._conditional()
            self._expect(")")
            return node
        if token.kind is Kind.SYMBOL and token.text == "[":
            return ListOf(self._list("]"), token.position)
        raise self._error(f"a value must stand here, not {token}", token)

    def _call(self, name: Token) -> Node:
        if name.text not in FUNCTION_NAMES:
            raise ExpressionError(
                f'there is no function "{name.text}"',
                name.position,
                source=self._source,
                candidates=nearest(name.text, FUNCTION_NAMES),
            )
        arguments = self._list(")")
        arity = ARITIES[name.text]
        if len(arguments) != arity:
            raise self._error(
                f"{name.text}() takes {arity} argument{'' if arity == 1 else 's'}, "
                f"not {len(arguments)}",
                name,
            )
        return Call(name.text, arguments, name.position)

    def _list(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        if self._accept(closing):
            return ()
        while True:
            items.append(self._conditional())
            if self._accept(closing):
                return tuple(items)
            if not self._accept(","):
                raise self._error(
                    f'"," or "{closing}" must stand here, not {self._token}', self._token
                )

    def _number(self, token: Token) -> int | float:
        if len(token.text) > 40:
            raise self._error("the number is too long", token)
        return float(token.text) if "." in token.text else int(token.text)

    # The machinery.

    @property
    def _token(self) -> Token:
        return self._tokens[self._index]

    @property
    def _previous(self) -> Token:
        return self._tokens[max(self._index - 1, 0)]

    def _next(self) -> Token:
        token = self._token
        if token.kind is not Kind.END:
            self._index += 1
        return token

    def _is(self, text: str) -> bool:
        return self._token.kind in (Kind.SYMBOL, Kind.WORD) and self._token.text == text

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self._index += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._error(f'"{text}" must stand here, not {self._token}', self._token)

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        if self._depth >= MAX_DEPTH:
            raise self._error(f"nested more than {MAX_DEPTH} deep", self._token)
        self._depth += 1
        yield
        self._depth -= 1

    def _error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, token.position, source=self._source)
