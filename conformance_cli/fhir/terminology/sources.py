"""Where value sets and code systems are looked up: beside the asker first, then the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.terminology.concepts import Concepts
from conformance_cli.fhir.terminology.implicit import implicit_value_set
from conformance_cli.fhir.terminology.reading import canonical, text

Json = Any


class Edition(Struct, frozen=True):
    """A code system as it was found; ``is_exact`` unless another version had been asked for."""

    concepts: Concepts
    is_exact: bool


#: How many look-ups are remembered before those that found nothing are forgotten.
_MOST: Final = 20_000


class Sources:
    """Finds resources of a library; keeps value sets and the indexes of code systems."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._value_sets: dict[str, Mapping[str, Json] | None] = {}
        self._editions: dict[tuple[str, str | None], Edition | None] = {}

    def value_set(self, reference: str) -> Mapping[str, Json] | None:
        """A value set by canonical URL, defined by a resource or by the URL itself."""
        if reference not in self._value_sets:
            found = self._library.resource(reference, "ValueSet")
            if found is None:
                found = implicit_value_set(canonical(reference)[0])
            _make_room(self._value_sets)
            self._value_sets[reference] = found
        return self._value_sets[reference]

    def edition(self, system: str, version: str | None) -> Edition | None:
        """A code system; where the version is not loaded, the one that is."""
        key = (system, version)
        try:
            return self._editions[key]
        except KeyError:
            found = self._find(system, version)
            # what was not found, or not exactly, may come from the data, and without end
            if found is None or not found.is_exact:
                _make_room(self._editions)
            self._editions[key] = found
            return found

    def _find(self, system: str, version: str | None) -> Edition | None:
        if version is None or version == "*":
            resource = self._library.resource(system, "CodeSystem")
            return None if resource is None else Edition(Concepts(resource), is_exact=True)
        exact = self._library.resource(f"{system}|{version}", "CodeSystem")
        if exact is not None and text(exact.get("version")) == version:
            return Edition(Concepts(exact), is_exact=True)
        other = self.edition(system, None)
        if other is None:
            return None
        # a version may be given in part, as 2.9 for 2.9.1
        is_exact = (other.concepts.version or "").startswith(version + ".")
        return Edition(other.concepts, is_exact)


class Beside(Sources):
    """Sources with some resources put in front, such as those contained in the same resource."""

    def __init__(self, behind: Sources, resources: Sequence[Mapping[str, Json]]) -> None:
        self._behind = behind
        self._own = _named(resources)

    def value_set(self, reference: str) -> Mapping[str, Json] | None:
        """A value set by ``#id``, or by URL here or behind."""
        own = self._own.get(("ValueSet", canonical(reference)[0]))
        return own if own is not None else self._behind.value_set(reference)

    def edition(self, system: str, version: str | None) -> Edition | None:
        """A code system by ``#id``, or by URL here or behind."""
        own = self._own.get(("CodeSystem", system))
        if own is None or version not in (None, text(own.get("version"))):
            return self._behind.edition(system, version)
        return Edition(Concepts(own), is_exact=True)


def _make_room(kept: dict[Any, Any]) -> None:
    """Forget what can be found again cheaply, once there is much of it."""
    if len(kept) >= _MOST:
        for key in [key for key, found in kept.items() if not _is_costly(found)]:
            del kept[key]


def _is_costly(found: object) -> bool:
    return isinstance(found, Edition) and found.is_exact


def _named(resources: Iterable[Mapping[str, Json]]) -> dict[tuple[str, str], Mapping[str, Json]]:
    found: dict[tuple[str, str], Mapping[str, Json]] = {}
    for resource in resources:
        kind, name = text(resource.get("resourceType")), text(resource.get("id"))
        url = text(resource.get("url"))
        for key in (url, f"#{name}" if name else None):
            if kind and key:
                found.setdefault((kind, key), resource)
    return found
