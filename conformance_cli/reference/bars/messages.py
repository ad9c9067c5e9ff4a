"""A message Bundle as the receiver reads it.  Anything may be missing or misshapen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from conformance_cli.reference.bars.json_paths import (
    codes,
    every,
    first,
    instant,
    objects,
    text,
)
from conformance_cli.reference.bars.vocabulary import (
    CATEGORIES,
    EVENTS,
    MESSAGE_DEFINITIONS,
    REASONS,
    USE_CASES,
)

Json = Any


class Message:
    """A read-only view of a Bundle that claims to be a message."""

    def __init__(self, bundle: Json) -> None:
        self.bundle = bundle

    @cached_property
    def entries(self) -> list[tuple[str, dict[str, Json]]]:
        """Every entry that has a resource: its fullUrl and the resource."""
        return [
            (text(entry, "fullUrl"), entry["resource"])
            for entry in objects(self.bundle, "entry")
            if isinstance(entry.get("resource"), dict)
        ]

    @cached_property
    def header(self) -> Json:
        """The MessageHeader, or an empty object."""
        return next(self.of("MessageHeader"), {})

    def of(self, resource_type: str) -> Iterator[dict[str, Json]]:
        """The resources of one type, in entry order."""
        return (r for _, r in self.entries if r.get("resourceType") == resource_type)

    def the(self, resource_type: str) -> Json:
        """The first resource of a type, or an empty object."""
        return next(self.of(resource_type), {})

    def resolve(self, reference: str) -> Json:
        """What a reference of the Bundle points at, by fullUrl or Type/id; else ``None``."""
        return self._by_reference.get(reference) if reference else None

    def full_url(self, resource: Json) -> str:
        """The fullUrl of the entry that holds this very resource."""
        return next((url for url, held in self.entries if held is resource), "")

    @cached_property
    def focus(self) -> Json:
        """The resource that the header's focus points at, or an empty object."""
        return self.resolve(text(self.header, "focus", "reference")) or {}

    @property
    def focus_type(self) -> str:
        """The type of the focus."""
        return text(self.focus, "resourceType")

    @property
    def event(self) -> str:
        """The event code, where its system is the right one."""
        return next(codes(first(self.header, "eventCoding"), EVENTS), "")

    @property
    def reason(self) -> str:
        """The reason code, where its system is the right one."""
        return next(codes(list(every(self.header, "reason", "coding")), REASONS), "")

    @property
    def definition(self) -> str:
        """The name of the MessageDefinition that it says it follows."""
        canonical = text(self.header, "definition").partition("|")[0]
        return canonical.removeprefix(MESSAGE_DEFINITIONS)

    @property
    def service_request(self) -> Json:
        """The ServiceRequest, or an empty object."""
        return self.the("ServiceRequest")

    @property
    def appointment(self) -> Json:
        """The Appointment, or an empty object."""
        return self.the("Appointment")

    @property
    def category(self) -> str:
        """Referral or validation, as the ServiceRequest says."""
        codings = list(every(self.service_request, "category", "coding"))
        return next(codes(codings, CATEGORIES), "")

    @property
    def use_case(self) -> str:
        """The use case of the focus, in lower case."""
        codings = [
            *every(self.focus, "category", "coding"),
            *every(self.focus, "serviceCategory", "coding"),
            *every(self.service_request, "category", "coding"),
        ]
        return next(codes(codings, USE_CASES), "")

    @property
    def slot(self) -> Json:
        """The Slot that the Appointment takes, or an empty object."""
        reference = text(self.appointment, "slot", "reference")
        return self.resolve(reference) or {}

    @property
    def focus_id(self) -> str:
        """The id by which the focus is known here, as its own id or its fullUrl says."""
        return text(self.focus, "id") or self.full_url(self.focus).removeprefix("urn:uuid:")

    @property
    def sent(self) -> tuple[datetime | None, datetime | None]:
        """When the focus and the whole message were last changed, as the sender says."""
        return (
            instant(text(self.focus, "meta", "lastUpdated")),
            instant(text(self.bundle, "meta", "lastUpdated")),
        )

    @cached_property
    def _by_reference(self) -> dict[str, dict[str, Json]]:
        found: dict[str, dict[str, Json]] = {}
        for full_url, resource in self.entries:
            found.setdefault(full_url, resource)
            identity = f"{text(resource, 'resourceType')}/{text(resource, 'id')}"
            found.setdefault(identity, resource)
        return found
