"""Operators over what is known of their operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance_cli.fhir.path.shortcuts.codes import (
    ALWAYS,
    CHILDREN,
    UNKNOWN,
    Bounds,
    Code,
    Value,
    boolean,
    both,
    either,
)
from conformance_cli.fhir.path.shortcuts.places import Context

_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def combined(operator: str, left: Code, right: Code, context: Context) -> Code:
    """What is known of an operation; nothing, for operators that are not looked into."""
    rule = _RULES.get(operator)
    return rule(left, right, context) if rule else UNKNOWN


def _and(left: Code, right: Code, _: Context) -> Code:
    true = both(left.true, right.true)
    false = either(left.false, both(left.safe, right.false))
    return boolean(true, false, both(left.safe, right.safe))


def _or(left: Code, right: Code, _: Context) -> Code:
    true = either(left.true, both(left.safe, right.true))
    false = both(left.false, right.false)
    return boolean(true, false, both(left.safe, right.safe))


def _implies(left: Code, right: Code, _: Context) -> Code:
    true = either(left.false, both(left.safe, right.true))
    false = both(left.true, right.false)
    return boolean(true, false, both(left.safe, right.safe))


def _xor(left: Code, right: Code, _: Context) -> Code:
    true = either(both(left.true, right.false), both(left.false, right.true))
    false = either(both(left.true, right.true), both(left.false, right.false))
    return boolean(true, false, both(left.safe, right.safe))


def _equal(left: Code, right: Code, context: Context) -> Code:
    if left.is_boolean and right.is_boolean:
        same = _xor(left, right, context)
        return boolean(same.false, same.true, both(left.safe, right.safe))
    one, other = left.value, right.value
    if one is None or other is None or one.kind != other.kind or one.kind == "time":
        return boolean("", "", _calm(left, right), either(left.empty, right.empty))
    given = both(one.given, other.given)
    return boolean(
        both(given, f"{one.code} == {other.code}"),
        both(given, f"{one.code} != {other.code}"),
        _calm(left, right),
        either(left.empty, right.empty),
    )


def _unequal(left: Code, right: Code, context: Context) -> Code:
    same = _equal(left, right, context)
    return boolean(same.false, same.true, same.safe, same.empty)


def _calm(left: Code, right: Code) -> str:
    return ALWAYS if left.calm and right.calm else ""


def _member_of(left: Code, right: Code, context: Context) -> Code:
    """``in`` a union of texts."""
    value, empty = left.value, left.empty
    if value is None or value.kind != "string" or not right.literals:
        return boolean("", "", "", empty)
    if any(literal.kind != "string" for literal in right.literals):
        return boolean("", "", "", empty)
    words = context.constant(frozenset(literal.literal for literal in right.literals))
    return boolean(
        both(value.given, f"{value.code} in {words}"),
        both(value.given, f"{value.code} not in {words}"),
        "",
        empty,
    )


def _ordered(operator: str) -> Callable[[Code, Code, Context], Code]:
    def rule(left: Code, right: Code, _: Context) -> Code:
        empty = either(left.empty, right.empty)
        if left.bounds and right.bounds:
            return _counted(operator, left.bounds, right.bounds, _calm(left, right))
        one, other = left.value, right.value
        if one is None or other is None or one.kind != other.kind or one.kind == "boolean":
            return boolean("", "", "", empty)
        given, code = both(one.given, other.given), f"{one.code} {{}} {other.code}"
        if one.kind == "time":
            code = f"order_of_times({one.code}, {other.code}) {{}} 0"
        return boolean(
            both(given, code.format(operator)),
            both(given, code.format(_NEGATED[operator])),
            "",
            empty,
        )

    return rule


def _counted(operator: str, left: Bounds, right: Bounds, safe: str) -> Code:
    if operator in ("<", "<="):
        left, right, operator = right, left, _MIRRORED[operator]
    return boolean(
        _compared(left.least, operator, right.most),
        _compared(left.most, _NEGATED[operator], right.least),
        safe,
    )


def _compared(one: str, operator: str, other: str) -> str:
    if not one or not other:
        return ""
    if one.startswith(CHILDREN):
        return f"more_children({one.removeprefix(CHILDREN)}, {other})" if operator == ">" else ""
    return f"{one} {operator} {other}" if CHILDREN not in one + other else ""


def _plus(left: Code, right: Code, _: Context) -> Code:
    if not (left.bounds and right.bounds):
        return UNKNOWN
    one, other = left.bounds, right.bounds
    total = Bounds(_sum(one.least, other.least), _sum(one.most, other.most))
    return Code(some=ALWAYS, calm=left.calm and right.calm, bounds=total)


def _sum(one: str, other: str) -> str:
    return f"({one} + {other})" if one and other and CHILDREN not in one + other else ""


def _union(left: Code, right: Code, _: Context) -> Code:
    calm = left.calm and right.calm
    some = either(left.some, right.some) if calm else ""
    return Code(
        empty=both(left.empty, right.empty),
        some=some,
        calm=calm,
        literals=_literals(left, right),
    )


def _literals(left: Code, right: Code) -> tuple[Value, ...]:
    parts = [_literal(left), _literal(right)]
    return parts[0] + parts[1] if all(parts) else ()


def _literal(code: Code) -> tuple[Value, ...]:
    if code.value is not None and code.value.literal is not None:
        return (code.value,)
    return code.literals


_RULES: Mapping[str, Callable[[Code, Code, Context], Code]] = {
    "and": _and,
    "or": _or,
    "implies": _implies,
    "xor": _xor,
    "=": _equal,
    "!=": _unequal,
    "in": _member_of,
    "contains": lambda left, right, context: _member_of(right, left, context),
    "+": _plus,
    "|": _union,
    **{operator: _ordered(operator) for operator in _NEGATED},
}
