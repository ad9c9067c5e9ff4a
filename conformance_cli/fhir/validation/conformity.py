"""The profile walk: a value against what a profile asks for beyond its base definition."""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.validation.demands import Demand, Demands
from conformance_cli.fhir.validation.invariants import check_invariants
from conformance_cli.fhir.validation.navigation import Item, is_of, members
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.primitives import check_absence
from conformance_cli.fhir.validation.rules import Rules
from conformance_cli.fhir.validation.session import Found, Scope, Session
from conformance_cli.fhir.validation.slicing import assign
from conformance_cli.fhir.validation.values import check_fixed, check_pattern

Json = Any

_CARDINALITY = "Cardinality in a profile (http://hl7.org/fhir/R4/profiling.html#cardinality)."
MINIMUM = error(
    "profile-minimum",
    "structure",
    "{path} must be there at least {minimum} time(s) here; found {count}",
    _CARDINALITY,
)
MAXIMUM = error(
    "profile-maximum",
    "structure",
    "{path} may be there at most {maximum} time(s) here; found {count}",
    _CARDINALITY,
)
TYPE = error(
    "profile-type",
    "structure",
    "{path} may be {allowed} here, not {found}",
    "A profile may narrow the types of an element (http://hl7.org/fhir/R4/profiling.html).",
)
OTHER_TYPE = error(
    "profile-other-type",
    "structure",
    "The profile is for {wanted}, and this is {found}",
    "A profile constrains one type (StructureDefinition.type).",
)
UNKNOWN = error(
    "profile-unknown-in-profile",
    "structure",
    "The profile {url} that is asked for here is not loaded",
    "A value of a type with a profile must conform to it; without its definition nobody can say.",
)
NONE_FITS = error(
    "profile-none-fits",
    "structure",
    "The value conforms to none of the profiles {urls}",
    "ElementDefinition.type.profile: one of them must be met.",
)
SEVERAL_FIT = warning(
    "profile-several-fit",
    "structure",
    "The value conforms to several of the profiles: {urls}",
    "ElementDefinition.type.profile: nothing tells which one is meant.",
)


class Conformity:
    """Walks values, profiles in hand."""

    def __init__(self, session: Session, rules: Rules, demands: Demands) -> None:
        self._session = session
        self._rules = rules
        self._demands = demands
        self._running: set[tuple[int, str]] = set()

    def check(
        self, value: Json, structure: Structure, place: Place, scope: Scope, extra: Json = None
    ) -> None:
        """Report what is wrong with a value against a structure."""
        key = (id(value), structure.url)
        if key in self._running:  # a circle of references: the outer check tells
            return
        kind = value.get("resourceType") if isinstance(value, dict) else None
        type_name = kind if isinstance(kind, str) else structure.type
        if not self._session.library.is_a(type_name, structure.type):
            self._session.report(
                OTHER_TYPE, place, profile=structure.url, wanted=structure.type, found=type_name
            )
            return
        base = self._session.library.type(structure.type)
        if base is not None and base.url == structure.url:
            return
        self._running.add(key)
        try:
            item = Item(value, extra, type_name, place, scope)
            self._item(item, self._demands.of(structure), structure.url)
        finally:
            self._running.discard(key)

    def _item(self, item: Item, demand: Demand, profile: str) -> None:
        """One value against one element of a profile."""
        if not self._type(item, demand, profile):
            return
        session, place, scope = self._session, item.place, item.scope
        if item.value is not None:
            self._value(item, demand, profile)
        if demand.targets:
            self._rules.reference(session, demand.element, item)
        if item.value is None:
            check_absence(session, item.extra, demand.element, place, profile)
        if demand.invariants:
            node = Node(item.value, item.type, item.extra)
            check_invariants(session, demand.invariants, node, place, scope, profile)
        if demand.profiles:
            self._profiles(item, self._profiles_of(item, demand), profile)
        for child in demand.children:
            self._child(item, child, profile)

    def _value(self, item: Item, demand: Demand, profile: str) -> None:
        """The value itself: what it must be, and how long it may be."""
        if demand.fixed is not None:
            check_fixed(self._session, item, demand.fixed, profile)
        if demand.pattern is not None:
            check_pattern(self._session, item, demand.pattern, profile)
        if demand.binding is not None:
            self._rules.binding(self._session, demand.element, item, profile)
        if demand.limits:
            self._rules.limits(self._session, demand.element, item, profile)

    def _type(self, item: Item, demand: Demand, profile: str) -> bool:
        allowed = demand.types
        if allowed is None or item.type in allowed:
            return True
        if "." in item.type or is_of(self._session.library, item.type, allowed):
            return True
        self._session.report(
            TYPE,
            item.place,
            profile=profile,
            path=demand.element.path,
            allowed=" or ".join(sorted(allowed)),
            found=item.type,
        )
        return False

    def _profiles_of(self, item: Item, demand: Demand) -> tuple[str, ...]:
        """The profiles for the type of a value, or for an abstract type that it is one of."""
        exact = demand.profiles.get(item.type)
        if exact is not None:
            return exact
        library = self._session.library
        for code, urls in demand.profiles.items():
            is_part = "." in item.type and code in ("BackboneElement", "Element")
            if is_part or is_of(library, item.type, (code,)):
                return urls
        return ()

    def _profiles(self, item: Item, urls: tuple[str, ...], profile: str) -> None:
        """The profiles of the element's type: one of them has to be met."""
        known: list[tuple[str, Structure]] = []
        for url in urls:
            structure = self._session.library.structure(url)
            if structure is None:
                self._session.report(UNKNOWN, item.place, profile=profile, url=url)
            elif not _is_own(item, structure) or len(urls) > 1:
                known.append((url, structure))
        if len(urls) > 1 and known:
            self._one_of(item, known, profile)
            return
        for url, structure in known:
            self._by(item, url, structure)

    def _by(self, item: Item, url: str, structure: Structure) -> None:
        """Check a value by a profile, or by the element of one that its URL ends in."""
        identity = url.partition("#")[2]
        demand = self._demands.at(structure, identity) if identity else None
        if demand is None:
            self.check(item.value, structure, item.place, item.scope, item.extra)
        elif (id(item.value), url) not in self._running:
            self._running.add((id(item.value), url))
            try:
                self._item(item, demand, structure.url)
            finally:
                self._running.discard((id(item.value), url))

    def _one_of(self, item: Item, known: list[tuple[str, Structure]], profile: str) -> None:
        session = self._session
        outcomes: list[tuple[str, list[Found]]] = []
        for url, structure in known:
            with session.aside() as found:
                self._by(item, url, structure)
            outcomes.append((url, found))
        good = [url for url, found in outcomes if not any(one.severity.rank <= 1 for one in found)]
        urls = ", ".join(good or [url for url, _ in known])
        if len(good) > 1:
            session.report(SEVERAL_FIT, item.place, profile=profile, urls=urls)
        if not good:
            session.report(NONE_FITS, item.place, profile=profile, urls=urls)
        for url, found in outcomes:
            if url in good[:1] or not good:
                session.found.extend(found)

    def _child(self, parent: Item, demand: Demand, profile: str) -> None:
        """All values of a child element: how many, in which slices, and each of them."""
        element = demand.element
        is_there = _is_there(parent, demand)
        if element.must_support:
            self._session.count(profile, element.id, present=is_there)
        if demand.is_only_supported or not (is_there or demand.is_needed):
            return
        items = list(members(parent, demand.properties))
        self._cardinality(parent.place, demand, len(items), profile)
        if not demand.is_sliced:
            for item in items:
                self._item(item, demand, profile)
            return
        for item, one in assign(self._session, parent, demand, items, profile):
            self._item(item, one, profile)

    def _cardinality(self, place: Place, demand: Demand, count: int, profile: str) -> None:
        path = demand.element.path
        if count < demand.min:
            self._session.report(
                MINIMUM, place, profile=profile, path=path, minimum=demand.min, count=count
            )
        if demand.max is not None and count > demand.max:
            self._session.report(
                MAXIMUM, place, profile=profile, path=path, maximum=demand.max, count=count
            )


def _is_own(item: Item, structure: Structure) -> bool:
    """Whether a profile is the definition of an extension, by which the base walk checks it."""
    value = item.value
    return item.type == "Extension" and type(value) is dict and value.get("url") == structure.url


def _is_there(parent: Item, demand: Demand) -> bool:
    """Whether an element has any value or companion: most have none, and are soon done with."""
    source = parent.value if type(parent.value) is dict else parent.extra
    if type(source) is not dict:
        return False
    for key in demand.keys:  # noqa: SIM110 - a generator takes three times as long
        if key in source:
            return True
    return False
