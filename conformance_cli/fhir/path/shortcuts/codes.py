"""What generated Python knows of an expression.

A condition is the text of a Python expression over the variable of the focus.  The empty
text is the condition that never holds: nothing is known.  Conditions are sound, not
complete: where one holds, the evaluation would yield what it says, without an error.

Here and beside, named tuples stand for dataclasses, which take eight times as long to make:
this is loaded at the start of every validation.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

ALWAYS = "True"
NEVER = ""
#: Begins a least number that is only compared: how many children a variable has.
CHILDREN = "children of "
#: Characters of a condition; beyond that, an expression is left to the evaluation.
MAX_LENGTH = 8000


class Value(Struct, frozen=True):
    """The single value of an expression: Python that yields it where the condition holds."""

    given: str
    code: str
    #: string, number, boolean or time.
    kind: str
    #: What a literal is; ``None`` for all that depends on data.
    literal: str | bool | int | Decimal | None = None


class Bounds(Struct, frozen=True):
    """A whole number that is not looked at closer: Python for the least and the most it is."""

    least: str
    most: str


class Code(Struct, frozen=True):
    """Conditions under which an expression is exactly true, false, empty, or not empty."""

    true: str = NEVER
    false: str = NEVER
    empty: str = NEVER
    some: str = NEVER
    #: Neither an error nor several items: fit to be an operand of ``and``.
    safe: str = NEVER
    #: Whether it never raises an error, whatever the data.
    calm: bool = False
    #: Whether it yields a Boolean or nothing, whatever the data.
    is_boolean: bool = False
    value: Value | None = None
    #: Of the number that it yields.
    bounds: Bounds | None = None
    #: Of how many items it yields.
    size: Bounds | None = None
    items: Items | None = None
    #: The literals of a union of literals.
    literals: tuple[Value, ...] = ()


class Held(Struct, frozen=True):
    """The one object that a path leads to: a variable that holds it where the condition does."""

    given: str
    variable: str


class Items(Struct, frozen=True):
    """All items of a path: Python that yields them as a sequence, and their type."""

    code: str
    type: str
    held: Held | None = None


UNKNOWN = Code()


def both(one: str, other: str) -> str:
    """The condition that two conditions hold."""
    if one == NEVER or other == NEVER:
        return NEVER
    if one in (ALWAYS, other):
        return other
    return one if other == ALWAYS else _bounded(f"({one} and {other})")


def either(one: str, other: str) -> str:
    """The condition that one of two conditions holds."""
    if ALWAYS in (one, other):
        return ALWAYS
    if one in (NEVER, other):
        return other
    return one if other == NEVER else _bounded(f"({one} or {other})")


def boolean(true: str, false: str, safe: str = ALWAYS, empty: str = NEVER) -> Code:
    """An expression that yields a Boolean or nothing."""
    return Code(
        true=true,
        false=false,
        empty=empty,
        some=either(true, false),
        safe=safe or either(true, either(false, empty)),
        calm=safe == ALWAYS,
        is_boolean=True,
    )


def _bounded(condition: str) -> str:
    return condition if len(condition) <= MAX_LENGTH else NEVER
