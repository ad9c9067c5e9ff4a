"""FHIRPath over plain JSON: the types of ``fhirpathpy``, a parser and evaluator of our own.

The evaluator of ``fhirpathpy`` 2.2 does not fit a tool whose verdicts count: it compares
only the first items of two collections, orders FHIR dates by their letters, loses
``$this`` after a nested criterion, evaluates every criterion twice (so nesting costs
exponential time), and keeps its type model and clock in globals; its parser takes
milliseconds for each expression.  Its type models are sound, and are used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.path.comparison import bare
from conformance_cli.fhir.path.compiler import CompileError, compile_tree
from conformance_cli.fhir.path.grammar import syntax_tree
from conformance_cli.fhir.path.runtime import Compiled, EvaluationError, Frame, Items, Run, wrap
from conformance_cli.fhir.path.temporal import Quantity, Temporal
from conformance_cli.fhir.path.types import Node, type_model

Json = Any


class Engine:
    """Evaluates expressions with the types of one FHIR version.

    Results share objects with the resource: whoever takes them must not change them.
    """

    def __init__(self, fhir_version: str) -> None:
        self._fhir_version = fhir_version

    def check(self, expression: str) -> None:
        """Raise ``FhirPathError`` if the expression cannot be read or names no function."""
        _compiled(expression)

    def evaluate(
        self, expression: str, resource: Json, variables: Mapping[str, Json] | None = None
    ) -> list[Json]:
        """The collection that the expression yields, as plain JSON."""
        frame = self._frame(resource, variables)
        items = _evaluated(expression, frame, frame.this)
        return [_plain(item) for item in items if not _only_extra(item)]

    def each(self, path: str, condition: str, resource: Json) -> list[tuple[Json, bool]]:
        """The items of a path, each with whether the condition is exactly true of it."""
        frame = self._frame(resource, None)
        items = _evaluated(path, frame, frame.this)
        _compiled(condition)
        frame.run.spend(len(items))
        return [
            (_plain(item), _is_true(_evaluated(condition, frame.of(item, index), [item])))
            for index, item in enumerate(items)
            if not _only_extra(item)
        ]

    def _frame(self, resource: Json, variables: Mapping[str, Json] | None) -> Frame:
        root = wrap(resource)
        return Frame(Run(root, variables or {}, type_model(self._fhir_version)), root)


def _evaluated(expression: str, frame: Frame, focus: Items) -> Items:
    try:
        return _compiled(expression)(frame, focus)
    except EvaluationError as err:
        raise FhirPathError(expression, str(err)) from err
    except (ArithmeticError, ValueError) as err:
        raise FhirPathError(expression, f"a value is out of range: {err}") from err
    except RecursionError as err:
        raise FhirPathError(expression, "it nests too deep") from err


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Compiled:
    tree = syntax_tree(expression)
    try:
        (root,) = tree["children"]
        return compile_tree(root)
    except CompileError as err:
        raise FhirPathError(expression, str(err)) from err
    except RecursionError:
        raise FhirPathError(expression, "nests too deep") from None


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
