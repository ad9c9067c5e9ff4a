"""The concepts of one CodeSystem resource, found by code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.terminology.reading import choice, items, text

Json = Any

#: http://hl7.org/fhir/R4/codesystem.html#defined-props
_DEFINED: Final = "http://hl7.org/fhir/concept-properties#"
_STATUS: Final = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"
_PARENT, _CHILD = "parent", "child"


class Concepts:
    """An index of a code system; hierarchy and other cases are indexed when first needed.

    ``content`` is the code system's own word: complete, fragment, example, not-present or
    supplement.  A code system that does not say so is taken to ignore case.
    """

    def __init__(self, resource: Mapping[str, Json]) -> None:
        self.url = text(resource.get("url")) or ""
        self.version = text(resource.get("version"))
        self.content = text(resource.get("content")) or "not-present"
        self.case_sensitive = resource.get("caseSensitive") is True
        self.supplements = text(resource.get("supplements"))
        self._resource = resource
        self._concepts: dict[str, Mapping[str, Json]] = {}
        self._nested_in: dict[str, list[str]] = {}
        self._aliases: dict[str, str] | None = None
        self._up: dict[str, set[str]] | None = None
        self._down: dict[str, set[str]] = {}
        self._fill()

    def _fill(self) -> None:
        waiting = [(concept, "") for concept in reversed(items(self._resource.get("concept")))]
        while waiting:
            concept, parent = waiting.pop()
            code = text(concept.get("code"))
            if code is None:
                continue
            self._concepts.setdefault(code, concept)
            if parent:
                self._nested_in.setdefault(code, []).append(parent)
            waiting.extend((child, code) for child in reversed(items(concept.get("concept"))))

    def __len__(self) -> int:
        return len(self._concepts)

    @property
    def is_complete(self) -> bool:
        """Whether a code that it does not list does not exist."""
        return self.content == "complete"

    @property
    def codes(self) -> Iterator[str]:
        """Every code, in the order of definition."""
        return iter(self._concepts)

    def find(self, code: str) -> str | None:
        """The code as it is defined: the same, in another case, or the one it stands for."""
        if code in self._concepts:
            return code
        if self._aliases is None:
            self._aliases = self._other_writings()
        return self._aliases.get(code) or self._aliases.get("\0" + code.casefold())

    def _other_writings(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for code, concept in self._concepts.items():
            if not self.case_sensitive:
                found.setdefault("\0" + code.casefold(), code)
            for held in items(concept.get("property")):
                value = choice(held)
                if held.get("code") == "alternateCode" and value and isinstance(value[1], str):
                    found.setdefault(value[1], code)
        return found

    def displays(self, code: str) -> tuple[str, ...]:
        """The display and the designations, in any language."""
        concept = self._concepts.get(code, {})
        said = [text(concept.get("display"))]
        said += [text(held.get("value")) for held in items(concept.get("designation"))]
        return tuple(dict.fromkeys(display for display in said if display))

    def values(self, code: str, name: str) -> list[Json]:
        """The values of a property of a concept, as JSON."""
        held = items(self._concepts.get(code, {}).get("property"))
        found = [choice(one) for one in held if one.get("code") == name]
        return [value for pair in found if pair is not None for value in (pair[1],)]

    def defines_property(self, name: str) -> bool:
        """Whether the code system declares a property."""
        return any(one.get("code") == name for one in items(self._resource.get("property")))

    def property_type(self, name: str) -> str | None:
        """The type that a property was declared with."""
        for one in items(self._resource.get("property")):
            if one.get("code") == name:
                return text(one.get("type"))
        return None

    def is_inactive(self, code: str) -> bool:
        """Whether a concept is no longer meant to be used."""
        if any(str(value).casefold() == "true" for value in self.values(code, "inactive")):
            return True
        return self.status(code) in ("inactive", "retired", "withdrawn")

    def is_abstract(self, code: str) -> bool:
        """Whether a concept only groups others."""
        names = {"notSelectable", "abstract", *self._named("notSelectable")}
        return any(value is True for name in names for value in self.values(code, name))

    def status(self, code: str) -> str | None:
        """The status of a concept, by its property or by the standards-status extension."""
        for value in self.values(code, "status"):
            if isinstance(value, str):
                return value.casefold()
        for extension in items(self._concepts.get(code, {}).get("extension")):
            if extension.get("url") == _STATUS:
                return text(extension.get("valueCode"))
        return None

    def parents(self, code: str) -> set[str]:
        """The concepts directly above one."""
        return self._links().get(code, set())

    def children(self, code: str) -> set[str]:
        """The concepts directly below one."""
        self._links()
        return self._down.get(code, set())

    def ancestors(self, code: str) -> set[str]:
        """The concepts above one, without itself; a circle ends where it closes."""
        return _reached(code, self._links())

    def descendants(self, code: str) -> set[str]:
        """The concepts below one, without itself."""
        self._links()
        return _reached(code, self._down)

    def _links(self) -> dict[str, set[str]]:
        if self._up is None:
            self._up = {}
            for child, parent in self._pairs():
                self._up.setdefault(child, set()).add(parent)
                self._down.setdefault(parent, set()).add(child)
        return self._up

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Each child with its parent, by nesting and by properties."""
        for child, parents in self._nested_in.items():
            yield from ((child, parent) for parent in parents)
        up, down = self._named(_PARENT), self._named(_CHILD)
        for code, concept in self._concepts.items():
            for held in items(concept.get("property")):
                value, name = choice(held), text(held.get("code"))
                other = value[1] if value else None
                if isinstance(other, str) and name in up:
                    yield code, other
                elif isinstance(other, str) and name in down:
                    yield other, code

    def _named(self, meaning: str) -> set[str]:
        """The names of the properties that have a meaning defined by FHIR."""
        properties = items(self._resource.get("property"))
        declared = {text(one.get("code")): one.get("uri") for one in properties}
        names = {name for name, uri in declared.items() if uri == _DEFINED + meaning}
        if not declared.get(meaning):
            names.add(meaning)
        return {name for name in names if name is not None}


def _reached(start: str, links: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(links.get(start, ()))
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting.extend(links.get(code, ()))
    return found
