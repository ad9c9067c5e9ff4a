"""FHIRPath as the rest of the product sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Json = Any


class FhirPath(Protocol):
    """Evaluates FHIRPath expressions over plain JSON."""

    def evaluate(
        self, expression: str, resource: Json, variables: Mapping[str, Json] | None = None
    ) -> list[Json]:
        """The collection that an expression yields, as plain JSON values.

        ``variables`` are available as ``%name``.  Raises ``FhirPathError``.
        """

    def each(self, path: str, condition: str, resource: Json) -> list[tuple[Json, bool]]:
        """The items of a path, each with whether the condition is exactly true of it.

        In the condition, ``$this`` is the item and ``$index`` its place.  Raises
        ``FhirPathError``.
        """

    def check(self, expression: str) -> None:
        """Raise ``FhirPathError`` if the expression has a syntax error."""


def default_fhirpath(fhir_version: str = "4.0.1") -> FhirPath:
    """The evaluator for resources of a FHIR version, e.g. ``3.0.2``, ``4.0.1``, ``5.0.0``."""
    from conformance_cli.fhir.path.engine import Engine

    return Engine(fhir_version)
