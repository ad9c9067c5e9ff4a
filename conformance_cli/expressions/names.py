"""Which names an expression uses, found without evaluating it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from conformance_cli.expressions.syntax import Literal, Name, Node, Path


def names_of(tree: Node) -> frozenset[str]:
    """Every name used, as root and first element: ``fixture.patient-1``, ``now``."""
    return frozenset(_walk(tree))


def _walk(node: Any) -> Iterator[str]:
    if isinstance(node, tuple):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, Path):
        yield from _path(node)
    elif isinstance(node, Name):
        yield node.name
    elif hasattr(node, "__dataclass_fields__"):
        for field in fields(node):
            yield from _walk(getattr(node, field.name))


def _path(node: Path) -> Iterator[str]:
    first = node.steps[0].key
    if isinstance(node.root, Name) and isinstance(first, Literal) and isinstance(first.value, str):
        yield f"{node.root.name}.{first.value}"
        yield from _walk(node.steps[1:])
    else:
        yield from _walk(node.root)
        yield from _walk(node.steps)
