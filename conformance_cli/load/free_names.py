"""The names of a template or expression: those it needs, and those it can do without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Names:
    """Names as root and first element, e.g. ``fixture.patient-1``."""

    needed: frozenset[str]
    #: Only ever the first argument of ``default()``, which may be missing.
    guarded: frozenset[str]


@lru_cache(maxsize=4096)
def template_names(text: str) -> Names:
    """The names of a text with ``${...}`` in it.  ``ExpressionError`` if it is broken."""
    from conformance_cli.expressions import expressions_in

    return _split([expression.tree for expression in expressions_in(text)])


@lru_cache(maxsize=4096)
def expression_names(source: str) -> Names:
    """The names of a bare expression.  ``ExpressionError`` if it is broken."""
    from conformance_cli.expressions import parse

    return _split([parse(source).tree])


def _split(trees: list[Any]) -> Names:
    from conformance_cli.expressions.names import names_of

    everything = frozenset(name for tree in trees for name in names_of(tree))
    needed = frozenset(
        name for tree in trees for part in _outside_default(tree) for name in names_of(part)
    )
    return Names(needed, everything - needed)


def _outside_default(node: Any) -> Iterator[Any]:
    """The largest parts of a tree that hold no ``default()``, and its second arguments."""
    from conformance_cli.expressions.syntax import Call

    if not _holds_default(node):
        yield node
    elif isinstance(node, Call) and node.function == "default":
        yield from _outside_default(node.arguments[1])
    else:
        for child in _children(node):
            yield from _outside_default(child)


def _holds_default(node: Any) -> bool:
    from conformance_cli.expressions.syntax import Call

    if isinstance(node, Call) and node.function == "default":
        return True
    return any(_holds_default(child) for child in _children(node))


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        yield from node
    elif hasattr(node, "__dataclass_fields__"):
        yield from (getattr(node, field.name) for field in fields(node))
