"""When FHIRPath values are equal, equivalent, or in order (FHIRPath 2.0, section 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.path.quantities import (
    CALENDAR,
    DURATIONS,
    UCUM,
    Quantity,
    converted,
    in_base_unit,
    in_order,
    same_amount,
)
from conformance_cli.fhir.path.temporal import Temporal, compare, parse_temporal, same_precision
from conformance_cli.fhir.path.types import TEMPORAL, Node

Item = Any
Items = Sequence[Any]
_QUANTITIES = frozenset(
    {"Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity", "MoneyQuantity"}
)


def bare(item: Item) -> Any:
    """The value of an item; JSON floats become exact decimals."""
    value = item.data if isinstance(item, Node) else item
    return Decimal(repr(value)) if type(value) is float else value


def is_number(value: Any) -> bool:
    """Whether it is an Integer or Decimal."""
    if type(value) is str:
        return False
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def quantity_of(item: Item) -> Quantity | None:
    """The quantity that an item is, if it is one (FHIR R4, 2.9.1.7)."""
    value = item.data if isinstance(item, Node) else item
    if isinstance(value, Quantity):
        return value
    if not isinstance(value, Mapping):
        return None
    number = bare(value.get("value"))
    unit = value.get("code", value.get("unit", "1"))
    if not is_number(number) or not isinstance(unit, str):
        return None
    system = value.get("system", "")
    foreign = system if isinstance(system, str) and "code" in value and system != UCUM else ""
    return Quantity(Decimal(number), unit, foreign)


def duration_of(item: Item) -> Quantity | None:
    """The quantity that an item is; one of FHIR in a UCUM unit of time is a calendar duration."""
    found = quantity_of(item)
    if found is None or not isinstance(item, Node) or found.unit not in DURATIONS:
        return found
    return replace(found, unit=DURATIONS[found.unit])


def pair(left: Item, right: Item) -> tuple[Any, Any]:
    """Two values made alike: texts become times where either of the two is one."""
    one, other = bare(left), bare(right)
    if is_temporal(left) or is_temporal(right):
        times = _as_temporal(one), _as_temporal(other)
        if times[0] is not None and times[1] is not None:
            return times
    return _amounts(left, right) or (one, other)


def _amounts(left: Item, right: Item) -> tuple[Quantity, Quantity] | None:
    """Two quantities, if both items are, and one is a literal or both are FHIR's."""
    if not (_is_quantity(left) and _is_quantity(right)):
        return None
    one, other = quantity_of(left), quantity_of(right)
    if one is None or other is None:
        return None
    if one.unit in CALENDAR:
        other = duration_of(right) or other
    elif other.unit in CALENDAR:
        one = duration_of(left) or one
    return one, other


def _is_quantity(item: Item) -> bool:
    if isinstance(item, Node):
        return item.type in _QUANTITIES or (not item.type and isinstance(item.data, Mapping))
    return isinstance(item, Quantity)


def equal(left: Items, right: Items) -> bool | None:
    """``=``: item by item and in order; ``None`` where a precision leaves it open."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    open_ = False
    for one, other in zip(left, right, strict=True):
        verdict = items_equal(one, other)
        if verdict is False:
            return False
        open_ = open_ or verdict is None
    return None if open_ else True


def items_equal(left: Item, right: Item) -> bool | None:
    """Whether two items are equal; ``None`` where a precision leaves it open."""
    one = left.data if isinstance(left, Node) else left
    other = right.data if isinstance(right, Node) else right
    if type(one) is str and type(other) is str and not (is_temporal(left) or is_temporal(right)):
        return one == other
    one, other = pair(left, right)
    if isinstance(one, Temporal) and isinstance(other, Temporal):
        if (one.kind == "Time") != (other.kind == "Time"):
            return False
        order = compare(one, other)
        return None if order is None else order == 0
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return same_amount(one, other)
    return json_equal(one, other)


def json_equal(one: Any, other: Any) -> bool:
    """Deep equality of JSON values; ``true`` is not 1, and 1 is 1.0."""
    if one is other:
        return True
    if type(one) is str and type(other) is str:
        return one == other
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(json_equal(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(json_equal, one, other))
    return bool(bare(one) == bare(other))


def equivalent(left: Items, right: Items) -> bool:
    """``~``: in any order, texts without regard to case and spacing."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for one in left:
        match = next((i for i, other in enumerate(rest) if _items_equivalent(one, other)), None)
        if match is None:
            return False
        del rest[match]
    return True


def order(left: Item, right: Item) -> int | None:
    """-1, 0 or 1; ``None`` where a precision leaves it open.  ``ValueError`` without an order."""
    one, other = pair(left, right)
    if isinstance(one, Temporal) and isinstance(other, Temporal):
        return compare(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return in_order(one, other)
    if is_number(one) and is_number(other):
        return _sign(one, other)
    if isinstance(one, str) and isinstance(other, str):
        return _sign(one, other)
    raise ValueError(f"{_kind(one)} and {_kind(other)} have no order")


def identity(item: Item) -> str:
    """A text that is the same for items that are equal, to find duplicates quickly."""
    value = bare(item)
    if type(value) is str and not is_temporal(item):
        return f'"{value}'
    if is_temporal(item):
        value = _as_temporal(value) or value
    if isinstance(value, Temporal):
        return f"time {value.kind == 'Time'} {value.parts} {value.offset}"
    if isinstance(value, Quantity):
        return f"quantity {in_base_unit(value)}"
    if is_number(value):
        return f"number {Decimal(value).normalize()}"
    return json.dumps(value, sort_keys=True, default=str)


def distinct(items: Items) -> list[Item]:
    """The first of all items that are equal, in order."""
    if len(items) < 2:
        return list(items)
    # Most resources differ in their ids: writing them out whole is left for those that may not.
    seen: dict[Any, Any] = {}
    kept: list[Item] = []
    for item in items:
        data = item.data if isinstance(item, Node) else item
        rough = _rough(data) if type(data) is dict else identity(item)
        if rough not in seen:
            seen[rough] = item
        elif type(data) is not dict:
            continue
        else:
            known = seen[rough]
            if not isinstance(known, set):
                known = seen[rough] = {identity(known)}
            name = identity(item)
            if name in known:
                continue
            known.add(name)
        kept.append(item)
    return kept


def _rough(data: dict[str, Any]) -> tuple[Any, ...]:
    """Something that is the same for objects that are equal, and quick to make."""
    names = (data.get("resourceType"), data.get("id"), data.get("fullUrl"))
    return len(data), *(name if type(name) is str else None for name in names)


def _items_equivalent(left: Item, right: Item) -> bool:
    one, other = pair(left, right)
    if isinstance(one, Temporal) and isinstance(other, Temporal):
        return same_precision(one, other) and items_equal(one, other) is True
    if isinstance(one, str) and isinstance(other, str):
        return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
    if is_number(one) and is_number(other):
        return _nearly(Decimal(one), Decimal(other))
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return _amounts_equivalent(one, other) or _amounts_equivalent(other, one)
    return items_equal(left, right) is True


def _amounts_equivalent(one: Quantity, other: Quantity) -> bool:
    if one.system or other.system:
        return same_amount(one, other) is True
    amount = converted(other, one.unit)
    if amount is None:
        return same_amount(one, other) is True
    return _nearly(one.value, amount)


def _nearly(one: Decimal, other: Decimal) -> bool:
    """Whether two numbers are equal at the precision of the less precise one."""
    digits = min(_digits(one), _digits(other))
    return round(one, digits) == round(other, digits)


def _digits(number: int | Decimal) -> int:
    exponent = Decimal(number).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def is_temporal(item: Item) -> bool:
    """Whether it is a date or time, or an element that holds one."""
    return isinstance(item, Temporal) or (isinstance(item, Node) and item.type in TEMPORAL)


def _as_temporal(value: Any) -> Temporal | None:
    if isinstance(value, str):
        return parse_temporal(value)
    return value if isinstance(value, Temporal) else None


def _sign(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a Boolean"
    if isinstance(value, str):
        return "a text"
    if is_number(value):
        return "a number"
    if isinstance(value, Temporal):
        return "a time"
    return "a quantity" if isinstance(value, Quantity) else "an element"
