"""Evaluates compiled expressions: for packs, for constraints, item by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.path.comparison import bare
from conformance_cli.fhir.path.compiler import CompileError, compile_tree, mark_definitions
from conformance_cli.fhir.path.errata import meant
from conformance_cli.fhir.path.functions import CLOCKS
from conformance_cli.fhir.path.grammar import Node as Tree
from conformance_cli.fhir.path.grammar import syntax_tree
from conformance_cli.fhir.path.quantities import Quantity
from conformance_cli.fhir.path.runtime import Compiled, EvaluationError, Frame, Items, Run, wrap
from conformance_cli.fhir.path.services import Services
from conformance_cli.fhir.path.temporal import Temporal
from conformance_cli.fhir.path.types import Node, type_model

Json = Any


@dataclass(frozen=True, slots=True)
class _Expression:
    run: Compiled
    #: The functions in it that tell the time.
    clocks: tuple[str, ...]


class Evaluator:
    """The evaluation behind an ``Engine``, with everything that it takes to load."""

    def __init__(self, fhir_version: str, clock: Callable[[], datetime] | None = None) -> None:
        self._model = type_model(fhir_version)
        self._clock = clock
        self._is_lenient = fhir_version.partition(".")[0] in ("1", "3", "4")

    def check(self, expression: str) -> None:
        """See ``Engine.check``."""
        self._allowed(expression)

    def evaluate(
        self,
        expression: str,
        resource: Json,
        variables: Mapping[str, Json] | None = None,
        services: Services | None = None,
    ) -> list[Json]:
        """See ``Engine.evaluate``."""
        frame = self._frame(expression, resource, variables, services)
        items = _evaluated(expression, frame, frame.this)
        return [_plain(item) for item in items if not _only_extra(item)]

    def each(self, path: str, condition: str, resource: Json) -> list[tuple[Json, bool]]:
        """See ``Engine.each``."""
        frame = self._frame(path, resource, None, None)
        frame.run.now = frame.run.now or self._allowed(condition)
        items = _evaluated(path, frame, frame.this)
        frame.run.spend(len(items))
        return [
            (_plain(item), _is_true(_evaluated(condition, frame.of(item, index), [item])))
            for index, item in enumerate(items)
            if not _only_extra(item)
        ]

    def holds(
        self,
        expression: str,
        focus: Node,
        resource: Node,
        root: Node,
        services: Services | None = None,
    ) -> bool:
        """See ``Engine.holds``."""
        expression = meant(expression)
        now = self._allowed(expression)
        this = [focus]
        run = Run(
            root=this,
            variables={},
            model=self._model,
            resource=[resource],
            root_resource=[root],
            services=services,
            now=now,
            casts_loosely=self._is_lenient,
        )
        items = _evaluated(expression, Frame(run, this), this)
        if len(items) == 1:
            value = bare(items[0])
            return value if isinstance(value, bool) else value is not None
        return bool(items)

    def _frame(
        self,
        expression: str,
        resource: Json,
        variables: Mapping[str, Json] | None,
        services: Services | None,
    ) -> Frame:
        now, root = self._allowed(expression), wrap(resource)
        return Frame(Run(root, variables or {}, self._model, root, root, services, now), root)

    def _allowed(self, expression: str) -> datetime | None:
        """The time, for an expression that asks for it, and may."""
        clocks = _compiled(expression).clocks
        if not clocks:
            return None
        if self._clock is None:
            name = clocks[0]
            raise FhirPathError(expression, f"{name}() would read the clock; {CLOCKS[name]}")
        return self._clock()


def check(expression: str) -> None:
    """Raise ``FhirPathError`` if an expression cannot be read or names no function."""
    _compiled(expression)


def _evaluated(expression: str, frame: Frame, focus: Items) -> Items:
    try:
        return _compiled(expression).run(frame, focus)
    except EvaluationError as err:
        raise FhirPathError(expression, str(err)) from err
    except (ArithmeticError, ValueError) as err:
        raise FhirPathError(expression, f"a value is out of range: {err}") from err
    except RecursionError as err:
        raise FhirPathError(expression, "it nests too deep") from err


@lru_cache(maxsize=2048)
def _compiled(expression: str) -> _Expression:
    try:
        (root,) = syntax_tree(expression)["children"]
        if "defineVariable" in expression:
            mark_definitions(root)
        return _Expression(compile_tree(root), _clocks_in(expression, root))
    except CompileError as err:
        raise FhirPathError(expression, str(err)) from err
    except RecursionError:
        raise FhirPathError(expression, "nests too deep") from None


def _clocks_in(expression: str, tree: Tree) -> tuple[str, ...]:
    if not any(name in expression for name in CLOCKS):
        return ()
    found: list[str] = []
    open_ = [tree]
    while open_:
        node = open_.pop()
        children = node.get("children", ())
        open_.extend(children)
        if node["type"] == "Functn" and (name := children[0]["text"].strip("`")) in CLOCKS:
            found.append(name)
    return tuple(found)


def _is_true(items: Items) -> bool:
    return len(items) == 1 and bare(items[0]) is True


def _only_extra(item: Any) -> bool:
    """A primitive without a value, of which there are only extensions."""
    return isinstance(item, Node) and item.data is None


def _plain(item: Any) -> Json:
    value = item.data if isinstance(item, Node) else item
    if isinstance(value, Decimal):
        whole = abs(value) < 10**15 and value == value.to_integral_value()
        return int(value) if whole else float(value)
    if isinstance(value, Temporal):
        return value.text
    if isinstance(value, Quantity):
        return {"value": _plain(value.value), "unit": value.unit}
    return value
