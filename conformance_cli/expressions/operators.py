"""What the operators of the language do with values of every kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from conformance_cli.expressions.errors import ExpressionError
from conformance_cli.expressions.values import Duration, check_size, is_number, kind_of


def add(left: Any, right: Any) -> Any:
    """``left + right``.  Raises ``ExpressionError``, or ``ArithmeticError`` out of range."""
    if is_number(left) and is_number(right):
        return _finite(*_alike(left, right), 1)
    if isinstance(left, str) and isinstance(right, str):
        check_size(len(left) + len(right))
        return left + right
    if isinstance(left, date) and isinstance(right, Duration):
        return _moved(left, right.delta)
    if isinstance(left, Duration) and isinstance(right, date):
        return _moved(right, left.delta)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(left.delta + right.delta)
    raise ExpressionError(
        f"+ cannot join {kind_of(left)} and {kind_of(right)}{_advice(left, right)}"
    )


def subtract(left: Any, right: Any) -> Any:
    """``left - right``.  Raises ``ExpressionError``, or ``ArithmeticError`` out of range."""
    if is_number(left) and is_number(right):
        return _finite(*_alike(left, right), -1)
    if isinstance(left, date) and isinstance(right, Duration):
        return _moved(left, -right.delta)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(left.delta - right.delta)
    if isinstance(left, date) and type(left) is type(right) and _zoned_alike(left, right):
        return Duration(left - right)
    raise ExpressionError(
        f"- cannot take {kind_of(right)} from {kind_of(left)}{_advice(left, right)}"
    )


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    if isinstance(left, Decimal) != isinstance(right, Decimal):
        return Decimal(str(left)), Decimal(str(right))
    return left, right


def _finite(left: Any, right: Any, sign: int) -> Any:
    result = left + right if sign > 0 else left - right
    if not math.isfinite(result):
        raise OverflowError
    return result


def _moved(when: date, delta: timedelta) -> date:
    if not isinstance(when, datetime) and delta % timedelta(days=1):
        raise ExpressionError("a date can only be moved by whole days")
    return when + delta


def _advice(left: Any, right: Any) -> str:
    kinds = {type(left), type(right)}
    if str in kinds and Duration in kinds:
        return "; instant(x) makes a time of a text"
    if str in kinds:
        return "; text(x) makes a text, number(x) a number"
    return ""


def compare(operator: str, left: Any, right: Any) -> bool:
    """``left operator right``.  Raises ``ExpressionError`` where two kinds have no order."""
    if operator == "==":
        return same(left, right)
    if operator == "!=":
        return not same(left, right)
    if operator == "in":
        return _contains(right, left)
    if operator == "not in":
        return not _contains(right, left)
    if not _ordered(left, right):
        raise ExpressionError(f"{kind_of(left)} and {kind_of(right)} have no order")
    if operator.startswith("<"):
        return bool(left < right or (operator == "<=" and left == right))
    return bool(left > right or (operator == ">=" and left == right))


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal; ``true`` is not 1, and a time never equals a text."""
    if type(left) is str and type(right) is str:
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def _ordered(left: Any, right: Any) -> bool:
    if is_number(left):
        return is_number(right)
    if isinstance(left, datetime) and isinstance(right, datetime):
        return _zoned_alike(left, right)
    return type(left) is type(right) and isinstance(left, str | date | Duration)


def _zoned_alike(left: Any, right: Any) -> bool:
    return (getattr(left, "tzinfo", None) is None) == (getattr(right, "tzinfo", None) is None)


def _contains(container: Any, item: Any) -> bool:
    if isinstance(container, str):
        if not isinstance(item, str):
            raise ExpressionError(f"{kind_of(item)} cannot be in a text")
        return item in container
    if isinstance(container, Mapping):
        return isinstance(item, str) and item in container
    if isinstance(container, list | tuple):
        return any(same(item, other) for other in container)
    raise ExpressionError(f"nothing can be in {kind_of(container)}")
