"""Where references lead: contained resources, entries of Bundles, parameters, what was handed over.

FHIR R4, 2.36.4.1 (http://hl7.org/fhir/R4/bundle.html#references) and 2.3.0.2
(http://hl7.org/fhir/R4/references.html#contained).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from conformance_cli.fhir.validation.addresses import (
    Address,
    address,
    is_absolute,
    split_version,
)
from conformance_cli.fhir.validation.indexes import Held, Index, base_of, named
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope

Json = Any


class Whereabouts(StrEnum):
    """Where the target of a reference is."""

    CONTAINED = "contained"
    #: In the same Bundle or Parameters.
    BUNDLED = "bundled"
    #: Handed over with the input.
    ELSEWHERE = "elsewhere"
    #: Not at hand: on a server, or nowhere.
    UNKNOWN = "unknown"
    #: Several entries of the Bundle have the address.
    AMBIGUOUS = "ambiguous"
    #: A relative reference in an entry without a fullUrl.
    UNADDRESSED = "unaddressed"
    #: Neither absolute nor ``[type]/[id]``, which is all that a Bundle can resolve.
    MALFORMED = "malformed"


class Resolution(Struct, frozen=True):
    """What became of a reference.

    ``index`` is that of the Bundle or Parameters around it; ``sought`` the absolute URL
    that was looked for in it; ``alike`` are entries with the right type and id whose
    fullUrl is another one.  ``parts`` are those of the reference, if it is a RESTful one.
    """

    whereabouts: Whereabouts
    target: Scope | None = None
    index: Index | None = None
    sought: str | None = None
    alike: tuple[Held, ...] = ()
    parts: Address | None = None


_UNKNOWN = Resolution(Whereabouts.UNKNOWN)


class Resolver:
    """Resolves the references of one validation; indexes each Bundle once."""

    def __init__(self, supporting: Mapping[str, Mapping[str, Json]] | None = None) -> None:
        self.supporting = supporting or {}
        self._indexes: dict[int, Index] = {}
        self._input: Scope | None = None

    def index(self, holder: Scope) -> Index:
        """What a Bundle or a Parameters holds."""
        key = id(holder.resource)
        if key not in self._indexes:
            self._indexes[key] = Index(holder)
        return self._indexes[key]

    def resolve(self, reference: str, scope: Scope) -> Scope | None:
        """The resource meant by a reference in the resource of ``scope``, or ``None``.

        More lenient than ``look_up``, as FHIRPath needs it: an entry with the right type
        and id will do, if there is just one.
        """
        found = self.look_up(reference, scope)
        if found.target is not None or reference.startswith("#"):
            return found.target
        for index, _ in self._around(scope):
            alike = index.alike(reference)
            if len(alike) == 1:
                return index.scope(alike[0])
        return self._handed_over(reference)

    def look_up(self, reference: str, scope: Scope) -> Resolution:
        """What becomes of a reference by the rules of FHIR."""
        if self._input is None:
            self._input = _outermost(scope)  # what asks first is in the input
        if reference.startswith("#"):
            return Resolution(Whereabouts.CONTAINED, _contained(reference[1:], scope))
        found = _UNKNOWN
        if scope.container is not None:
            for index, inside in self._around(scope):
                found = _in_index(reference, index, inside)
                if found.target is not None or index.relation == "entry":
                    break
        if found.whereabouts is Whereabouts.UNKNOWN and self.supporting:
            target = self._handed_over(reference)
            if target is not None:
                return Resolution(Whereabouts.ELSEWHERE, target)
        return found

    def _around(self, scope: Scope) -> Iterator[tuple[Index, Scope]]:
        """The Bundles and Parameters around a resource, with what is in each around it."""
        current: Scope | None = scope
        while current is not None:
            holder = current.container
            if holder is not None and current.relation != "contained":
                kind = holder.resource.get("resourceType")
                if kind in ("Bundle", "Parameters"):
                    yield self.index(holder), current
            current = holder

    def _handed_over(self, reference: str) -> Scope | None:
        plain = split_version(reference.partition("#")[0])[0]
        parts = address(plain)
        if self.supporting and parts is not None and not parts.root and self._input is not None:
            own = self._input.resource
            if parts.type == own.get("resourceType") and parts.id == own.get("id"):
                return self._input  # what was handed over refers back to it
        found = self.supporting.get(reference) or self.supporting.get(plain)
        if found is None and parts is not None:
            found = self.supporting.get(parts.name)
        if found is None:
            return None
        return Scope(found, Place(None, str(found.get("resourceType") or "$")))


def resolve(
    reference: str, scope: Scope, supporting: Mapping[str, Mapping[str, Json]] | None = None
) -> Scope | None:
    """Resolve one reference; use a ``Resolver`` for many."""
    return Resolver(supporting).resolve(reference, scope)


def _outermost(scope: Scope) -> Scope:
    while scope.container is not None:
        scope = scope.container
    return scope


def _contained(wanted: str, scope: Scope) -> Scope | None:
    """A contained resource by id; without one, the resource that contains this one."""
    current: Scope | None = scope
    while current is not None:
        if not wanted:
            if current.relation != "contained":
                return current if current is not scope else None
        else:
            found = _child(wanted, current)
            if found is not None:
                return found
        if current.relation != "contained":
            return None
        current = current.container
    return None


def _child(wanted: str, scope: Scope) -> Scope | None:
    contained = scope.resource.get("contained")
    for position, resource in enumerate(contained if isinstance(contained, list) else ()):
        if isinstance(resource, dict) and resource.get("id") == wanted:
            return Scope(resource, scope.place.child("contained", position), scope, "contained")
    return None


def _in_index(reference: str, index: Index, inside: Scope) -> Resolution:
    source = index.item_of(inside.resource)
    base = source.base if source else base_of(inside.full_url or None)
    known: Resolution | None = index.found.get((reference, base))
    if known is None:
        known = _searched(reference.partition("#")[0], index, base)
        index.found[reference, base] = known
    return known


def _searched(plain: str, index: Index, base: str | None) -> Resolution:
    parts = address(plain)
    if index.relation == "parameter":
        return _in_parameters(plain, index, base, parts)
    if is_absolute(plain):
        return _at(plain, index, (), parts)
    if base is None:
        return Resolution(Whereabouts.UNADDRESSED, index=index, parts=parts)
    if parts is None:
        is_near = plain.count("/") in (1, 3)
        return Resolution(Whereabouts.UNKNOWN if is_near else Whereabouts.MALFORMED, index=index)
    alike = tuple(index.alike(plain))
    sought = named(plain, base)
    if sought is None:
        return Resolution(Whereabouts.UNKNOWN, index=index, alike=alike, parts=parts)
    return _at(sought, index, alike, parts)


def _at(sought: str, index: Index, alike: tuple[Held, ...], parts: Address | None) -> Resolution:
    found = [item for item in index.at(sought) if item.resource]
    if not found:
        return Resolution(Whereabouts.UNKNOWN, None, index, sought, alike, parts)
    if len(found) > 1:
        return Resolution(Whereabouts.AMBIGUOUS, None, index, sought, tuple(found), parts)
    target = index.scope(found[0])
    return Resolution(Whereabouts.BUNDLED, target, index, sought, alike, parts)


def _in_parameters(plain: str, index: Index, base: str | None, parts: Address | None) -> Resolution:
    """As in a Bundle where there are addresses; by type and id where there are none."""
    sought = named(plain, base)
    found = index.at(sought) if sought else []
    found = found or index.alike(plain)
    if found:
        target = index.scope(found[0])
        return Resolution(Whereabouts.BUNDLED, target, index, sought, (), parts)
    return Resolution(Whereabouts.UNKNOWN, None, index, sought, (), parts)
