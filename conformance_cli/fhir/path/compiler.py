"""Turns a syntax tree into functions that evaluate it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.path.comparison import bare, distinct, is_temporal
from conformance_cli.fhir.path.functions import FUNCTIONS, Function
from conformance_cli.fhir.path.grammar import Node as Tree
from conformance_cli.fhir.path.navigation import is_kind, members
from conformance_cli.fhir.path.operators import OPERATORS
from conformance_cli.fhir.path.quantities import Quantity
from conformance_cli.fhir.path.runtime import (
    Compiled,
    EvaluationError,
    Frame,
    Items,
    Run,
    boolean,
    integer,
    number,
    of,
    wrap,
)
from conformance_cli.fhir.path.temporal import parse_temporal, parse_time
from conformance_cli.fhir.path.texts import identifier, type_specifier, unescaped
from conformance_cli.fhir.path.variables import constant


class CompileError(Exception):
    """An expression that can be read but never evaluated."""


def compile_tree(tree: Tree) -> Compiled:
    """The function of a syntax tree.  Raises ``CompileError``."""
    return _RULES.get(tree["type"], _only_child)(tree)


def _only_child(tree: Tree) -> Compiled:
    (child,) = tree["children"]
    return compile_tree(child)


def _invocation_expression(tree: Tree) -> Compiled:
    left, right = map(compile_tree, tree["children"])
    return lambda frame, focus: right(frame, left(frame, focus))


def _invocation_term(tree: Tree) -> Compiled:
    """A name at the start of a path: a type name may mean the input itself."""
    (invocation,) = tree["children"]
    compiled = compile_tree(invocation)
    if invocation["type"] != "MemberInvocation":
        return compiled
    name = identifier(invocation["children"][0])
    if not name[:1].isupper():
        return compiled

    def start(frame: Frame, focus: Items) -> Items:
        model = frame.run.model
        same = [item for item in focus if is_kind(item, name, model)]
        return same or compiled(frame, focus)

    return start


def _member(tree: Tree) -> Compiled:
    name = identifier(tree["children"][0])
    return lambda frame, focus: members(frame.run, focus, name)


def _function(tree: Tree) -> Compiled:
    (functn,) = tree["children"]
    name = identifier(functn["children"][0])
    arguments = functn["children"][1]["children"] if len(functn["children"]) > 1 else []
    function = FUNCTIONS.get(name)
    if function is None:
        from difflib import get_close_matches

        close = get_close_matches(name[:60], FUNCTIONS, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        raise CompileError(f"there is no function {name[:60]}(){hint}")
    if not function.fewest <= len(arguments) <= function.most:
        raise CompileError(f"{name}() cannot have {len(arguments)} arguments")
    return _call(function, arguments)


def _call(function: Function, arguments: list[Tree]) -> Compiled:
    if function.takes_type:
        specifier = _type_text(arguments[0]) if arguments else ""
        return lambda frame, focus: function.run(frame, focus, specifier)
    if function.takes_keys:
        keys = [_sort_key(argument) for argument in arguments]
        return lambda frame, focus: function.run(frame, focus, *keys)
    compiled = [_operand(argument) for argument in arguments]
    if function.lazy:
        return lambda frame, focus: function.run(frame, focus, *compiled)

    def call(frame: Frame, focus: Items) -> Items:
        frame.run.spend(len(focus))
        given = (one(frame, frame.this) for one in compiled)
        return frame.run.paid(function.run(frame, focus, *given))

    return call


def _sort_key(tree: Tree) -> tuple[Compiled, int]:
    """A key, and -1 where a minus before it asks for the order downwards."""
    if tree["type"] == "PolarityExpression" and tree["terminalNodeText"][0] == "-":
        return _operand(tree["children"][0]), -1
    return _operand(tree), 1


def _operand(tree: Tree) -> Compiled:
    """An operand or argument: variables that it defines are its own."""
    compiled = compile_tree(tree)
    if not tree.get("defines"):
        return compiled
    return lambda frame, focus: compiled(frame.fork(), focus)


def mark_definitions(tree: Tree) -> bool:
    """Note at each node whether ``defineVariable()`` is called below it."""
    defines = tree["type"] == "Functn" and identifier(tree["children"][0]) == "defineVariable"
    for child in tree.get("children", ()):
        defines = mark_definitions(child) or defines
    if defines:
        tree["defines"] = True
    return defines


def _decided(tree: Tree) -> Compiled:
    """``and``, ``or`` and ``implies``, which ask the right side only where it may matter."""
    left, right = map(_operand, tree["children"])
    operator = tree["terminalNodeText"][0]
    operate, decisive = OPERATORS[operator], operator == "or"
    outcome = [operator != "and"]

    def decide(frame: Frame, focus: Items) -> Items:
        one = left(frame, focus)
        if boolean(one) is decisive:
            return list(outcome)
        frame.run.spend(2)
        return operate(one, right(frame, focus))

    return decide


def _operation(tree: Tree) -> Compiled:
    left, right = map(_operand, tree["children"])
    operator = tree["terminalNodeText"][0]
    operate = OPERATORS[operator]
    if operator == "in" and isinstance(right, _Constant):
        operate = right.membership(operate)

    def operation(frame: Frame, focus: Items) -> Items:
        one, other = left(frame, focus), right(frame, focus)
        frame.run.spend(len(one) + len(other))
        return frame.run.paid(operate(one, other))

    return operation


def _union(tree: Tree) -> Compiled:
    left, right = map(_operand, tree["children"])
    if isinstance(left, _Constant) and isinstance(right, _Constant):
        return _Constant(distinct(left.items + right.items))

    def union(frame: Frame, focus: Items) -> Items:
        items = left(frame, focus) + right(frame, focus)
        frame.run.spend(4 * len(items))  # comparing each with all before it costs most
        return distinct(items)

    return union


def _type_expression(tree: Tree) -> Compiled:
    value, specifier = tree["children"]
    left, name = compile_tree(value), _type_text(specifier)
    ask = FUNCTIONS[tree["terminalNodeText"][0]].run
    return lambda frame, focus: ask(frame, left(frame, focus), name)


def _indexer(tree: Tree) -> Compiled:
    collection, position = map(compile_tree, tree["children"])

    def index(frame: Frame, focus: Items) -> Items:
        items, at = collection(frame, focus), integer(position(frame, frame.this))
        return items[at : at + 1] if at is not None and at >= 0 else []

    return index


def _polarity(tree: Tree) -> Compiled:
    (operand,) = tree["children"]
    compiled, minus = compile_tree(operand), tree["terminalNodeText"][0] == "-"

    def signed(frame: Frame, focus: Items) -> Items:
        items = compiled(frame, focus)
        value = items[0] if len(items) == 1 else None
        if isinstance(value, Quantity):
            return [replace(value, value=-value.value) if minus else value]
        amount = number(items)
        return of(amount if amount is None or not minus else -amount)

    return signed


class _Constant:
    """A collection that is the same for every input."""

    def __init__(self, items: Items) -> None:
        self.items = items

    def __call__(self, _frame: Frame, _focus: Items) -> Items:
        return list(self.items)

    def membership(self, otherwise: Callable[[Items, Items], Items]) -> Callable[..., Items]:
        """The operator ``in`` for this collection: one look, where all of it is text."""
        if not all(type(item) is str for item in self.items):
            return otherwise
        texts = frozenset(self.items)

        def is_in(left: Items, right: Items) -> Items:
            if len(left) == 1 and type(value := bare(left[0])) is str and not is_temporal(left[0]):
                return [value in texts]
            return otherwise(left, right)

        return is_in


def _literal(value: Any) -> Compiled:
    return _Constant(of(value))


def _text_literal(tree: Tree) -> Compiled:
    return _literal(unescaped(tree["text"][1:-1]))


def _number_literal(tree: Tree) -> Compiled:
    text = tree["text"]
    return _literal(Decimal(text) if "." in text else int(text))


def _time_literal(tree: Tree) -> Compiled:
    text = tree["text"][1:]
    value = parse_time(text) if text.startswith("T") else parse_temporal(text)
    if value is None:
        raise CompileError(f"@{text} is no date or time")
    return _literal(value)


def _quantity_literal(tree: Tree) -> Compiled:
    (quantity,) = tree["children"]
    unit = quantity["children"][0]
    while unit.get("children"):
        (unit,) = unit["children"]
    name = unit["terminalNodeText"][0]
    text = quantity["terminalNodeText"][0]
    return _literal(Quantity(Decimal(text), unescaped(name[1:-1]) if name[0] == "'" else name))


def _external_constant(tree: Tree) -> Compiled:
    (written,) = tree["children"]
    if written.get("children"):
        name = identifier(written["children"][0])
    else:
        name = unescaped(written["terminalNodeText"][1][1:-1])

    known = constant(name)

    def variable(frame: Frame, _focus: Items) -> Items:
        run = frame.run
        if frame.names is not None and name in frame.names:
            return list(frame.names[name])
        if name in run.variables:
            return wrap(run.variables[name])
        if known is not None:
            return [known]
        if name in _INPUTS:
            return list(_INPUTS[name](run))
        raise EvaluationError(f"there is no variable %{name[:60]}")

    return variable


_INPUTS: Mapping[str, Callable[[Run], Items]] = {
    "context": lambda run: run.root,
    "resource": lambda run: run.resource,
    "rootResource": lambda run: run.root_resource,
}


def _type_text(tree: Tree) -> str:
    name = type_specifier(tree)
    if name is None:
        raise CompileError("the name of a type must stand here")
    return name


def _is_or(tree: Tree) -> bool:
    return bool(tree["terminalNodeText"][0] == "or")


_RULES: Mapping[str, Callable[[Tree], Compiled]] = {
    "InvocationExpression": _invocation_expression,
    "InvocationTerm": _invocation_term,
    "MemberInvocation": _member,
    "FunctionInvocation": _function,
    "ThisInvocation": lambda _: lambda frame, _focus: list(frame.this),
    "IndexInvocation": lambda _: lambda frame, _focus: list(frame.index),
    "TotalInvocation": lambda _: lambda frame, _focus: list(frame.total),
    "IndexerExpression": _indexer,
    "PolarityExpression": _polarity,
    "TypeExpression": _type_expression,
    "UnionExpression": _union,
    "MultiplicativeExpression": _operation,
    "AdditiveExpression": _operation,
    "InequalityExpression": _operation,
    "EqualityExpression": _operation,
    "MembershipExpression": _operation,
    "AndExpression": _decided,
    "OrExpression": lambda tree: (_decided if _is_or(tree) else _operation)(tree),
    "ImpliesExpression": _decided,
    "NullLiteral": lambda _: lambda _frame, _focus: [],
    "BooleanLiteral": lambda tree: _literal(tree["text"] == "true"),
    "StringLiteral": _text_literal,
    "NumberLiteral": _number_literal,
    "DateTimeLiteral": _time_literal,
    "TimeLiteral": _time_literal,
    "QuantityLiteral": _quantity_literal,
    "ExternalConstantTerm": _external_constant,
}
