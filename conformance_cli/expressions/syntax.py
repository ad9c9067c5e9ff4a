"""The syntax tree of an expression.  Chains are flat, so depth means nesting only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, ``true``, ``false`` or ``null``."""

    value: bool | int | float | str | None
    position: int


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b]``."""

    items: tuple[Node, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the scope."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Step:
    """``.name`` (a text literal as key) or ``[key]``."""

    key: Node
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """A value and the way down from it."""

    root: Node
    steps: tuple[Step, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """``function(a, b)``."""

    function: str
    arguments: tuple[Node, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Term:
    """One operand of a sum with the sign before it."""

    operator: str
    operand: Node
    position: int


@dataclass(frozen=True, slots=True)
class Sum:
    """``a + b - c``, from left to right."""

    first: Node
    terms: tuple[Term, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Negative:
    """``-a``."""

    operand: Node
    position: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``a == b`` and its like; ``in`` and ``not in`` too."""

    operator: str
    left: Node
    right: Node
    position: int


@dataclass(frozen=True, slots=True)
class Not:
    """``not a``."""

    operand: Node
    position: int


@dataclass(frozen=True, slots=True)
class Junction:
    """``a and b and c`` or ``a or b or c``."""

    operator: str
    operands: tuple[Node, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """``then if condition else otherwise``."""

    condition: Node
    then: Node
    otherwise: Node
    position: int


Node = (
    Literal
    | ListOf
    | Name
    | Path
    | Call
    | Sum
    | Negative
    | Comparison
    | Not
    | Junction
    | Conditional
)
