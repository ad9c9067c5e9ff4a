"""What reading a resource yields: its data, what was wrong, and where things stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from conformance_cli.fhir.outcome.issue import Issue
from conformance_cli.fhir.outcome.message import Message, fatal
from conformance_cli.fhir.validation.place import Place, Pointer

Json = Any
#: Line and column, both counted from one.
Position = tuple[int, int]

#: No text of more bytes is read.
MAX_BYTES = 512 * 1024 * 1024
#: How deep objects and arrays (in XML: elements) may nest.  Legitimate resources stay far
#: below; what comes after reading may recurse.
MAX_DEPTH = 128

TOO_LARGE = fatal(
    "source-too-large",
    "too-long",
    "The text has {size} bytes; at most {limit} are read",
    "Reading is bounded, so that no input can exhaust the machine.",
)
TOO_DEEP = fatal(
    "source-too-deep",
    "too-costly",
    "The text nests more than {limit} levels deep",
    "Reading is bounded, so that no input can exhaust the machine.",
)


class Problem(Struct, frozen=True):
    """Something wrong with a text, at a place in the resource (the root, if there is none)."""

    message: Message
    place: Place
    position: Position | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def pointer(self) -> Pointer:
        """Keys and positions from the outermost resource."""
        return self.place.pointer

    def issue(self) -> Issue:
        """The problem as an issue, with its own line and column."""
        line, column = self.position or (None, None)
        message = self.message
        expression = self.place.expression
        return Issue(
            message.severity,
            message.code,
            message.id,
            message.text.format(**self.values),
            "" if expression == NOWHERE else expression,
            line,
            column,
        )


#: What the root is called as long as no type of resource is known.
NOWHERE = "$"


class Reading(Struct, frozen=True):
    """A text that was read.

    ``resource`` is ``None`` where nothing could be made of the text; then ``problems`` has
    a fatal one.  ``position`` says where the element that a pointer leads to begins: the
    key of a property, an item of an array; where there is no such element, the nearest
    one around it.
    """

    resource: dict[str, Json] | None
    problems: tuple[Problem, ...]
    position: Callable[[Pointer], Position | None]


def unread(problem: Problem, *others: Problem) -> Reading:
    """A reading of which nothing came but problems."""
    at = problem.position
    return Reading(None, (*others, problem), lambda _: at)


class Lines:
    """Turns offsets into a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        found = text.find("\n")
        while found >= 0:
            self._starts.append(found + 1)
            found = text.find("\n", found + 1)

    def at(self, offset: int) -> Position:
        """Line and column of a character, counted from one."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
