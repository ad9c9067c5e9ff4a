"""The binary operators of FHIRPath over two collections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import partial
from typing import Any

from conformance_cli.fhir.path.comparison import (
    duration_of,
    equal,
    equivalent,
    is_number,
    items_equal,
    order,
    pair,
    quantity_of,
)
from conformance_cli.fhir.path.quantities import Quantity, added, divided, multiplied
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
from conformance_cli.fhir.path.temporal import Temporal, moved, parse_temporal

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
    if isinstance(other, Mapping):
        other = duration_of(right[0])
    if isinstance(other, Quantity):
        return of(_with_quantity(one, replace(other, value=sign * other.value)))
    if isinstance(one, str) and isinstance(other, str) and sign > 0:
        return [bounded(one + other)]
    if is_number(one) and is_number(other):
        return [_calculated(lambda: one + sign * other)]
    raise EvaluationError(f"{'+' if sign > 0 else '-'} needs two numbers, or a time and a quantity")


def _with_quantity(one: Any, by: Quantity) -> Any:
    if isinstance(one, Quantity):
        return added(one, by)
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


def _scaled(
    operate: Callable[[Any, Any], Any],
    compose: Callable[[Quantity, Quantity], Quantity | None],
    left: Items,
    right: Items,
) -> Items:
    """Multiplication and division: of two numbers, or of quantities, whose units compose."""
    if not left or not right:
        return []
    amounts = [_amount(single(left)), _amount(single(right))]
    if not any(isinstance(item, Quantity) for item in amounts):
        return _arithmetic(operate, left, right)
    one, other = (
        amount if isinstance(amount, Quantity) else Quantity(Decimal(number([amount])), "1")
        for amount in amounts
    )
    return of(_calculated(lambda: compose(one, other)))


def _amount(item: Any) -> Any:
    return quantity_of(item) or item


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
    "*": partial(_scaled, lambda one, other: one * other, multiplied),
    "/": partial(_scaled, _divided, divided),
    "div": partial(_arithmetic, lambda one, other: int(Decimal(one) / Decimal(other))),
    "mod": partial(_arithmetic, lambda one, other: type(one)(Decimal(one) % Decimal(other))),
}
