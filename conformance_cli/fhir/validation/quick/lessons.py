"""What the walk teaches: facts that it had nothing to say about.

A rule that looks at a few texts only has nothing to say of the same texts the next time.
So these are kept, for each property whose rules are of that kind: small facts of
terminologies and definitions, which come again and again, never values as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol

Json = Any
#: What is kept of one property, at most.
MOST = 20_000
#: What rules look at in an object, and how many of its properties that are.
Seen = tuple[Hashable, int]


class Lesson(Protocol):
    """Where the walk brings values of a property that it had nothing to say about."""

    def learn(self, value: Json) -> None:
        """Keep what the rules looked at."""


class Values:
    """Values of a primitive type that is bound to a value set, or names a definition."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def learn(self, value: Json) -> None:
        """Keep a text; one that begins with # means something else elsewhere."""
        if type(value) is str and value[:1] != "#":
            make_room(self.known)
            self.known.add(value)


class Objects:
    """Objects of a type whose rules look at a few properties."""

    def __init__(self, seen: Callable[[Mapping[str, Json]], Seen | None]) -> None:
        self.known: dict[Hashable, int] = {}
        self._seen = seen

    def learn(self, value: Json) -> None:
        """Keep what the rules looked at, unless they have to see it again."""
        found = self._seen(value) if type(value) is dict else None
        if found is not None:
            make_room(self.known)
            self.known[found[0]] = found[1]


class Extensions:
    """Extensions of which their URL, and the property that has the value, say enough.

    The walk brings them together with what it knows of their definition (``Rules``).
    """

    def __init__(self, test: Callable[[str], Any]) -> None:
        #: By URL and property: the test of the value.
        self.known: dict[tuple[str, str], Any] = {}
        self._test = test

    def learn(self, value: Json) -> None:
        """Keep the URL of an extension with a value, and where the value is."""
        url = value["url"]
        for key in value:
            if key != "url":
                make_room(self.known)
                self.known[url, key] = self._test(key)


def make_room(known: set[Any] | dict[Any, Any]) -> None:
    """Forget everything where there is too much of it."""
    if len(known) >= MOST:
        known.clear()
