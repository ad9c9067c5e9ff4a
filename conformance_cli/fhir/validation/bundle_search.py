"""The results of searches: what was searched for, and what each entry is there for.

FHIR R4, 3.1.1.5.1 (http://hl7.org/fhir/R4/search.html#entry).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from conformance_cli.fhir.outcome.message import Message, error, information, warning
from conformance_cli.fhir.validation.indexes import Held, Index
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_SEARCH = "Search results (http://hl7.org/fhir/R4/search.html#entry)."
NO_SELF = warning(
    "bundle-search-without-self",
    "invalid",
    "The result of a search should have a link self that says what was searched for",
    "Self link (http://hl7.org/fhir/R4/search.html#conformance).",
)
NO_RESOURCE = error(
    "bundle-search-without-resource",
    "invalid",
    "An entry in the result of a search must have a resource",
    _SEARCH,
)
NO_ID = error(
    "bundle-search-without-id",
    "invalid",
    "A resource that a search found must have an id",
    _SEARCH,
)
OTHER_TYPE = error(
    "bundle-search-type",
    "invalid",
    "The search was for {wanted}; a match cannot be {found}",
    _SEARCH,
)
NOT_AN_OUTCOME = error(
    "bundle-search-outcome",
    "invalid",
    "An entry with the search mode outcome must hold an OperationOutcome, not {found}",
    _SEARCH,
)
NO_MODE = warning(
    "bundle-search-mode",
    "invalid",
    "The entry does not say whether it is a match or included; it should have search.mode",
    _SEARCH,
)
NO_MODES = information(
    "bundle-search-modes",
    "invalid",
    "No entry says whether it is a match or included; each should have search.mode",
    _SEARCH,
)
_WARNED = warning(NO_ID.id, NO_ID.code, NO_ID.text, NO_ID.about)


def check_search(session: Session, scope: Scope, index: Index) -> None:
    """Check a Bundle of type searchset."""
    wanted = _wanted(session, scope)
    modes = [_mode(item) for item in index.items]
    if index.items and not any(modes):
        _check_without_modes(session, scope, index, wanted)
        return
    for item, mode in zip(index.items, modes, strict=True):
        if not item.resource:
            session.report(NO_RESOURCE, item.place)
        if mode is None:
            session.report(NO_MODE, item.place)
        elif item.resource:
            _check_by_mode(session, item, mode, wanted)


def _mode(item: Held) -> str | None:
    search = item.entry.get("search")
    mode = search.get("mode") if isinstance(search, dict) else None
    return mode if isinstance(mode, str) and mode else None


def _check_by_mode(session: Session, item: Held, mode: str, wanted: frozenset[str]) -> None:
    place = item.place.child("resource")
    if mode == "outcome":
        if item.type != "OperationOutcome":
            session.report(NOT_AN_OUTCOME, place, found=item.type or "nothing")
        return
    if mode not in ("match", "include"):
        return
    if item.id is None:
        session.report(NO_ID, place)
    if mode == "match" and wanted and item.type not in wanted:
        names = ", ".join(sorted(wanted))
        session.report(OTHER_TYPE, place, wanted=names, found=item.type or "nothing")


def _check_without_modes(
    session: Session, scope: Scope, index: Index, wanted: frozenset[str]
) -> None:
    """Where no entry has a mode, all should be matches."""
    types: set[str | None] = set()
    for item in index.items:
        if not item.resource:
            session.report(NO_RESOURCE, item.place)
        elif item.type != "OperationOutcome":
            types.add(item.type)
            if item.id is None:
                session.report(_WARNED, item.place.child("resource"))
    mixed = len(types) > 1 or bool(wanted and types - wanted)
    message: Message = NO_MODE if mixed else NO_MODES
    session.report(message, scope.place)


def _wanted(session: Session, scope: Scope) -> frozenset[str]:
    """The types that the self link says were searched for; empty where it does not tell."""
    links = scope.resource.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "self":
            return _types(session, link.get("url"))
    session.report(NO_SELF, scope.place)
    return frozenset()


def _types(session: Session, url: Json) -> frozenset[str]:
    known = session.library.resource_types()
    if not isinstance(url, str):
        return frozenset()
    try:
        parts = urlsplit(url)
        last = parts.path.rpartition("/")[2]
        if last in known:
            return frozenset({last})
        named = parse_qs(parts.query, max_num_fields=200).get("_type", [])
    except ValueError:
        return frozenset()
    return frozenset(name for value in named for name in value.split(",") if name in known)
