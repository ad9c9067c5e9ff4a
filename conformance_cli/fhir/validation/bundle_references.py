"""References between the entries of documents and messages: each must mean one entry.

FHIR R4, 2.36.4.1 (http://hl7.org/fhir/R4/bundle.html#references).  These rules are stricter
than those for single references: here it matters that everybody finds the same entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.validation.addresses import address, is_absolute
from conformance_cli.fhir.validation.indexes import Held, Index
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_RESOLVING = "Resolving references in Bundles (http://hl7.org/fhir/R4/bundle.html#references)."
NOT_FOUND = error(
    "bundle-reference-not-found",
    "not-found",
    "No entry of the Bundle is found at {reference} ({source})",
    _RESOLVING,
)
NO_BASE = error(
    "bundle-reference-without-base",
    "invalid",
    "No entry of the Bundle is found at {reference} ({source}): {alike} has that type and id, but "
    "a relative reference cannot be resolved from an entry whose own fullUrl is {own}",
    _RESOLVING,
)
ELSEWHERE = error(
    "bundle-reference-elsewhere",
    "invalid",
    "No entry of the Bundle is found at {reference} ({source}): it means {sought}, and the "
    "entry with that type and id is at {alike}",
    _RESOLVING,
)
AMBIGUOUS = error(
    "bundle-reference-ambiguous",
    "invalid",
    "{reference} ({source}) may mean any of {count} entries of the Bundle",
    _RESOLVING,
)
NO_FRAGMENT = error(
    "bundle-reference-fragment",
    "not-found",
    "The narrative link {reference}#{fragment} leads to nothing: the entry has no such id",
    "The extension narrativeLink (http://hl7.org/fhir/extensions).",
)
NARRATIVE_LINK = "http://hl7.org/fhir/StructureDefinition/narrativeLink"


class Finder:
    """Finds what references between entries mean, and reports each that means nothing once."""

    def __init__(self, session: Session, index: Index) -> None:
        self._session = session
        self._index = index
        self._types = session.library.resource_types()
        self._told: set[int] = set()

    def find(
        self, reference: str, entry: Held, source: Json, place: Place, path: str
    ) -> Held | None:
        """The entry that a reference of another one means.

        ``source`` is the object that holds the reference; ``path`` names it in messages, and
        is looked for where it is empty; ``place`` is where problems are reported.
        """
        plain, _, fragment = reference.partition("#")
        found = self._candidates(plain, entry)
        if len(found) == 1:
            if fragment and _is_narrative_link(source):
                self._check_fragment(plain, fragment, found[0], place)
            return found[0]
        if id(source) in self._told:
            return None
        if len(found) > 1:
            self._told.add(id(source))
            shown, count = shortened(plain, 120), len(found)
            self._session.report(
                AMBIGUOUS,
                place,
                reference=shown,
                source=path or path_of(entry, source),
                count=count,
            )
        elif not is_absolute(plain):
            self._report_alike(plain, entry, source, place, path)
        return None

    def must_find(self, reference: str, entry: Held, source: Json, place: Place, path: str) -> None:
        """Report a reference whose target must be in the Bundle, and is not."""
        if self.find(reference, entry, source, place, path) is not None:
            return
        plain = reference.partition("#")[0]
        if id(source) not in self._told and self._is_missed(plain):
            self._told.add(id(source))
            self._session.report(
                NOT_FOUND,
                place,
                reference=shortened(plain, 120),
                source=path or path_of(entry, source),
            )

    def _candidates(self, plain: str, entry: Held) -> list[Held]:
        if is_absolute(plain):
            return self._index.at(plain)
        base = self._base(entry)
        if base is None:
            # both sides without an address: a lone entry must be meant, several may be
            return self._index.by_url.get(None, [])
        return self._index.at(base + plain)

    def _base(self, entry: Held) -> str | None:
        """What relative references of an entry begin with, if its address can be relied on."""
        found = entry.address
        return found.root if found and found.name == entry.name else None

    def _report_alike(self, plain: str, entry: Held, source: Json, place: Place, path: str) -> None:
        """A relative reference that would be right if only the addresses were."""
        alike = self._index.alike(plain)
        parts = address(plain)
        if not alike or parts is None or (self._types and parts.type not in self._types):
            return
        self._told.add(id(source))
        base = self._base(entry)
        values: dict[str, Any] = {
            "reference": shortened(plain, 120),
            "source": path or path_of(entry, source),
            "alike": shortened(", ".join(item.full_url or item.shown for item in alike), 200),
        }
        if base is None:
            own = shortened(entry.full_url or "missing", 120)
            self._session.report(NO_BASE, place, own=own, **values)
        else:
            self._session.report(ELSEWHERE, place, sought=shortened(base + plain, 200), **values)

    def _is_missed(self, plain: str) -> bool:
        """Whether it is wrong that nothing is there: not so for published definitions."""
        parts = address(plain)
        if not is_absolute(plain):
            return parts is not None and (not self._types or parts.type in self._types)
        library = self._session.library
        if library.resource(plain) is not None:
            return False
        return parts is None or not is_canonical_type(self._session, parts.type)

    def _check_fragment(self, plain: str, fragment: str, found: Held, place: Place) -> None:
        if not _has_id(found.resource, fragment):
            reference, shown = shortened(plain, 120), shortened(fragment, 80)
            self._session.report(NO_FRAGMENT, place, reference=reference, fragment=shown)


def path_of(entry: Held, wanted: Json) -> str:
    """Where in an entry an object stands; told only in messages, so looked for when needed."""
    waiting: list[tuple[Json, str]] = [(entry.resource, f"Bundle.entry[{entry.position}].resource")]
    while waiting:
        value, path = waiting.pop()
        if value is wanted:
            return path
        if isinstance(value, dict):
            waiting.extend((one, f"{path}.{key}") for key, one in value.items())
        elif isinstance(value, list):
            waiting.extend((one, f"{path}[{index}]") for index, one in enumerate(value))
    return entry.shown


def is_canonical_type(session: Session, name: str) -> bool:
    """Whether resources of a type are definitions, with a url and a status."""
    structure = session.library.type(name)
    if structure is None:
        return False
    return {"url", "status"} <= {child.name for child in structure.root.children}


def _is_narrative_link(source: Json) -> bool:
    return isinstance(source, dict) and source.get("url") == NARRATIVE_LINK


def _has_id(resource: Mapping[str, Json], wanted: str) -> bool:
    """Whether an element of a resource, or of a narrative in it, has an id."""
    in_text = re.compile(rf"""\bid\s*=\s*["']{re.escape(wanted)}["']""")
    waiting: list[Json] = [resource]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            if current.get("id") == wanted:
                return True
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
        elif isinstance(current, str) and current.startswith("<") and in_text.search(current):
            return True
    return False
