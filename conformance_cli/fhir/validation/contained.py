"""Contained resources: what they may not hold, and who has to refer to them.

These are the invariants dom-2 to dom-5 of DomainResource, checked in one pass, because
their expressions look at every element of the resource for each contained one.
(http://hl7.org/fhir/R4/domainresource.html#invs)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_RULES = "DomainResource (http://hl7.org/fhir/R4/domainresource.html#invs), {}."
_CONTAINED = "Contained resources (http://hl7.org/fhir/R4/references.html#contained)."
NESTED = error(
    "contained-nested",
    "invariant",
    "A contained resource must not contain resources itself (dom-2); {ids} does",
    _RULES.format("dom-2"),
)
ORPHAN = error(
    "contained-orphan",
    "invalid",
    "Nothing refers to the contained resource {id}, and it does not refer to the resource "
    "that contains it (dom-3)",
    _RULES.format("dom-3"),
)
VERSIONED = error(
    "contained-versioned",
    "invariant",
    "A contained resource must have neither meta.versionId nor meta.lastUpdated (dom-4); {ids} has",
    _RULES.format("dom-4"),
)
LABELLED = error(
    "contained-labelled",
    "invariant",
    "A contained resource must not have a security label (dom-5); {ids} has",
    _RULES.format("dom-5"),
)
NO_ID = error(
    "contained-without-id",
    "invalid",
    "A contained resource must have an id, or nothing can refer to it",
    _CONTAINED,
)
SAME_ID = error(
    "contained-same-id",
    "duplicate",
    "The id {id} is that of another contained resource too",
    _CONTAINED,
)
_LINK = Regex(r"""\b(?:href|src)\s*=\s*["']#([^"']+)["']""")
#: What texts begin with that may lead to a contained resource.
_TELLING = frozenset("#<")
#: How many objects within objects are looked into.
_DEEPEST = 200


def check_contained(session: Session, scope: Scope) -> None:
    """Check the contained resources of a resource, whatever its own type is.

    Does the work of dom-2, dom-3, dom-4 and dom-5.  What contained resources are in
    themselves is checked elsewhere.
    """
    contained = scope.resource.get("contained")
    if not isinstance(contained, list) or not session.options.check_contained:
        return
    resources = {index: one for index, one in enumerate(contained) if isinstance(one, dict) and one}
    _check_content(session, scope, list(resources.values()))
    if scope.relation != "contained":
        _check_ids(session, scope, resources)
        _check_orphans(session, scope, resources)


def _check_content(session: Session, scope: Scope, resources: list[Mapping[str, Json]]) -> None:
    nested = [one for one in resources if one.get("contained")]
    if nested:
        session.report(NESTED, scope.place, ids=_names(nested))
    versioned = [one for one in resources if _meta(one, "versionId") or _meta(one, "lastUpdated")]
    if versioned:
        session.report(VERSIONED, scope.place, ids=_names(versioned))
    labelled = [one for one in resources if _meta(one, "security")]
    if labelled:
        session.report(LABELLED, scope.place, ids=_names(labelled))


def _meta(resource: Mapping[str, Json], name: str) -> Json:
    meta = resource.get("meta")
    return meta.get(name) if isinstance(meta, dict) else None


def _names(resources: list[Mapping[str, Json]]) -> str:
    return ", ".join(shortened(f"#{one.get('id', '?')}", 80) for one in resources[:5])


def _check_ids(session: Session, scope: Scope, resources: Mapping[int, Mapping[str, Json]]) -> None:
    seen: set[str] = set()
    for index, resource in resources.items():
        key = resource.get("id")
        place = scope.place.child("contained", index)
        if not isinstance(key, str) or not key:
            session.report(NO_ID, place)
        elif key in seen:
            session.report(SAME_ID, place, id=shortened(key, 80))
        else:
            seen.add(key)


def _check_orphans(
    session: Session, scope: Scope, resources: Mapping[int, Mapping[str, Json]]
) -> None:
    """Report what cannot be reached from the container and does not point back at it."""
    reached = _fragments({k: v for k, v in scope.resource.items() if k != "contained"})
    links = {index: _fragments(one) for index, one in resources.items()}
    waiting = set(resources)
    grown = True
    while grown:
        found = {i for i in waiting if _id(resources[i]) in reached or "" in links[i]}
        for index in found:
            reached |= links[index]
        waiting -= found
        grown = bool(found)
    for index in sorted(waiting):
        place = scope.place.child("contained", index)
        session.report(ORPHAN, place, id=shortened(f"#{_id(resources[index])}", 80))


def _id(resource: Mapping[str, Json]) -> str:
    key = resource.get("id")
    return key if isinstance(key, str) else "?"


def _fragments(value: Json) -> set[str]:
    """The ids behind all values that begin with #, and behind the links of narratives."""
    found: set[str] = set()
    level, depth = [value], 0
    while level and depth < _DEEPEST:
        below: list[Json] = []
        for container in level:
            for item in container.values() if type(container) is dict else container:
                kind = type(item)
                if kind is str:
                    if item[:1] in _TELLING:
                        found.update([item[1:]] if item[0] == "#" else _LINK.findall(item))
                elif kind is dict or kind is list:
                    below.append(item)
        level, depth = below, depth + 1
    return found
