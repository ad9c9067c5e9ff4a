"""The links of a Bundle: which may be there, and how often.

FHIR R4, 3.1.1.6 (http://hl7.org/fhir/R4/http.html#paging) and 2.36.6
(http://hl7.org/fhir/R4/bundle.html#link).
"""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.validation.addresses import is_absolute
from conformance_cli.fhir.validation.indexes import Index
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_LINKS = "Bundle.link (http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.link)."
_STYLES = "Presenting documents (http://hl7.org/fhir/R4/documents.html#presentation)."
TWICE = error(
    "bundle-link-twice",
    "invalid",
    "There may be only one link with the relation {relation}",
    _LINKS,
)
PAGING = error(
    "bundle-link-paging",
    "invalid",
    "The relation {relation} is for the pages of searches and histories, not for a Bundle of "
    "type {kind}",
    _LINKS,
)
NO_STYLESHEET = error(
    "bundle-stylesheet-not-found",
    "not-found",
    "No entry of the document is the stylesheet {url}",
    _STYLES,
)
OUTER_STYLESHEET = warning(
    "bundle-stylesheet-outside",
    "business-rule",
    "The stylesheet {url} is outside the document: it may change, or not be there",
    _STYLES,
)
_PAGED = frozenset({"history", "searchset"})
_UNPAGED = frozenset(
    {
        "batch",
        "batch-response",
        "collection",
        "document",
        "message",
        "subscription-notification",
        "transaction",
        "transaction-response",
    }
)
_PAGES = frozenset({"first", "last", "next", "prev", "previous"})
_FHIR_STYLES = "https://hl7.org/fhir/fhir.css"


def check_links(session: Session, scope: Scope, index: Index) -> None:
    """Check the links of a Bundle of a known type."""
    links = scope.resource.get("link")
    seen: set[str] = set()
    for position, link in enumerate(links if isinstance(links, list) else ()):
        relation = link.get("relation") if isinstance(link, dict) else None
        if not isinstance(relation, str):
            continue
        place = scope.place.child("link", position)
        if index.kind in _UNPAGED and relation in _PAGES:
            at = place.child("relation")
            session.report(PAGING, at, relation=relation, kind=index.kind)
        elif relation in seen and index.kind in _PAGED:
            session.report(TWICE, place, relation=relation)
        elif relation in seen and index.kind in _UNPAGED:
            session.report(TWICE, place.child("relation"), relation=relation)
        if relation == "self" or relation in _PAGES:
            seen.add(relation)
        if index.kind == "document" and relation == "stylesheet":
            _check_stylesheet(session, link.get("url"), index, place.child("url"))


def _check_stylesheet(session: Session, url: Json, index: Index, place: Place) -> None:
    if not isinstance(url, str) or not url or url == _FHIR_STYLES:
        return
    shown = shortened(url, 80)
    if is_absolute(url):
        if not index.at(url):
            session.report(OUTER_STYLESHEET, place, url=shown)
    elif url not in index.by_name:
        session.report(NO_STYLESHEET, place, url=shown)
