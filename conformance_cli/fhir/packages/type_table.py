"""The FHIR types that packages define, and what they derive from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from conformance_cli.fhir.packages.canonical import canonical
from conformance_cli.fhir.packages.package import Package, TypeEntry

#: Longer chains of base definitions are circles.
_LONGEST_CHAIN = 32


class Where(Struct, frozen=True):
    """The definition of a type, and the position of its package."""

    package: int
    entry: TypeEntry


class TypeTable:
    """The types of several packages, the last of which has the say; built when asked for."""

    def __init__(self, packages: Sequence[Package]) -> None:
        self._packages = packages
        self._ancestors: dict[str, frozenset[str]] = {}

    @cached_property
    def _types(self) -> Mapping[str, Where]:
        return {
            name: Where(position, entry)
            for position, package in enumerate(self._packages)
            for name, entry in package.types().items()
            # a profile that calls itself a specialization of its own type defines no type
            if not (entry.base or "").endswith(f"/{name}")
        }

    @cached_property
    def resources(self) -> frozenset[str]:
        """The names of all concrete resource types."""
        return frozenset(
            name
            for name, where in self._types.items()
            if where.entry.kind == "resource" and not where.entry.abstract
        )

    def find(self, name: str) -> Where | None:
        """Where a type is defined."""
        return self._types.get(name)

    def ancestors(self, name: str) -> frozenset[str]:
        """All types that a type derives from."""
        found = self._ancestors.get(name)
        if found is None:
            if name not in self._types:
                return frozenset()
            found = self._ancestors[name] = frozenset(self._chain(name))
        return found

    def _chain(self, name: str) -> list[str]:
        chain: list[str] = []
        where = self._types.get(name)
        while where is not None and where.entry.base and len(chain) < _LONGEST_CHAIN:
            chain.append(canonical(where.entry.base).url.rpartition("/")[2])
            where = self._types.get(chain[-1])
        return chain
