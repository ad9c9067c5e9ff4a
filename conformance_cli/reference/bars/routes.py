"""The interactions of the API: which method on which path does what, since when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from conformance_cli.reference.bars import direct, reads, registry
from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.capability import metadata, search_definitions
from conformance_cli.reference.bars.headers import Version
from conformance_cli.reference.bars.outcomes import Refused, not_implemented
from conformance_cli.reference.bars.processing import process_message
from conformance_cli.reference.bars.receiver import Receiver
from conformance_cli.reference.bars.slots import search_slots

_FIRST: Version = (1, 0)
_DIRECT: Version = (1, 1)
_CATALOGUE: Version = (1, 2)


@dataclass(frozen=True, slots=True)
class Operation:
    """One interaction."""

    method: str
    #: A template as Starlette reads it.
    path: str
    handle: Callable[[Receiver, Call], Reply]
    #: The version of the API that brought it.
    since: Version = _FIRST
    #: Whether it must name the service that it is meant for.
    targeted: bool = True

    @property
    def has_body(self) -> bool:
        """Whether it comes with a resource."""
        return self.method in ("POST", "PUT", "PATCH")

    @property
    def writes(self) -> bool:
        """Whether it changes anything, so that it must not be done twice."""
        return self.method != "GET"


def _resource_operations(name: str) -> tuple[Operation, ...]:
    all_of_type, one = f"/{name}", f"/{name}/{{id}}"
    version = f"{one}/_history/{{version}}"
    return (
        Operation("GET", all_of_type, reads.search_by_patient),
        Operation("POST", all_of_type, direct.create, _DIRECT),
        Operation("GET", one, reads.read),
        Operation("PUT", one, direct.update, _DIRECT),
        Operation("PATCH", one, direct.patch, _DIRECT),
        Operation("DELETE", one, direct.delete, _DIRECT),
        Operation("GET", version, reads.read),
    )


def _registry_operations() -> tuple[Operation, ...]:
    # The registry is central: nothing in it belongs to one service.
    every, one = "/DocumentReference", "/DocumentReference/{id}"
    return (
        Operation("GET", every, registry.search_pointers, _DIRECT, targeted=False),
        Operation("POST", every, direct.create, _DIRECT, targeted=False),
        Operation("GET", one, reads.read, _DIRECT, targeted=False),
        Operation("PUT", one, registry.update_pointer, _DIRECT, targeted=False),
        Operation("DELETE", one, direct.delete, _DIRECT, targeted=False),
    )


def _catalogue_operations() -> tuple[Operation, ...]:
    # Known, so that asking for them is answered as such; offered in no version spoken here.
    return tuple(
        Operation(method, f"/{name}", _nothing, _CATALOGUE, targeted=False)
        for name in ("Endpoint", "HealthcareService", "Organization")
        for method in ("GET", "POST")
    )


def _nothing(_: Receiver, __: Call) -> Reply:
    raise Refused(not_implemented())


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/metadata", metadata, targeted=False),
    Operation("GET", "/MessageDefinition", search_definitions),
    Operation("GET", "/Slot", search_slots),
    Operation("POST", "/$process-message", process_message),
    *_resource_operations("Appointment"),
    *_resource_operations("ServiceRequest"),
    *_registry_operations(),
    *_catalogue_operations(),
)


def by_path() -> Mapping[str, Mapping[str, Operation]]:
    """The operations of every path template, by method."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = operation
    return MappingProxyType(paths)
