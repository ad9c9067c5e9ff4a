"""Reading conformance resources that are XML, which takes definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct


class XmlReader(Struct, frozen=True):
    """Reads a resource that is XML, by the definitions of a version of FHIR."""

    #: The version; empty where there are no definitions.
    version: str
    #: The resource as JSON; ``None`` for what is none.
    read: Callable[[bytes], Mapping[str, Any] | None]


def _nothing(_: bytes) -> None:
    return None


NO_XML = XmlReader("", _nothing)
