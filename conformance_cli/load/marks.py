"""Where the parts of a file stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: 1-based line and column.
Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Marks:
    """Where one mapping or list stands, and each of its members."""

    start: Position
    #: Of a member: its key (for a list: its start).
    keys: Mapping[str | int, Position]
    #: Of a mapping's member: the start of its value.
    values: Mapping[str | int, Position]
