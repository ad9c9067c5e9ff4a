"""The facts that conformance resources are found by, read without parsing the rest of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

#: Where the base definitions of FHIR live.
CORE = "http://hl7.org/fhir/StructureDefinition/"
FACTS = (
    "resourceType", "id", "url", "version", "kind", "type", "derivation", "baseDefinition",
    "abstract",
)  # fmt: skip


class Facts(Struct, frozen=True):
    """What is known of a resource before it is read; empty texts where it says nothing."""

    resource_type: str
    id: str = ""
    url: str = ""
    version: str = ""
    #: StructureDefinition only: resource, complex-type, primitive-type or logical.
    kind: str = ""
    type: str = ""
    derivation: str = ""
    base: str = ""
    abstract: bool = False

    @property
    def type_name(self) -> str:
        """The name of the FHIR type that it is the definition of; empty for all else.

        Quantity's named constraints (Age, Count, Distance, Duration ...) count as types,
        because elements name them as such: http://hl7.org/fhir/R4/datatypes.html#quantity.
        """
        if self.resource_type != "StructureDefinition" or not self.kind:
            return ""
        name = self.type.rpartition("/")[2]
        if self.derivation != "constraint":
            # the root types of STU3 and R4 have no derivation
            return name if self.kind != "logical" else ""
        tail = self.url.removeprefix(CORE)
        return tail if self.type == "Quantity" and tail == self.id else ""


def facts_of(found: object) -> Facts | None:
    """The facts of a resource as JSON; ``None`` for what is no resource."""
    if not isinstance(found, Mapping):
        return None
    return make_facts([found.get(name) for name in FACTS])


def make_facts(values: list[Any]) -> Facts | None:
    """Facts from the values of ``FACTS``, which may be malformed in any way."""
    *texts, abstract = values
    resource_type, id_, url, version, kind, type_, derivation, base = (
        value if isinstance(value, str) else "" for value in texts
    )
    if not resource_type:
        return None
    return Facts(resource_type, id_, url, version, kind, type_, derivation, base, abstract is True)


def read_facts(data: bytes | memoryview) -> Facts | None:
    """The facts of a resource that is JSON; ``None`` for JSON that is no resource.

    Raises:
        ValueError: it is no JSON.

    """
    try:
        head = _head_decoder().decode(data)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error) or "it is nested too deeply") from error
    return make_facts([getattr(head, name) for name in FACTS])


@cache
def _head_decoder() -> msgspec.json.Decoder[Any]:
    """A decoder that passes over all else: most of a package is never looked at."""
    fields = [(name, Any, None) for name in FACTS]
    return msgspec.json.Decoder(msgspec.defstruct("Head", fields))
