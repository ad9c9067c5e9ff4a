"""Functions over numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from conformance_cli.fhir.path.comparison import bare, order
from conformance_cli.fhir.path.functions.function import Function, plain
from conformance_cli.fhir.path.operators import OPERATORS
from conformance_cli.fhir.path.quantities import Quantity
from conformance_cli.fhir.path.runtime import EvaluationError, Frame, Items, integer, number, of

#: Numbers beyond this are not given to functions that could grow them.
_LARGE = 10**100


def _of_number(operate: Callable[..., Any], fewest: int = 0, most: int | None = None) -> Function:
    """A function of one number and number arguments; empty where any of them is, or no result."""

    def run(_: Frame, focus: Items, *given: Items) -> Items:
        subject, values = number(focus), [number(one) for one in given]
        if subject is None or None in values:
            return []
        if any(abs(value) > _LARGE for value in (subject, *values)):
            raise EvaluationError("the number is out of range")
        try:
            result = operate(subject, *values)
        except (ArithmeticError, ValueError):
            return []
        return of(Decimal(repr(result)) if isinstance(result, float) else result)

    return plain(run, fewest, most)


def _abs(frame: Frame, focus: Items) -> Items:
    value = focus[0] if len(focus) == 1 else None
    if isinstance(value, Quantity):
        return [Quantity(abs(value.value), value.unit)]
    return _of_number(abs).run(frame, focus)


def _round(_: Frame, focus: Items, precision: Items | None = None) -> Items:
    value, digits = number(focus), (integer(precision) if precision else 0) or 0
    if value is None:
        return []
    if not 0 <= digits <= 30 or abs(value) > _LARGE:
        raise EvaluationError("round() needs a precision from 0 to 30")
    step = Decimal(1).scaleb(-digits)
    return [Decimal(value).quantize(step, ROUND_HALF_UP) if digits else _rounded(value)]


def _rounded(value: Any) -> int:
    return int(Decimal(value).to_integral_value(ROUND_HALF_UP))


def _power(base: Any, exponent: Any) -> Any:
    if abs(exponent) > 1000:
        raise ArithmeticError
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return _finite(base**exponent)
    return _finite(float(base) ** float(exponent))


def _finite(value: Any) -> Any:
    if isinstance(value, complex) or abs(value) > _LARGE:
        raise ArithmeticError
    return value


def _sum(_: Frame, focus: Items) -> Items:
    total: Items = []
    for item in focus:
        total = OPERATORS["+"](total, [item]) if total else [item]
    return total


def _extreme(sign: int) -> Function:
    def run(_: Frame, focus: Items) -> Items:
        best: Items = []
        for item in focus:
            if not best or order(item, best[0]) == sign:
                best = [item]
        return best

    return plain(run)


def _average(frame: Frame, focus: Items) -> Items:
    total = _sum(frame, focus)
    return [Decimal(bare(total[0])) / len(focus)] if total else []


NUMBERS: Mapping[str, Function] = {
    "abs": plain(_abs),
    "ceiling": _of_number(math.ceil),
    "floor": _of_number(math.floor),
    "truncate": _of_number(math.trunc),
    "round": plain(_round, 0, 1),
    "exp": _of_number(lambda x: _finite(math.exp(x))),
    "ln": _of_number(lambda x: math.log(x)),
    "log": _of_number(lambda x, base: math.log(x, base), 1),
    "power": _of_number(_power, 1),
    "sqrt": _of_number(math.sqrt),
    "sum": plain(_sum),
    "min": _extreme(-1),
    "max": _extreme(1),
    "avg": plain(_average),
}
