"""What a validator makes of a library once and keeps: shapes, demands, and what rules learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.terminology.protocol import Terminology
from conformance_cli.fhir.validation.contained import check_contained
from conformance_cli.fhir.validation.labels import check_labels
from conformance_cli.fhir.validation.looks import Looks, ResourceRule
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.shape import Shapes

if TYPE_CHECKING:
    from datetime import datetime

    from conformance_cli.fhir.validation.demands import Demands


class PathEngine:
    """The FHIRPath engine of a version of FHIR, as invariants use it."""

    def __init__(self, fhir_version: str, clock: Callable[[], datetime] | None) -> None:
        from conformance_cli.fhir.path.engine import Engine

        self._engine = Engine(fhir_version, clock)
        self._fhir_version = fhir_version

    def shortcut(
        self, expression: str, type_name: str
    ) -> Callable[[Mapping[str, Any]], bool] | None:
        """A quick test that is true only where the expression surely is."""
        from conformance_cli.fhir.path.quick import shortcut
        from conformance_cli.fhir.path.types import type_model

        return shortcut(expression, type_name, type_model(self._fhir_version))

    def shortcuts(
        self, expressions: Iterable[str], type_name: str
    ) -> tuple[Callable[[Mapping[str, Any]], bool] | None, tuple[str, ...]]:
        """One such test for many expressions, and those that it does not cover."""
        from conformance_cli.fhir.path.quick import shortcuts
        from conformance_cli.fhir.path.types import type_model

        return shortcuts(expressions, type_name, type_model(self._fhir_version))

    def holds(self, *arguments: Any) -> bool:
        """Whether an expression is true; see ``Engine.holds``."""
        return self._engine.holds(*arguments)


class Compiled:
    """Definitions ready to walk with; shared by all validations of a validator."""

    def __init__(self, library: Library, options: Options, terminology: Terminology) -> None:
        self.library = library
        self.engine = PathEngine(library.fhir_version, options.clock)
        self.shapes = Shapes(library, self.engine)
        self.memo: dict[Any, Any] = {}
        self.looks = Looks(
            library, options, self.shapes, self.engine, terminology.codes_of, self.resource_rules
        )
        self._rules: dict[str, tuple[ResourceRule, ...]] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}

    def ancestors(self, name: str) -> tuple[str, ...]:
        """A type and the types that it comes from, nearest first."""
        if name not in self._ancestors:
            found: list[str] = []
            current = name
            while current and current not in found:
                found.append(current)
                structure = self.library.type(current)
                base = structure.base if structure else None
                current = base.rpartition("/")[2] if base else ""
            self._ancestors[name] = tuple(found)
        return self._ancestors[name]

    @cached_property
    def demands(self) -> Demands:
        """What profiles ask for, loaded when the first one is met."""
        from conformance_cli.fhir.validation.demands import Demands

        return Demands(self.library, self.shapes, self.engine)

    def resource_rules(self, name: str) -> tuple[ResourceRule, ...]:
        """The rules of a type of resource, loaded when it is first met."""
        rules = self._rules.get(name)
        if rules is None:
            rules = self._rules[name] = _rules(name)
        return rules


def _rules(name: str) -> tuple[ResourceRule, ...]:
    if name == "Bundle":
        from conformance_cli.fhir.validation.bundles import check_bundle
        from conformance_cli.fhir.validation.signatures import check_signature

        return (check_labels, check_bundle, check_signature)
    from conformance_cli.fhir.resources.rules import rules_of

    return (check_labels, check_contained, *rules_of(name))
