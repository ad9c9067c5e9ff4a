"""Every diagnostic code in the source, found by reading it and not by running it.

A code is what stands first in ``SomeError.of(...)``, ``Diagnostic(...)`` or
``problems.add(...)``.  Where that is a parameter, its callers are looked at; where it is
text with a parameter in it, both.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import conformance_cli

SOURCE = Path(conformance_cli.__file__).parent
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Use:
    """A place where a diagnostic gets its code."""

    place: str
    #: Empty where reading cannot tell.
    codes: frozenset[str]


@dataclass(frozen=True)
class _Call:
    node: ast.Call
    function: Function | None
    file: Path

    @property
    def name(self) -> str:
        target = self.node.func
        if isinstance(target, ast.Attribute):
            return target.attr
        return target.id if isinstance(target, ast.Name) else ""


class Source:
    """The calls of a source tree, by the name of what is called."""

    def __init__(self, folder: Path = SOURCE) -> None:
        self._folder = folder
        self._by_name: dict[str, list[_Call]] = defaultdict(list)
        for file in sorted(folder.rglob("*.py")):
            if "fhir" in file.relative_to(folder).parts[:1]:
                continue  # it knows no diagnostics: its errors become some in ``cli``
            for call in _calls(file):
                self._by_name[call.name].append(call)

    def uses(self) -> Iterator[Use]:
        """Every place where a diagnostic is made, with the codes that it can have."""
        for call in itertools.chain(*self._by_name.values()):
            if _makes_diagnostic(call):
                position = 3 if call.name == "Flaw" else 0
                expression = next(
                    (k.value for k in call.node.keywords if k.arg == "code"),
                    call.node.args[position] if len(call.node.args) > position else None,
                )
                codes = self._texts(expression, call) if expression is not None else set()
                place = f"{call.file.relative_to(self._folder.parent)}:{call.node.lineno}"
                yield Use(place, frozenset(code for code in codes if CODE.fullmatch(code)))

    def _texts(self, expression: ast.expr, call: _Call) -> set[str]:
        """What an expression can be, as far as reading tells."""
        if isinstance(expression, ast.Constant):
            return {str(expression.value)}
        if isinstance(expression, ast.IfExp):
            return self._texts(expression.body, call) | self._texts(expression.orelse, call)
        if isinstance(expression, ast.FormattedValue):
            return self._texts(expression.value, call)
        if isinstance(expression, ast.JoinedStr):
            parts = [sorted(self._texts(part, call)) for part in expression.values]
            return {"".join(combined) for combined in itertools.product(*parts)}
        if isinstance(expression, ast.Name) and call.function is not None:
            return self._of_name(expression.id, call.function, call.file, call)
        return set()

    def _of_name(self, name: str, function: Function, file: Path, call: _Call) -> set[str]:
        """What a name can hold: as a variable of its function, or as a parameter."""
        texts = {t for value in _assigned(function, name) for t in self._texts(value, call)}
        parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        texts |= {t for value in _defaults(function, name) for t in self._texts(value, call)}
        if name in parameters or name in [a.arg for a in function.args.kwonlyargs]:
            method = parameters[:1] in (["self"], ["cls"])
            position = parameters.index(name) - method if name in parameters else None
            for caller in self._by_name[function.name]:
                if function.name.startswith("_") and caller.file != file:
                    continue
                node = caller.node
                values = [k.value for k in node.keywords if k.arg == name]
                if position is not None:
                    values += node.args[position : position + 1]
                for value in values:
                    if caller.function is not function:
                        texts |= self._texts(value, caller)
        return texts


def _calls(file: Path) -> Iterator[_Call]:
    def walk(node: ast.AST, function: Function | None) -> Iterator[_Call]:
        for child in ast.iter_child_nodes(node):
            inner = child if isinstance(child, Function) else function
            if isinstance(child, ast.Call):
                yield _Call(child, function, file)
            yield from walk(child, inner)

    yield from walk(ast.parse(file.read_text(encoding="utf-8")), None)


def _makes_diagnostic(call: _Call) -> bool:
    target, arguments = call.node.func, call.node.args
    if call.function is not None and (call.function.name, call.name) in (
        ("of", "Diagnostic"),
        ("add", "Diagnostic"),
    ):
        return False  # the shorthands themselves; their callers are what counts
    if isinstance(target, ast.Name):
        return target.id in ("Diagnostic", "Flaw")
    if not isinstance(target, ast.Attribute):
        return False
    owner = target.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    if target.attr == "add":
        return len(arguments) >= 2 and "problems" in name
    return target.attr == "of" and (name.endswith("Error") or name in ("cls", "kind"))


def _assigned(function: Function, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _paired(target, node.value, name)
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple | ast.List):
            for value in node.iter.elts:
                yield from _paired(node.target, value, name)


def _defaults(function: Function, name: str) -> Iterator[ast.expr]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    pairs = zip(reversed(positional), reversed(given.defaults), strict=False)
    keyword_only = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    for parameter, default in (*pairs, *keyword_only):
        if parameter.arg == name and default is not None:
            yield default


def _paired(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for inner, item in zip(target.elts, value.elts, strict=False):
            yield from _paired(inner, item, name)
