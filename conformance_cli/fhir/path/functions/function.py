"""What a function of FHIRPath is to the compiler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance_cli.fhir.path.runtime import Items


@dataclass(frozen=True, slots=True)
class Function:
    """A function: called with a frame, the input collection, and its arguments.

    Arguments are collections; a lazy function takes them compiled, to evaluate them for
    each item; one that takes a type is given its name.
    """

    run: Callable[..., Items]
    fewest: int = 0
    most: int = 0
    lazy: bool = False
    takes_type: bool = False
    #: Its arguments are keys to sort by: a minus before one turns the order round.
    takes_keys: bool = False


def plain(run: Callable[..., Items], fewest: int = 0, most: int | None = None) -> Function:
    """A function of evaluated arguments."""
    return Function(run, fewest, fewest if most is None else most)


def lazy(run: Callable[..., Items], fewest: int = 1, most: int | None = None) -> Function:
    """A function that evaluates its arguments itself."""
    return Function(run, fewest, fewest if most is None else most, lazy=True)


def typed(run: Callable[..., Items]) -> Function:
    """A function whose argument is the name of a type."""
    return Function(run, 1, 1, takes_type=True)
