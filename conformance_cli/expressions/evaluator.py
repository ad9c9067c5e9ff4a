"""Evaluates a parsed expression: its tree becomes functions, once for each expression.

Nothing here looks at a Python attribute of a value: ``.name`` and ``[key]`` reach the
keys of mappings and the items of lists, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, singledispatch
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
_Run = Callable[[Scope], Any]


def evaluate(expression: Expression | str, scope: Scope) -> Any:
    """The value of an expression.  Raises ``ExpressionError``, and nothing else.

    The result may be a ``datetime``, ``date`` or ``Duration`` besides what JSON has.
    """
    source = expression if isinstance(expression, str) else expression.source
    run = _compiled(source)
    try:
        return run(scope)
    except ExpressionError as err:
        err.source = err.source or source
        raise
    except RecursionError:
        raise ExpressionError("values refer to each other in a circle", source=source) from None


def truth(source: str, scope: Scope) -> bool:
    """Whether a condition holds; an empty one always does.

    False are ``null``, ``false``, zero, and an empty text, list or mapping.
    """
    return truthy(evaluate(source, scope)) if source and not source.isspace() else True


@lru_cache(maxsize=4096)
def _compiled(source: str) -> _Run:
    return _function(parse(source).tree)


@singledispatch
def _function(node: Node) -> _Run:
    raise TypeError(f"not a node: {node!r}")  # pragma: no cover


@_function.register
def _(node: Literal) -> _Run:
    value = node.value
    return lambda _scope: value


@_function.register
def _(node: ListOf) -> _Run:
    items = [_function(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@_function.register
def _(node: Name) -> _Run:
    name = node.name

    def look_up(scope: Scope) -> Any:
        value = _item(scope, name)
        if value is _ABSENT:
            advice = "; operators need spaces around them" if "-" in name else ""
            raise MissingValue(
                f'there is no "{name}" here{advice}',
                node.position,
                name=name,
                candidates=nearest(name, scope),
            )
        if callable(value):
            raise ExpressionError(f"{name} is a function: write {name}()", node.position)
        return value

    return look_up


@_function.register
def _(node: Path) -> _Run:
    root = _function(node.root)
    start = node.root.name if isinstance(node.root, Name) else "(...)"
    steps = [(step, _function(step.key)) for step in node.steps]

    def walk(scope: Scope) -> Any:
        value = root(scope)
        way: list[Any] = []
        for step, find_key in steps:
            key = find_key(scope)
            found = value.get(key, _ABSENT) if type(value) is dict and type(key) is str else _ABSENT
            if found is _ABSENT or isinstance(found, Lazy):
                found = _down(value, key, step, start, way)
            way.append(key)
            value = found
        return value

    return walk


def _way(start: str, keys: Sequence[Any]) -> str:
    """The keys gone down so far, as an author would write them."""
    return start + "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in keys)


def _down(value: Any, key: Any, step: Step, start: str, keys: Sequence[Any]) -> Any:
    candidates: tuple[str, ...] = ()
    found = _ABSENT
    if isinstance(value, Mapping):
        if not isinstance(key, str):
            way = shortened(_way(start, keys))
            raise ExpressionError(f"{way} is a mapping; its keys are texts", step.position)
        found = _item(value, key)
        if found is _ABSENT:
            candidates = nearest(key, (str(k) for k in value))
    elif isinstance(value, list | tuple):
        found = _at(value, key)
    if found is not _ABSENT:
        return found
    way = _way(start, keys)
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


@_function.register
def _(node: Call) -> _Run:
    if node.function == "default":
        return _default(node)
    if node.function == "uuid":
        return _uuid(node)
    arguments = [_function(argument) for argument in node.arguments]
    function = FUNCTIONS[node.function][1]

    def call(scope: Scope) -> Any:
        given = [argument(scope) for argument in arguments]
        try:
            return function(*given)
        except ExpressionError as err:
            err.position = err.position or node.position
            raise

    return call


def _uuid(node: Call) -> _Run:
    def new(scope: Scope) -> Any:
        function = scope.get("uuid")
        if not callable(function):
            raise MissingValue("uuid() cannot be used here", node.position, name="uuid")
        return function()

    return new


def _default(node: Call) -> _Run:
    wanted, otherwise = map(_function, node.arguments)

    def value_or_default(scope: Scope) -> Any:
        try:
            value = wanted(scope)
        except MissingValue:
            value = None
        return otherwise(scope) if value is None else value

    return value_or_default


@_function.register
def _(node: Sum) -> _Run:
    first = _function(node.first)
    terms = [
        (add if term.operator == "+" else subtract, _function(term.operand), term.position)
        for term in node.terms
    ]

    def total(scope: Scope) -> Any:
        value = first(scope)
        for operate, operand, position in terms:
            other = operand(scope)
            try:
                value = operate(value, other)
            except ExpressionError as err:
                err.position = err.position or position
                raise
            except ArithmeticError:
                raise ExpressionError("the result is out of range", position) from None
        return value

    return total


@_function.register
def _(node: Negative) -> _Run:
    operand = _function(node.operand)

    def negative(scope: Scope) -> Any:
        value = operand(scope)
        if isinstance(value, Duration):
            return Duration(-value.delta)
        if not is_number(value):
            raise ExpressionError(f"- needs a number, not {kind_of(value)}", node.position)
        return -value

    return negative


@_function.register
def _(node: Not) -> _Run:
    operand = _function(node.operand)
    return lambda scope: not truthy(operand(scope))


@_function.register
def _(node: Junction) -> _Run:
    operands = [_function(operand) for operand in node.operands]
    decisive = node.operator == "or"

    def junction(scope: Scope) -> bool:
        for operand in operands:
            if truthy(operand(scope)) is decisive:
                return decisive
        return not decisive

    return junction


@_function.register
def _(node: Conditional) -> _Run:
    condition, then, otherwise = map(_function, (node.condition, node.then, node.otherwise))
    return lambda scope: then(scope) if truthy(condition(scope)) else otherwise(scope)


@_function.register
def _(node: Comparison) -> _Run:
    left, right, operator = _function(node.left), _function(node.right), node.operator

    def comparison(scope: Scope) -> bool:
        one, other = left(scope), right(scope)
        try:
            return compare(operator, one, other)
        except ExpressionError as err:
            err.position = err.position or node.position
            raise

    return comparison


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
