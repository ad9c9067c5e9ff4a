"""All codes of a value set, where they are few and surely known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from conformance_cli.fhir.terminology.membership import (
    Membership,
    expansion_codes,
    is_whole_expansion,
)
from conformance_cli.fhir.terminology.protocol import Standing
from conformance_cli.fhir.terminology.reading import canonical, items, part, text, texts
from conformance_cli.fhir.terminology.sources import Sources

Json = Any
#: A system and one of its codes.
_Pair = tuple[str, str]

#: More codes than this are not listed; membership is then told code by code.
MOST: Final = 5000
_DEEPEST: Final = 25


class Expansion:
    """Lists value sets: candidates of each include, held against the whole definition."""

    def __init__(self, sources: Sources, membership: Membership) -> None:
        self._sources = sources
        self._membership = membership

    def of(self, value_set: Mapping[str, Json]) -> frozenset[_Pair] | None:
        """Every code, or ``None`` where that cannot be told or would be too long."""
        candidates = self._candidates(value_set, ())
        if candidates is None:
            return _known(expansion_codes(value_set)) if is_whole_expansion(value_set) else None
        kept: set[_Pair] = set()
        for system, code in candidates:
            ruling = self._membership.ruling(system, None, code, value_set)
            if ruling.standing is Standing.UNKNOWN:
                return None
            if ruling.standing is Standing.VALID:
                kept.add((system, code))
        return frozenset(kept)

    def _candidates(
        self, value_set: Mapping[str, Json], trail: tuple[str, ...]
    ) -> frozenset[_Pair] | None:
        """At least every code that the value set has."""
        found: set[_Pair] = set()
        parts = items(part(value_set, "compose").get("include"))
        for one in parts:
            added = self._of_include(one, trail)
            if added is None or len(found) + len(added) > MOST:
                return None
            found |= added
        return frozenset(found) if parts else None

    def _of_include(
        self, one: Mapping[str, Json], trail: tuple[str, ...]
    ) -> frozenset[_Pair] | None:
        system, version = canonical(text(one.get("system")) or "")
        if system:
            return self._of_system(system, text(one.get("version")) or version, one)
        # those of the first import have all that the others share with it
        for reference in texts(one.get("valueSet"))[:1]:
            return self._of_import(reference, trail)
        return None

    def _of_import(self, reference: str, trail: tuple[str, ...]) -> frozenset[_Pair] | None:
        if reference in trail:
            return frozenset()
        value_set = self._sources.value_set(reference) if len(trail) < _DEEPEST else None
        if value_set is None:
            return None
        candidates = self._candidates(value_set, (*trail, reference))
        if candidates is None and is_whole_expansion(value_set):
            return _known(expansion_codes(value_set))
        return candidates

    def _of_system(
        self, system: str, version: str | None, one: Mapping[str, Json]
    ) -> frozenset[_Pair] | None:
        listed = items(one.get("concept"))
        if listed:
            codes = [text(concept.get("code")) for concept in listed]
            return _known((system, code) for code in codes if code)
        edition = self._sources.edition(system, version)
        if edition is None or not edition.concepts.is_complete or not edition.is_exact:
            return None
        if len(edition.concepts) > MOST:
            return None
        return _known((system, code) for code in edition.concepts.codes)


def _known(pairs: Iterable[_Pair]) -> frozenset[_Pair] | None:
    found = frozenset(pairs)
    return found if len(found) <= MOST else None
