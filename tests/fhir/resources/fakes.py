"""A session whose library, terminology and tools know only what a test puts in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Found, Scope, Session

Json = Any

RESOURCE_TYPES = frozenset(
    {"Patient", "Organization", "Practitioner", "Observation", "Bundle", "Group", "List"}
)


@dataclass
class FakeLibrary:
    resources_: list[Mapping[str, Json]] = field(default_factory=list)
    structures: dict[str, Structure] = field(default_factory=dict)
    fhir_version: str = "4.0.1"
    has_definitions: bool = True

    def structure(self, url: str) -> Structure | None:
        return self.structures.get(url.partition("|")[0])

    def type(self, name: str) -> Structure | None:
        return self.structures.get(f"http://hl7.org/fhir/StructureDefinition/{name}")

    def is_a(self, name: str, ancestor: str) -> bool:
        return ancestor in (name, "Resource" if name in RESOURCE_TYPES else "Element")

    def resource_types(self) -> frozenset[str]:
        return RESOURCE_TYPES

    def resource(self, url: str, *types: str) -> Mapping[str, Json] | None:
        wanted, _, version = url.partition("|")
        for resource in self.resources_:
            is_type = not types or resource.get("resourceType") in types
            is_version = not version or resource.get("version") == version
            if resource.get("url") == wanted and is_type and is_version:
                return resource
        return None

    def global_profiles(self, type_name: str) -> tuple[str, ...]:
        return ()

    def resources(self, type_name: str) -> Iterator[Mapping[str, Json]]:
        return (one for one in self.resources_ if one.get("resourceType") == type_name)


@dataclass
class FakeTerminology:
    value_sets: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    systems: dict[str, set[str]] = field(default_factory=dict)

    def in_value_set(self, coded: Coded, value_set: str) -> Answer:
        codes = self.value_sets.get(value_set)
        if codes is None:
            return Answer(Standing.UNKNOWN, "the value set is not loaded")
        systems = {system for system, _ in codes} if coded.system is None else {coded.system}
        is_member = any((system, coded.code) in codes for system in systems)
        return Answer(Standing.VALID if is_member else Standing.INVALID, "it has other codes")

    def in_code_system(self, coded: Coded) -> Answer:
        codes = self.systems.get(coded.system or "")
        if codes is None:
            return Answer(Standing.UNKNOWN, "the code system is not loaded")
        return Answer(Standing.VALID if coded.code in codes else Standing.INVALID)

    def knows_system(self, system: str) -> bool:
        return system in self.systems

    def value_set_exists(self, url: str) -> bool:
        return url in self.value_sets

    def codes_of(self, value_set: str) -> frozenset[str] | None:
        return None


@dataclass
class FakeTools:
    terminology: FakeTerminology = field(default_factory=FakeTerminology)
    targets: dict[str, Scope] = field(default_factory=dict)
    faults: dict[str, list[Found]] = field(default_factory=dict)
    truth: Callable[[str, Node], bool] = lambda expression, node: True
    path: Any = None
    memo: dict[Any, Any] = field(default_factory=dict)

    def resolve(self, reference: str, scope: Scope) -> Scope | None:
        return self.targets.get(reference)

    def validate(self, value: Json, url: str, place: Place, scope: Scope) -> list[Found]:
        return self.faults.get(url, [])

    def holds(self, expression: str, node: Node, scope: Scope) -> bool:
        return self.truth(expression, node)


def a_session(
    *resources: Mapping[str, Json],
    tools: FakeTools | None = None,
    options: Options | None = None,
    library: FakeLibrary | None = None,
) -> Session:
    """A session that knows these resources."""
    known = library or FakeLibrary(list(resources))
    return Session(known, options or Options(), tools or FakeTools())


def a_scope(resource: Mapping[str, Json], container: Scope | None = None, **more: Any) -> Scope:
    """The resource by itself, or in a container."""
    if container is None:
        return Scope(resource, Place(None, str(resource["resourceType"])))
    return Scope(resource, container.place.child("resource"), container, **more)


def found(session: Session) -> list[tuple[str, str]]:
    """What was reported: the message's id and the place."""
    return [(one.message.id, one.place.expression) for one in session.found]


def errors(session: Session) -> list[tuple[str, str]]:
    """What was reported and makes the resource invalid."""
    return [
        (one.message.id, one.place.expression) for one in session.found if one.severity.rank <= 1
    ]


def texts_of(session: Session) -> list[str]:
    """The sentences that were reported; each has to have all that its template asks for."""
    return [one.text for one in session.found]
