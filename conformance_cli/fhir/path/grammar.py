"""Reads FHIRPath into a syntax tree by precedence climbing, and refuses the rest.

The tree is the one of the published ANTLR grammar, as ``fhirpathpy`` writes it down:
tests hold the two against each other.  Only ``is`` and ``as`` bind tighter than they do
there, as the table of precedence says (FHIRPath 2.0, 6.8) and the official tests ask.
Reading it here costs a hundredth of the time, and ``fhirpathpy`` repairs in silence what
it cannot read: ``name.first() )`` is ``name.first()`` to it.
"""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.path.lexer import (
    PLURAL_PRECISIONS,
    PRECISIONS,
    Kind,
    Token,
    problem,
    tokenize,
)

#: Characters of one expression, and how deep its brackets may nest.
MAX_LENGTH = 8192
MAX_DEPTH = 40

#: ``type``, ``terminalNodeText``, ``children``, and ``text`` where something reads it.
Node = dict[str, Any]

#: How tightly an operator binds, and what it makes.  All bind to the left.
_OPERATORS: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("*", "/", "div", "mod"), (10, "MultiplicativeExpression")),
    **dict.fromkeys(("+", "-", "&"), (9, "AdditiveExpression")),
    **dict.fromkeys(("is", "as"), (8, "TypeExpression")),
    "|": (7, "UnionExpression"),
    **dict.fromkeys(("<=", "<", ">", ">="), (6, "InequalityExpression")),
    **dict.fromkeys(("=", "~", "!=", "!~"), (5, "EqualityExpression")),
    **dict.fromkeys(("in", "contains"), (4, "MembershipExpression")),
    "and": (3, "AndExpression"),
    **dict.fromkeys(("or", "xor"), (2, "OrExpression")),
    "implies": (1, "ImpliesExpression"),
}
_SIGNED = 11
_SPECIAL = {
    "$this": "ThisInvocation",
    "$index": "IndexInvocation",
    "$total": "TotalInvocation",
}
_LITERALS = {
    Kind.TEXT: "StringLiteral",
    Kind.DATETIME: "DateTimeLiteral",
    Kind.TIME: "TimeLiteral",
}


def syntax_tree(expression: str) -> Node:
    """The syntax tree of an expression.  Raises ``FhirPathError`` on any syntax error."""
    if not expression.strip():
        raise FhirPathError(expression, "an expression is missing")
    if len(expression) > MAX_LENGTH:
        raise FhirPathError(expression, f"longer than {MAX_LENGTH} characters")
    if _bracket_depth(expression) > MAX_DEPTH:
        raise FhirPathError(expression, f"brackets nest more than {MAX_DEPTH} deep")
    try:
        return {"children": [_Parser(expression).whole()]}
    except RecursionError:
        raise FhirPathError(expression, "nests too deep") from None


def _bracket_depth(expression: str) -> int:
    """The deepest nesting; brackets inside texts count too, which only makes it stricter."""
    depth = deepest = 0
    for character in expression:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _node(kind: str, terminals: list[str], *children: Node) -> Node:
    node: Node = {"type": kind, "terminalNodeText": terminals}
    if children:
        node["children"] = list(children)
    return node


class _Parser:
    """One pass over the tokens of one expression."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = tokenize(expression)
        self._index = 0

    def whole(self) -> Node:
        node = self._operand(0)
        if self._token.kind is not Kind.END:
            raise self._error(self._token)
        return node

    def _operand(self, least: int) -> Node:
        """An expression whose operators bind at least so tightly."""
        start = self._index
        token = self._token
        if token.kind is Kind.SYMBOL and token.text in ("+", "-"):
            self._index += 1
            node = _node("PolarityExpression", [token.text], self._operand(_SIGNED))
        else:
            node = self._texted(_node("TermExpression", [], self._term()), start)
            node = self._path(node, start)
        while True:
            token = self._token
            binding, kind = _OPERATORS.get(token.text, (0, ""))
            if not binding or binding < least:
                return node
            self._index += 1
            if kind == "TypeExpression":
                node = _node(kind, [token.text], node, self._type_specifier())
                node = self._path(node, start)
            else:
                node = _node(kind, [token.text], node, self._operand(binding + 1))

    def _path(self, node: Node, start: int) -> Node:
        """The steps after a term: ``.name``, ``.function()``, ``[index]``."""
        while True:
            if self._accept("."):
                node = _node("InvocationExpression", ["."], node, self._invocation())
                self._texted(node, start)
            elif self._accept("["):
                inner = self._operand(0)
                self._expect("]")
                node = _node("IndexerExpression", ["[", "]"], node, inner)
            else:
                return node

    def _term(self) -> Node:
        token = self._token
        start = self._index
        if token.kind is Kind.SYMBOL:
            if self._accept("("):
                inner = self._operand(0)
                self._expect(")")
                return _node("ParenthesizedTerm", ["(", ")"], inner)
            if self._accept("%"):
                return _node("ExternalConstantTerm", [], self._external_constant())
            if self._accept("{"):
                self._expect("}")
                return self._literal(_node("NullLiteral", ["{", "}"]), start)
            if token.text in ("true", "false"):
                self._index += 1
                return self._literal(_node("BooleanLiteral", [token.text]), start)
        elif token.kind in _LITERALS:
            self._index += 1
            return self._literal(_node(_LITERALS[token.kind], [token.text]), start)
        elif token.kind is Kind.NUMBER:
            self._index += 1
            return self._literal(self._number(token), start)
        return _node("InvocationTerm", [], self._invocation())

    def _literal(self, literal: Node, start: int) -> Node:
        self._texted(literal, start)
        return self._texted(_node("LiteralTerm", [], literal), start)

    def _number(self, number: Token) -> Node:
        unit = self._token
        if unit.kind is Kind.TEXT:
            inner = _node("Unit", [unit.text])
        elif unit.text in PRECISIONS:
            inner = _node("Unit", [], _node("DateTimePrecision", [unit.text]))
        elif unit.text in PLURAL_PRECISIONS:
            inner = _node("Unit", [], _node("PluralDateTimePrecision", [unit.text]))
        else:
            return _node("NumberLiteral", [number.text])
        self._index += 1
        return _node("QuantityLiteral", [], _node("Quantity", [number.text], inner))

    def _external_constant(self) -> Node:
        token = self._token
        if token.kind is Kind.TEXT:
            self._index += 1
            return _node("ExternalConstant", ["%", token.text])
        return _node("ExternalConstant", ["%"], self._identifier())

    def _invocation(self) -> Node:
        token = self._token
        if token.kind is Kind.SYMBOL and token.text in _SPECIAL:
            self._index += 1
            return _node(_SPECIAL[token.text], [token.text])
        name = self._identifier()
        if not self._accept("("):
            return _node("MemberInvocation", [], name)
        if self._accept(")"):
            return _node("FunctionInvocation", [], _node("Functn", ["(", ")"], name))
        arguments = [self._operand(0)]
        while self._accept(","):
            arguments.append(self._operand(0))
        self._expect(")")
        given = _node("ParamList", [","] * (len(arguments) - 1), *arguments)
        return _node("FunctionInvocation", [], _node("Functn", ["(", ")"], name, given))

    def _type_specifier(self) -> Node:
        start = self._index
        names = [self._identifier()]
        while self._token.text == "." and self._is_qualifier():
            self._index += 1
            names.append(self._identifier())
        qualified = _node("QualifiedIdentifier", ["."] * (len(names) - 1), *names)
        return self._texted(_node("TypeSpecifier", [], qualified), start)

    def _is_qualifier(self) -> bool:
        """Whether the name after a dot goes on a type, and is no function of the result."""
        name = self._tokens[self._index + 1]
        return name.kind in (Kind.NAME, Kind.QUOTED) and self._tokens[self._index + 2].text != "("

    def _identifier(self) -> Node:
        token = self._token
        if token.kind not in (Kind.NAME, Kind.QUOTED):
            raise self._error(token)
        self._index += 1
        return {"type": "Identifier", "terminalNodeText": [token.text], "text": token.text}

    # The machinery.

    @property
    def _token(self) -> Token:
        return self._tokens[self._index]

    def _accept(self, text: str) -> bool:
        token = self._tokens[self._index]
        if token.kind is Kind.SYMBOL and token.text == text:
            self._index += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._error(self._token)

    def _texted(self, node: Node, start: int) -> Node:
        """The node with what it was written as, without the spaces between its tokens."""
        node["text"] = "".join([t.text for t in self._tokens[start : self._index]])
        return node

    def _error(self, token: Token) -> FhirPathError:
        at_end = token.kind is Kind.END
        message = "more must follow" if at_end else f"{token.text!r} does not belong there"
        return problem(self._expression, token.position, message)
