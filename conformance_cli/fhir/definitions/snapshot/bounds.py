"""How large a snapshot may grow: hostile differentials would multiply elements without end."""

from __future__ import annotations

#: The snapshots of the largest profiles in use have some thousands of elements.
MOST_ELEMENTS = 50_000


class TooLargeError(Exception):
    """A snapshot would go beyond all bounds."""


class Count:
    """Counts elements, and stops at too many."""

    def __init__(self) -> None:
        self._left = MOST_ELEMENTS

    def add(self, more: int = 1) -> None:
        """Count some elements.

        Raises:
            TooLargeError: there are too many.

        """
        self._left -= more
        if self._left < 0:
            raise TooLargeError
