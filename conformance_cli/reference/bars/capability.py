"""GET /metadata and GET /MessageDefinition: what the receiver says that it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.conduct import Check, Stage
from conformance_cli.reference.bars.definitions import DEFINITIONS, Definition, message_definition
from conformance_cli.reference.bars.headers import Version
from conformance_cli.reference.bars.outcomes import Problem, invalid, not_found, required
from conformance_cli.reference.bars.receiver import Receiver
from conformance_cli.reference.bars.searchsets import searchset
from conformance_cli.reference.bars.services import SERVICES, Service, fixed_id
from conformance_cli.reference.bars.vocabulary import (
    PROCESS_MESSAGE,
    SECURITY_SERVICES,
    SERVICE_ID,
    USE_CASES,
    same_system,
)

Json = Any

_WRITES = ("create", "update", "patch", "delete")
_DIRECT_SINCE: Version = (1, 1)


def metadata(receiver: Receiver, call: Call) -> Reply:
    """The CapabilityStatement."""
    major, minor = receiver.version
    return Reply(
        200,
        {
            "resourceType": "CapabilityStatement",
            "id": fixed_id("capability statement"),
            "meta": {"versionId": "1", "lastUpdated": receiver.stamp()},
            "url": f"{call.base}/metadata",
            "version": f"{major}.{minor}.0",
            "name": "BaRSReferenceSupplier",
            "status": "active",
            "experimental": True,
            "date": "2026-07-14",
            "publisher": "Reference Supplier NHS Trust",
            "description": "A reference receiver of bookings and referrals.",
            "kind": "instance",
            "software": {"name": "BaRS reference supplier"},
            "implementation": {"description": "BaRS reference supplier", "url": call.base},
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [_rest(receiver.version)],
            "messaging": [_messaging(call)],
        },
    )


def _rest(version: Version) -> Json:
    return {
        "mode": "server",
        "security": {
            "service": [{"coding": [{"system": SECURITY_SERVICES, "code": "Certificates"}]}]
        },
        "resource": list(_resources(version)),
        "operation": [{"name": "process-message", "definition": PROCESS_MESSAGE}],
    }


def _resources(version: Version) -> Iterator[Json]:
    direct = _WRITES if version >= _DIRECT_SINCE else ()
    yield _resource("MessageDefinition", ("search-type",), {"context": "token"})
    yield _resource(
        "Slot",
        ("search-type",),
        {"status": "token", "start": "date", "Schedule.actor:HealthcareService": "token"},
    )
    for resource_type in ("Appointment", "ServiceRequest"):
        yield _resource(
            resource_type,
            ("read", "vread", "search-type", *direct),
            {"patient:identifier": "token"},
        )
    if direct:
        yield _resource(
            "DocumentReference",
            ("read", "search-type", "create", "update", "delete"),
            {"subject:identifier": "token"},
        )


def _resource(
    resource_type: str, interactions: tuple[str, ...], parameters: dict[str, str]
) -> Json:
    return {
        "type": resource_type,
        "interaction": [{"code": code} for code in interactions],
        "searchParam": [{"name": name, "type": kind} for name, kind in parameters.items()],
    }


def _messaging(call: Call) -> Json:
    return {
        "endpoint": [{"protocol": {"code": "http"}, "address": call.base}],
        "supportedMessage": [
            {"mode": "receiver", "definition": definition.url} for definition in DEFINITIONS
        ],
    }


@dataclass(frozen=True, slots=True)
class DefinitionSearch:
    """A search for MessageDefinitions as it was asked."""

    call: Call
    version: Version

    @property
    def contexts(self) -> list[tuple[str, str]]:
        """System and value of every context that has its form; a bare id has no system."""
        return [token for token in map(_token, self.call.values("context")) if token]

    @property
    def service(self) -> Service | None:
        """The service that it is about."""
        for system, value in self.contexts:
            if not system or same_system(system, SERVICE_ID):
                return SERVICES.get(value)
        return None

    @property
    def use_case(self) -> str:
        """The use case that it is about, which came with API 1.1.0; empty is any."""
        if self.version < _DIRECT_SINCE:
            return ""
        return next(
            (v.lower() for system, v in self.contexts if same_system(system, USE_CASES)), ""
        )

    @property
    def found(self) -> list[tuple[Definition, Service]]:
        """The definitions to return."""
        if self.service is None:
            return []
        return [
            (definition, self.service)
            for definition in DEFINITIONS
            if not self.use_case or self.use_case in definition.serves(self.service)
        ]


def _token(value: str) -> tuple[str, str] | None:
    system, bar, code = value.rpartition("|")
    if not code.strip() or "|" in system or (bar and not system.strip()):
        return None
    return system, code


def context_is_present(search: DefinitionSearch) -> Problem | None:
    """BARS-MD-003: the search says in which context."""
    return None if any(search.call.values("context")) else required("The context is missing.")


def context_has_its_form(search: DefinitionSearch) -> Problem | None:
    """BARS-MD-004: a context is system|id or an id."""
    if all(_token(value) for value in search.call.values("context") if value):
        return None
    return invalid("The context is neither system|id nor an id.")


def context_is_known(search: DefinitionSearch) -> Problem | None:
    """BARS-MD-005: there is something in that context."""
    return None if search.found else not_found("There is nothing in that context.")


DEFINITION_RULES: tuple[Check, ...] = (
    context_is_present,
    context_has_its_form,
    context_is_known,
)


def search_definitions(receiver: Receiver, call: Call) -> Reply:
    """The MessageDefinitions of a service."""
    search = DefinitionSearch(call, receiver.version)
    receiver.conduct.enforce(Stage.DEFINITIONS, search)
    now = receiver.stamp()
    return Reply(
        200,
        searchset(receiver, call, [message_definition(d, s, now) for d, s in search.found]),
    )
