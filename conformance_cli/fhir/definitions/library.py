"""What the validator asks of definitions, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from conformance_cli.fhir.definitions.schema import Structure

Json = Any


class Library(Protocol):
    """Finds definitions by canonical URL, which may end in ``|version``.

    Several versions may be loaded; without a version, the newest of the package loaded
    last wins.  Implementations load lazily and keep what they loaded.
    """

    @property
    def fhir_version(self) -> str:
        """E.g. ``4.0.1``."""

    @property
    def has_definitions(self) -> bool:
        """Whether real definitions are at hand, not only shapes: invariants, profiles, bindings."""

    def structure(self, url: str) -> Structure | None:
        """The structure of a profile, extension or type, with a snapshot (made where missing)."""

    def type(self, name: str) -> Structure | None:
        """The base definition of a type, e.g. ``Patient``, ``HumanName``, ``code``."""

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a type is another one, or is derived from it (a Patient is a Resource)."""

    def resource_types(self) -> frozenset[str]:
        """The names of all concrete resource types."""

    def resource(self, url: str, *types: str) -> Mapping[str, Json] | None:
        """A conformance resource as JSON; ``types`` limit what it may be (ValueSet, ...)."""

    def global_profiles(self, type_name: str) -> tuple[str, ...]:
        """Profiles that all resources of a type have to conform to, by guides handed over.

        Guides in published packages, which have versions, have no say: they are often loaded
        for a few definitions, because another guide depends on them.
        """

    def resources(self, type_name: str) -> Iterator[Mapping[str, Json]]:
        """Every conformance resource of a type; slow: for look-ups that no index serves."""
