"""What rules may use besides the session: each a Protocol, so that rules can be tested alone."""

from __future__ import annotations

from typing import Any, Protocol

from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.terminology.protocol import Terminology
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.resolution import Resolver
from conformance_cli.fhir.validation.session import Found, Scope
from conformance_cli.fhir.validation.shape import Shapes

Json = Any


class Tools(Protocol):
    """The tools of one validation."""

    @property
    def terminology(self) -> Terminology:
        """Answers about codes."""

    @property
    def path(self) -> Any:
        """The FHIRPath engine."""

    @property
    def resolver(self) -> Resolver:
        """Finds what references in the input point at."""

    @property
    def shapes(self) -> Shapes:
        """The base definitions, as tables."""

    @property
    def memo(self) -> dict[Any, Any]:
        """What rules learnt about definitions; lives as long as the validator."""

    def resolve(self, reference: str, scope: Scope) -> Scope | None:
        """The resource that a reference in a resource points at, if it is at hand."""

    def holds(self, expression: str, node: Node, scope: Scope) -> bool:
        """Whether a FHIRPath expression is true of an element.  Raises ``FhirPathError``."""

    def validate(self, value: Json, url: str, place: Place, scope: Scope) -> list[Found]:
        """What is wrong with a value against a structure; not reported."""
