"""What a module imports and calls, read with ``ast``: nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "conformance_cli"
ROOT = Path(__file__).parents[2] / PACKAGE


@dataclass(frozen=True)
class Source:
    """A module of the package: its dotted name and its text."""

    name: str
    text: str
    #: Whether it is the ``__init__`` of a package; decides what ``from . import`` means.
    package: bool = False

    @property
    def layer(self) -> str:
        """``model``, ``cli`` ...; empty for the modules beside the layers."""
        parts = self.name.split(".")
        inner = len(parts) > 2 or (self.package and len(parts) == 2)
        return parts[1] if inner else ""

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of all that is imported, wherever: in functions too."""
        for node in ast.walk(ast.parse(self.text)):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._resolved(node)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Call) and _called(node) in _IMPORTERS:
                yield from ((node.lineno, name) for name in _texts(node))

    def calls(self) -> Iterator[tuple[int, str]]:
        """Line and full name of what is called, or handed on to be called.

        Local names are followed to what they were imported as, so ``dt.now`` after
        ``from datetime import datetime as dt`` is ``datetime.datetime.now``.
        """
        tree = ast.parse(self.text)
        known = dict(_local_names(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                name = _dotted(node)
                head, dot, rest = name.partition(".")
                yield node.lineno, known.get(head, head) + dot + rest

    def _resolved(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        here = parts[: len(parts) - node.level + self.package]
        return ".".join([*here, *([node.module] if node.module else [])])


def modules() -> list[Source]:
    """Every module of the package."""
    return [_source(path) for path in sorted(ROOT.rglob("*.py")) if "_data" not in path.parts]


def _source(path: Path) -> Source:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    package = parts[-1] == "__init__"
    return Source(".".join(parts[:-1] if package else parts), path.read_text("utf-8"), package)


_IMPORTERS = frozenset({"import_module", "importlib.import_module", "__import__"})


def _called(node: ast.Call) -> str:
    return _dotted(node.func)


def _texts(node: ast.Call) -> Iterator[str]:
    for argument in node.args[:1]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def _dotted(node: ast.AST) -> str:
    """``a.b.c`` of an attribute chain; empty where it does not begin with a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def _local_names(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    yield alias.asname, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
