"""Where functions are made of generated source.

Source is made from our own templates only.  What comes from definitions stands in it as
literals that ``repr`` wrote, or is no part of it at all but a constant with a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Lines = Iterable[str]


class Workshop:
    """A namespace in which generated functions find one another, and their constants."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self._names: dict[str, Any] = {**names, "never": never}
        self._count = 0

    def constant(self, value: object) -> str:
        """A name for an object."""
        name = self._name("c")
        self._names[name] = value
        return name

    def function(self, parameters: str, body: Callable[[], Lines]) -> str:
        """The name of a function, whose body is asked for when it is first called."""
        name = self._name("f")

        def first(*arguments: Any) -> Any:
            self._make(name, parameters, body())
            return self._names[name](*arguments)

        self._names[name] = first
        return name

    def made(self, parameters: str, body: Lines) -> Callable[..., Any]:
        """A function that is made at once."""
        name = self._name("f")
        self._make(name, parameters, body)
        made: Callable[..., Any] = self._names[name]
        return made

    def _make(self, name: str, parameters: str, body: Lines) -> None:
        source = "\n".join([f"def {name}({parameters}):", *indented(body)])
        try:
            # texts of definitions are literals in it, or not part of it at all: see above
            exec(source, self._names)  # noqa: S102
        except (MemoryError, RecursionError, SyntaxError):
            self._names[name] = never

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"


def indented(lines: Lines) -> list[str]:
    """Lines, one step further in."""
    return [f"    {line}" for line in lines]


def never(*_: object) -> bool:
    """The test that is always in doubt."""
    return False
