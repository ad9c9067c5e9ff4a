"""The codes of value sets that can be listed simply, worked out apart from the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.definitions.library import Library

Json = Any
#: A code system and a code of it.
Pair = tuple[str, str]

#: Value sets that no package lists in full, and some of their codes.
BY_HAND: Mapping[str, tuple[Pair, ...]] = {
    "http://hl7.org/fhir/ValueSet/mimetypes": (("urn:ietf:bcp:13", "text/plain"),),
    "http://hl7.org/fhir/ValueSet/all-languages": (("urn:ietf:bcp:47", "cy"),),
    "http://hl7.org/fhir/ValueSet/languages": (("urn:ietf:bcp:47", "en"),),
    "http://hl7.org/fhir/ValueSet/ucum-units": (("http://unitsofmeasure.org", "mg"),),
    "http://hl7.org/fhir/ValueSet/currencies": (("urn:iso:std:iso:4217", "GBP"),),
    "http://www.rfc-editor.org/bcp/bcp13.txt": (("urn:ietf:bcp:13", "text/fhirpath"),),
    "http://loinc.org/vs/LL379-9": (("http://loinc.org", "LA9659-9"),),
}


class ValueSets:
    """Lists value sets of a library: enumerated concepts, and code systems as a whole."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[str, tuple[Pair, ...] | None] = {}

    def pairs(self, url: str) -> tuple[Pair, ...] | None:
        """Codes of a value set, sorted; ``None`` where it would take more to list them."""
        if url not in self._known:
            self._known[url] = self._pairs(url)
        return self._known[url]

    def lists(self, url: str) -> bool:
        """Whether all codes of a value set are known from the library."""
        return url.partition("|")[0] not in BY_HAND and self.pairs(url) is not None

    def _pairs(self, url: str) -> tuple[Pair, ...] | None:
        plain = url.partition("|")[0]
        if plain in BY_HAND:
            return BY_HAND[plain]
        compose = (self._library.resource(url, "ValueSet") or {}).get("compose")
        if compose is None or "exclude" in compose:
            return None
        found: list[Pair] = []
        for one in compose["include"]:
            listed = self._include(one)
            if listed is None:
                return None
            found += listed
        return tuple(sorted(set(found))) or None

    def _include(self, one: Mapping[str, Json]) -> list[Pair] | None:
        if "filter" in one or len(one.get("valueSet", ())) > ("system" not in one):
            return None
        if "system" not in one:
            return list(self.pairs(one["valueSet"][0]) or ()) or None
        system = one["system"]
        if "concept" in one:
            return [(system, concept["code"]) for concept in one["concept"]]
        definition = self._library.resource(system, "CodeSystem")
        if definition is None or definition.get("content") != "complete":
            return None
        return [(system, code) for code in _codes(definition)]


def _codes(holder: Mapping[str, Json]) -> Iterator[str]:
    for concept in holder.get("concept", ()):
        yield concept["code"]
        yield from _codes(concept)
