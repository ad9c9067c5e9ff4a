"""What expressions may ask of the world outside the resource."""

from __future__ import annotations

from typing import Any, Protocol

from conformance_cli.fhir.path.types import Node

Json = Any


class Services(Protocol):
    """Answers for the functions that FHIR adds to FHIRPath (FHIR R4, 2.9.1.5)."""

    def resolve(self, reference: str, at: Node) -> Json | None:
        """The resource that a reference, or a canonical URL, leads to, if it is at hand.

        ``at`` is the Reference, or the primitive that holds the text.
        """

    def member_of(self, value: Json, type_name: str, value_set: str) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set; ``None``: not known."""

    def conforms_to(self, value: Json, url: str) -> bool | None:
        """Whether a value conforms to a structure; ``None`` where there is no such structure."""

    def trace(self, name: str, items: list[Json]) -> None:
        """Hear of a collection that the author of an expression wants to see."""
