"""A StructureDefinition as its rules see it: JSON, with what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.outcome.message import Message
from conformance_cli.fhir.resources.reading import extension_value, part, parts, text, texts
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_SYSTEM: Final = "http://hl7.org/fhirpath/System."
_FHIR_TYPE: Final = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


@dataclass(frozen=True)
class Outline:
    """A StructureDefinition being checked."""

    session: Session
    scope: Scope

    @property
    def json(self) -> Mapping[str, Json]:
        """The resource."""
        return self.scope.resource

    @property
    def place(self) -> Place:
        """Where the resource stands."""
        return self.scope.place

    @cached_property
    def url(self) -> str:
        """Its canonical URL, or nothing."""
        return text(self.json, "url") or ""

    @cached_property
    def type(self) -> str:
        """The type that it defines or constrains, without a namespace."""
        return (text(self.json, "type") or "").rpartition("/")[2]

    @cached_property
    def is_constraint(self) -> bool:
        """Whether it is a profile."""
        return text(self.json, "derivation") == "constraint"

    @cached_property
    def base(self) -> Structure | None:
        """The structure that it is derived from, if that is at hand."""
        url = text(self.json, "baseDefinition")
        return self.session.library.structure(url) if url else None

    @cached_property
    def is_stu3(self) -> bool:
        """Whether it is one of STU3, which lets some types and contexts be written otherwise."""
        return self.session.library.fhir_version.startswith("3.")

    def report(self, message: Message, place: Place | None = None, **values: Any) -> None:
        """Add an issue; without a place, about the whole definition."""
        self.session.report(message, place or self.place, **values)

    def elements(self, view: str) -> Iterator[Part]:
        """The elements of the ``differential`` or the ``snapshot``."""
        holder = part(self.json, view)
        place = self.place.child(view)
        for index, json in parts(holder, "element") if holder is not None else ():
            at = place.child("element", index)
            yield Part(json, at, text(json, "path") or "", view == "snapshot")


@dataclass(frozen=True, slots=True)
class Part:
    """An ElementDefinition in a differential or a snapshot."""

    json: Mapping[str, Json]
    place: Place
    path: str
    in_snapshot: bool

    @property
    def is_root(self) -> bool:
        """Whether it is the type itself."""
        return "." not in self.path

    def types(self) -> Iterator[TypeUse]:
        """The types it may have; those of STU3 have one profile each."""
        for index, json in parts(self.json, "type"):
            yield TypeUse(json, self.place.child("type", index), code_of(json))


@dataclass(frozen=True, slots=True)
class TypeUse:
    """A type of an element, as the element names it."""

    json: Mapping[str, Json]
    place: Place
    code: str

    def profiles(self, key: str) -> Iterator[tuple[Place, str]]:
        """The canonical URLs of ``profile`` or ``targetProfile``, with their places."""
        for index, url in texts(self.json, key):
            yield self.place.child(key, index), url


def code_of(type_json: Mapping[str, Json]) -> str:
    """The FHIR name of a type: of a System type, that which the extension gives."""
    stated = extension_value(type_json, _FHIR_TYPE)
    code = text(type_json, "code") or ""
    if isinstance(stated, str) and stated:
        return stated
    if code.startswith(_SYSTEM):
        name = code.removeprefix(_SYSTEM)
        return name[:1].lower() + name[1:]
    return code
