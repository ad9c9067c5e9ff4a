"""FHIRPath over plain JSON: the types of ``fhirpathpy``, a parser and evaluator of our own.

The evaluator of ``fhirpathpy`` 2.2 does not fit a tool whose verdicts count: it compares
only the first items of two collections, orders FHIR dates by their letters, loses
``$this`` after a nested criterion, evaluates every criterion twice (so nesting costs
exponential time), and keeps its type model and clock in globals; its parser takes
milliseconds for each expression.  Its type models are sound, and are used here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance_cli.fhir.path.evaluation import Evaluator
    from conformance_cli.fhir.path.quick import Shortcut
    from conformance_cli.fhir.path.services import Services
    from conformance_cli.fhir.path.types import Node, TypeModel

Json = Any


class Engine:
    """Evaluates expressions with the types of one FHIR version.

    Results share objects with the resource: whoever takes them must not change them.
    ``clock`` tells the time to ``now()`` and its like; without it they are refused.  The
    evaluation is loaded when something is evaluated first: shortcuts may do without.
    """

    def __init__(self, fhir_version: str, clock: Callable[[], datetime] | None = None) -> None:
        self._fhir_version = fhir_version
        self._clock = clock
        self._evaluator: Evaluator | None = None
        self._model: TypeModel | None = None

    def check(self, expression: str) -> None:
        """Raise ``FhirPathError`` if the expression cannot be read or names no function."""
        self._loaded().check(expression)

    def evaluate(
        self,
        expression: str,
        resource: Json,
        variables: Mapping[str, Json] | None = None,
        services: Services | None = None,
    ) -> list[Json]:
        """The collection that the expression yields, as plain JSON."""
        return self._loaded().evaluate(expression, resource, variables, services)

    def each(self, path: str, condition: str, resource: Json) -> list[tuple[Json, bool]]:
        """The items of a path, each with whether the condition is exactly true of it."""
        return self._loaded().each(path, condition, resource)

    def holds(
        self,
        expression: str,
        focus: Node,
        resource: Node,
        root: Node,
        services: Services | None = None,
    ) -> bool:
        """Whether a constraint of a definition is true of an element.

        ``resource`` is the one that the element stands in, ``root`` the one that contains
        that; empty is not true, and anything else than a Boolean is (FHIR R4, 4.4.6).
        Raises ``FhirPathError`` where the expression cannot be evaluated.
        """
        return self._loaded().holds(expression, focus, resource, root, services)

    def shortcut(self, expression: str, type_name: str) -> Shortcut | None:
        """A quick test over objects of a type; see ``path.quick.shortcut``."""
        from conformance_cli.fhir.path.quick import shortcut

        return shortcut(expression, type_name, self._types())

    def shortcuts(
        self, expressions: Iterable[str], type_name: str
    ) -> tuple[Shortcut | None, tuple[str, ...]]:
        """One quick test for many expressions, and those that it does not cover."""
        from conformance_cli.fhir.path.quick import shortcuts

        return shortcuts(expressions, type_name, self._types())

    def needs(self, expression: str, type_name: str) -> frozenset[str] | None:
        """The keys without which a constraint holds; see ``path.quick.needs``."""
        from conformance_cli.fhir.path.quick import needs

        return needs(expression, type_name, self._types())

    def _types(self) -> TypeModel:
        if self._model is None:
            from conformance_cli.fhir.path.types import type_model

            self._model = type_model(self._fhir_version)
        return self._model

    def _loaded(self) -> Evaluator:
        if self._evaluator is None:
            from conformance_cli.fhir.path.evaluation import Evaluator

            self._evaluator = Evaluator(self._fhir_version, self._clock)
        return self._evaluator
