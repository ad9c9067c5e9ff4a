"""The binary operators of FHIRPath over two collections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import partial
from typing import Any

from conformance_cli.fhir.path.comparison import (
    bare,
    equal,
    equivalent,
    is_number,
    items_equal,
    order,
    pair,
)
from conformance_cli.fhir.path.runtime import (
    MAX_TEXT,
    EvaluationError,
    Items,
    boolean,
    number,
    of,
    single,
    text,
)
from conformance_cli.fhir.path.temporal import Quantity, Temporal, moved, parse_temporal

#: Digits that a whole number may have before arithmetic on it is refused.
_MAX_BITS = 4096


def _equal(left: Items, right: Items) -> Items:
    return of(equal(left, right))


def _unequal(left: Items, right: Items) -> Items:
    verdict = equal(left, right)
    return of(None if verdict is None else not verdict)


def _ordered(accept: Callable[[int], bool], left: Items, right: Items) -> Items:
    if not left or not right:
        return []
    try:
        sign = order(single(left), single(right))
    except ValueError as err:
        raise EvaluationError(str(err)) from err
    return of(None if sign is None else accept(sign))


def _is_in(left: Items, right: Items) -> Items:
    if not left:
        return []
    item = single(left)
    return [any(items_equal(item, other) is True for other in right)]


def _and(left: Items, right: Items) -> Items:
    one, other = boolean(left), boolean(right)
    if one is False or other is False:
        return [False]
    return of(None if one is None or other is None else True)


def _or(left: Items, right: Items) -> Items:
    one, other = boolean(left), boolean(right)
    if one is True or other is True:
        return [True]
    return of(None if one is None or other is None else False)


def _xor(left: Items, right: Items) -> Items:
    one, other = boolean(left), boolean(right)
    return of(None if one is None or other is None else one != other)


def _implies(left: Items, right: Items) -> Items:
    one, other = boolean(left), boolean(right)
    if one is False or other is True:
        return [True]
    return of(None if one is None or other is None else False)


def _plus(left: Items, right: Items) -> Items:
    return _additive(left, right, 1)


def _minus(left: Items, right: Items) -> Items:
    return _additive(left, right, -1)


def _additive(left: Items, right: Items, sign: int) -> Items:
    if not left or not right:
        return []
    one, other = pair(single(left), single(right))
    if isinstance(other, Quantity):
        by = Quantity(sign * other.value, other.unit)
        return [_with_quantity(one, by)]
    if isinstance(one, str) and isinstance(other, str) and sign > 0:
        return [bounded(one + other)]
    if is_number(one) and is_number(other):
        return [_calculated(lambda: one + sign * other)]
    raise EvaluationError(f"{'+' if sign > 0 else '-'} needs two numbers, or a time and a quantity")


def _with_quantity(one: Any, by: Quantity) -> Any:
    if isinstance(one, Quantity):
        if one.unit != by.unit:
            raise EvaluationError("quantities of different units cannot be added")
        return Quantity(one.value + by.value, one.unit)
    when = parse_temporal(one) if isinstance(one, str) else one
    if not isinstance(when, Temporal):
        raise EvaluationError("a quantity can be added to a time or a quantity")
    try:
        return moved(when, by)
    except ValueError as err:
        raise EvaluationError(str(err)) from err


def _concatenated(left: Items, right: Items) -> Items:
    return [bounded((text(left) or "") + (text(right) or ""))]


def _arithmetic(operate: Callable[[Any, Any], Any], left: Items, right: Items) -> Items:
    quantities = [x for x in (left, right) if len(x) == 1 and isinstance(bare(x[0]), Quantity)]
    if quantities:
        raise EvaluationError("quantities cannot be multiplied or divided here")
    one, other = number(left), number(right)
    if one is None or other is None:
        return []
    return of(_calculated(lambda: operate(one, other)))


def _calculated(calculate: Callable[[], Any]) -> Any:
    """The result of arithmetic; nothing where it divides by zero."""
    try:
        result = calculate()
    except (ZeroDivisionError, DivisionByZero, InvalidOperation):
        return None
    except ArithmeticError as err:
        raise EvaluationError("the number is out of range") from err
    if isinstance(result, int) and result.bit_length() > _MAX_BITS:
        raise EvaluationError("the number is out of range")
    return result


def _divided(one: Any, other: Any) -> Decimal:
    return Decimal(one) / Decimal(other)


def bounded(value: str) -> str:
    """The text itself, if it is within the limit on size."""
    if len(value) > MAX_TEXT:
        raise EvaluationError(f"the text grows beyond {MAX_TEXT} characters")
    return value


OPERATORS: Mapping[str, Callable[[Items, Items], Items]] = {
    "=": _equal,
    "!=": _unequal,
    "~": lambda left, right: [equivalent(left, right)],
    "!~": lambda left, right: [not equivalent(left, right)],
    "<": partial(_ordered, lambda sign: sign < 0),
    "<=": partial(_ordered, lambda sign: sign <= 0),
    ">": partial(_ordered, lambda sign: sign > 0),
    ">=": partial(_ordered, lambda sign: sign >= 0),
    "in": _is_in,
    "contains": lambda left, right: _is_in(right, left),
    "and": _and,
    "or": _or,
    "xor": _xor,
    "implies": _implies,
    "+": _plus,
    "-": _minus,
    "&": _concatenated,
    "*": partial(_arithmetic, lambda one, other: one * other),
    "/": partial(_arithmetic, _divided),
    "div": partial(_arithmetic, lambda one, other: int(Decimal(one) / Decimal(other))),
    "mod": partial(_arithmetic, lambda one, other: type(one)(Decimal(one) % Decimal(other))),
}
