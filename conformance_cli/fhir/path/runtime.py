"""What an evaluation carries with it, and what compiled expressions are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from conformance_cli.fhir.path.comparison import bare, is_number
from conformance_cli.fhir.path.types import Node, TypeModel

if TYPE_CHECKING:
    from conformance_cli.fhir.path.services import Services

Json = Any
Item = Any
Items = list[Any]

#: How many items all operations of one evaluation may look at.
MAX_WORK = 2_000_000
#: Characters of any text that an evaluation makes (1 MiB).
MAX_TEXT = 1 << 20


class EvaluationError(Exception):
    """Something that FHIRPath calls an error while it evaluates."""


@dataclass(slots=True)
class Run:
    """One evaluation: its input, its variables, and how much work it did."""

    #: What ``%context`` is: the input.
    root: Items
    variables: Mapping[str, Json]
    model: TypeModel
    #: ``%resource`` and ``%rootResource``.
    resource: Items
    root_resource: Items
    services: Services | None = None
    #: The time that ``now()`` and ``today()`` tell; ``None`` where they must not.
    now: datetime | None = None
    #: Whether ``as`` is taken as definitions before R5 mean it: it may be used on several
    #: items, and ``as String`` keeps FHIR's strings.
    casts_loosely: bool = False
    work: int = 0

    def spend(self, items: int) -> None:
        """Count work, and stop where an expression never comes to an end."""
        self.work += items + 1
        if self.work > MAX_WORK:
            raise EvaluationError("it takes too much work")

    def paid(self, items: Items) -> Items:
        """The result of an operation, with the text that it made counted as work."""
        if len(items) == 1 and isinstance(items[0], str):
            self.spend(len(items[0]) >> 4)
        return items


@dataclass(slots=True)  # not frozen: one is made for every item, and that takes twice as long
class Frame:
    """What ``$this``, ``$index`` and ``$total`` mean at some place."""

    run: Run
    this: Items
    index: Items = field(default_factory=list)
    total: Items = field(default_factory=list)
    #: What ``defineVariable()`` has named so far; ``None`` before the first.
    names: dict[str, Items] | None = None

    def of(self, item: Item, index: int) -> Frame:
        """The frame in which a criterion looks at one item."""
        return Frame(self.run, [item], [index], self.total, self.names)

    def fork(self) -> Frame:
        """The frame of an operand or argument, which may name variables of its own."""
        return Frame(self.run, self.this, self.index, self.total, dict(self.names or {}))


#: A compiled expression: a frame and an input collection to a collection.
Compiled = Callable[[Frame, Items], Items]


def single(items: Items, what: str = "one value") -> Item:
    """The only item, or ``None``.  An error where there are several."""
    if len(items) > 1:
        raise EvaluationError(f"{what} is needed, and there are {len(items)}")
    return items[0] if items else None


def boolean(items: Items) -> bool | None:
    """What a collection means as a condition; one item that is no Boolean means true."""
    if len(items) == 1 and (items[0] is True or items[0] is False):
        return items[0]
    value = bare(single(items, "one Boolean"))
    if value is None:
        return None
    return value if isinstance(value, bool) else True


def text(items: Items) -> str | None:
    """The only text, or ``None``.  An error where it is something else."""
    value = bare(single(items, "one text"))
    if value is None or isinstance(value, str):
        return value
    raise EvaluationError(f"a text is needed, not {_shown(value)}")


def integer(items: Items) -> int | None:
    """The only integer, or ``None``.  An error where it is something else."""
    value = bare(single(items, "one integer"))
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise EvaluationError(f"an integer is needed, not {_shown(value)}")


def number(items: Items) -> Any:
    """The only number, or ``None``.  An error where it is something else."""
    value = bare(single(items, "one number"))
    if value is None or is_number(value):
        return value
    raise EvaluationError(f"a number is needed, not {_shown(value)}")


def of(value: Any) -> Items:
    """A collection of one value, or of none where it is ``None``."""
    return [] if value is None else [value]


def wrap(value: Json, type_name: str = "") -> Items:
    """JSON from outside as a collection of nodes."""
    if value is None:
        return []
    if isinstance(value, list):
        return [item for part in value for item in wrap(part, type_name)]
    if isinstance(value, Mapping):
        kind = value.get("resourceType")
        return [Node(value, kind if isinstance(kind, str) else type_name)]
    return [Node(value, type_name)] if type_name else [bare(value)]


def _shown(value: Any) -> str:
    return f"{value!r:.40}" if not isinstance(value, Mapping | list) else "an element"
