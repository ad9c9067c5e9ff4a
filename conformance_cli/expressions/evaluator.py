"""Evaluates a parsed expression by walking its tree.

Nothing here looks at a Python attribute of a value: ``.name`` and ``[key]`` reach the
keys of mappings and the items of lists, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from conformance_cli.expressions.errors import ExpressionError, MissingValue, nearest, shortened
from conformance_cli.expressions.functions import FUNCTIONS
from conformance_cli.expressions.operators import add, compare, subtract
from conformance_cli.expressions.parser import Expression, parse
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
)
from conformance_cli.expressions.values import (
    Duration,
    Lazy,
    is_number,
    kind_of,
    truthy,
)

Scope = Mapping[str, Any]


def evaluate(expression: Expression | str, scope: Scope) -> Any:
    """The value of an expression.  Raises ``ExpressionError``, and nothing else.

    The result may be a ``datetime``, ``date`` or ``Duration`` besides what JSON has.
    """
    parsed = parse(expression) if isinstance(expression, str) else expression
    try:
        return _value(parsed.tree, scope)
    except ExpressionError as err:
        err.source = err.source or parsed.source
        raise
    except RecursionError:
        raise ExpressionError(
            "values refer to each other in a circle", source=parsed.source
        ) from None


def truth(source: str, scope: Scope) -> bool:
    """Whether a condition holds; an empty one always does.

    False are ``null``, ``false``, zero, and an empty text, list or mapping.
    """
    return truthy(evaluate(source, scope)) if source.strip() else True


@singledispatch
def _value(node: Node, scope: Scope) -> Any:
    raise TypeError(f"not a node: {node!r}", scope)  # pragma: no cover


@_value.register
def _(node: Literal, scope: Scope) -> Any:  # noqa: ARG001 - one signature for all nodes
    return node.value


@_value.register
def _(node: ListOf, scope: Scope) -> Any:
    return [_value(item, scope) for item in node.items]


@_value.register
def _(node: Name, scope: Scope) -> Any:
    value = _item(scope, node.name)
    if value is _ABSENT:
        advice = "; operators need spaces around them" if "-" in node.name else ""
        raise MissingValue(
            f'there is no "{node.name}" here{advice}',
            node.position,
            name=node.name,
            candidates=nearest(node.name, scope),
        )
    if callable(value):
        raise ExpressionError(f"{node.name} is a function: write {node.name}()", node.position)
    return value


@_value.register
def _(node: Path, scope: Scope) -> Any:
    value = _value(node.root, scope)
    way = node.root.name if isinstance(node.root, Name) else "(...)"
    for step in node.steps:
        key = _value(step.key, scope)
        value = _down(value, key, step, way)
        way = f"{way}[{key}]" if isinstance(key, int) else f"{way}.{key}"
    return value


def _down(value: Any, key: Any, step: Step, way: str) -> Any:
    if isinstance(value, Mapping):
        if not isinstance(key, str):
            raise ExpressionError(
                f"{shortened(way)} is a mapping; its keys are texts", step.position
            )
        found = _item(value, key)
        candidates = () if found is not _ABSENT else nearest(key, (str(k) for k in value))
    elif isinstance(value, list | tuple):
        found = _at(value, key)
        candidates = ()
    else:
        found, candidates = _ABSENT, ()
    if found is not _ABSENT:
        return found
    raise MissingValue(
        f"{shortened(way)} ({kind_of(value)}) has no {_shown(key)}",
        step.position,
        name=f"{way}.{key}",
        candidates=candidates,
    )


def _at(value: list[Any] | tuple[Any, ...], key: Any) -> Any:
    if isinstance(key, int) and not isinstance(key, bool) and -len(value) <= key < len(value):
        return _forced(value[key])
    return _ABSENT


def _shown(key: Any) -> str:
    if isinstance(key, int) and not isinstance(key, bool):
        return f"item {key}"
    return f'"{shortened(key, 60)}"' if isinstance(key, str) else kind_of(key)


@_value.register
def _(node: Call, scope: Scope) -> Any:
    if node.function == "default":
        return _default(node, scope)
    if node.function == "uuid":
        function = scope.get("uuid")
        if not callable(function):
            raise MissingValue("uuid() cannot be used here", node.position, name="uuid")
        return function()
    arguments = [_value(argument, scope) for argument in node.arguments]
    try:
        return FUNCTIONS[node.function][1](*arguments)
    except ExpressionError as err:
        err.position = err.position or node.position
        raise


def _default(node: Call, scope: Scope) -> Any:
    try:
        value = _value(node.arguments[0], scope)
    except MissingValue:
        value = None
    return _value(node.arguments[1], scope) if value is None else value


@_value.register
def _(node: Sum, scope: Scope) -> Any:
    total = _value(node.first, scope)
    for term in node.terms:
        operand = _value(term.operand, scope)
        try:
            total = add(total, operand) if term.operator == "+" else subtract(total, operand)
        except ExpressionError as err:
            err.position = err.position or term.position
            raise
        except ArithmeticError:
            raise ExpressionError("the result is out of range", term.position) from None
    return total


@_value.register
def _(node: Negative, scope: Scope) -> Any:
    value = _value(node.operand, scope)
    if isinstance(value, Duration):
        return Duration(-value.delta)
    if not is_number(value):
        raise ExpressionError(f"- needs a number, not {kind_of(value)}", node.position)
    return -value


@_value.register
def _(node: Not, scope: Scope) -> Any:
    return not truthy(_value(node.operand, scope))


@_value.register
def _(node: Junction, scope: Scope) -> Any:
    results = (truthy(_value(operand, scope)) for operand in node.operands)
    return all(results) if node.operator == "and" else any(results)


@_value.register
def _(node: Conditional, scope: Scope) -> Any:
    chosen = node.then if truthy(_value(node.condition, scope)) else node.otherwise
    return _value(chosen, scope)


@_value.register
def _(node: Comparison, scope: Scope) -> Any:
    left, right = _value(node.left, scope), _value(node.right, scope)
    try:
        return compare(node.operator, left, right)
    except ExpressionError as err:
        err.position = err.position or node.position
        raise


_ABSENT: Any = object()


def _item(mapping: Mapping[str, Any], key: str) -> Any:
    try:
        return _forced(mapping[key])
    except KeyError:
        return _ABSENT


def _forced(value: Any) -> Any:
    while isinstance(value, Lazy):
        value = value.force()
    return value
