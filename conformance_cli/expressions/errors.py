"""What can be wrong with an expression."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ExpressionError(Exception):
    """An expression that cannot be read or does not make sense with the values at hand.

    ``position`` is the 0-based offset into ``source``.  ``candidates`` are the names that
    would have been right at this place, nearest first, and at most three.
    """

    def __init__(
        self,
        message: str,
        position: int = 0,
        *,
        source: str = "",
        candidates: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.source = source
        self.candidates = candidates

    @property
    def hint(self) -> str:
        """``did you mean "x"?``, or nothing."""
        return f'did you mean "{self.candidates[0]}"?' if self.candidates else ""

    def __str__(self) -> str:
        place = f" at {self.position + 1} of ${{{shortened(self.source)}}}" if self.source else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.message}{place}{hint}"


class MissingValue(ExpressionError):  # noqa: N818 - it is often expected, see default()
    """A name, element or index that is not there.  ``default(x, y)`` guards against it."""

    def __init__(
        self,
        message: str,
        position: int = 0,
        *,
        name: str,
        source: str = "",
        candidates: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, position, source=source, candidates=candidates)
        self.name = name


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known names most like this one, best first."""
    choices = {k.lower(): k for k in known if len(k) <= 100}
    return tuple(choices[c] for c in get_close_matches(name[:100].lower(), choices, n=3))


def shortened(source: str, width: int = 120) -> str:
    """A source text cut to what fits into a message."""
    return source if len(source) <= width else source[: width - 3] + "..."
