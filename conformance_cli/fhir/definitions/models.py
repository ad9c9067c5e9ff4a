"""What the models of ``fhir.resources`` say of FHIR's types.

The package is heavy: it is imported when the first type is asked for, and only the modules
of types that are asked for.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import UnionType
from typing import Any

_PACKAGE = "fhir.resources"
#: Packages of models, with the FHIR version that they were made from; that of R5 has no name.
FAMILIES = {"STU3": "3.0.2", "R4B": "4.3.0", "R5": "5.0.0"}
#: Complex types, and what all else is built on; every other model is a resource.
_ABSTRACT = frozenset(
    {"Base", "Element", "BackboneElement", "BackboneType", "DataType", "PrimitiveType"}
    | {"Resource", "DomainResource", "CanonicalResource", "MetadataResource"}
)
_COMPLEX = frozenset(
    {"Address", "Age", "Annotation", "Attachment", "Availability", "CodeableConcept"}
    | {"CodeableReference", "Coding", "ContactDetail", "ContactPoint", "Contributor"}
    | {"Count", "DataRequirement", "Distance", "Dosage", "Duration", "ElementDefinition"}
    | {"Expression", "ExtendedContactDetail", "Extension", "HumanName", "Identifier"}
    | {"MarketingStatus", "Meta", "MonetaryComponent", "Money", "Narrative"}
    | {"ParameterDefinition", "Period", "Population", "ProdCharacteristic"}
    | {"ProductShelfLife", "Quantity", "Range", "Ratio", "RatioRange", "Reference"}
    | {"RelatedArtifact", "SampledData", "Signature", "SubstanceAmount", "Timing"}
    | {"TriggerDefinition", "UsageContext", "VirtualServiceDetail"}
)
#: Models that are no types of FHIR.
_HELPERS = frozenset({"FHIRPrimitiveExtension", "FHIRResourceModel"})
#: What models say of elements and choices that must be there, without demanding it.
_REQUIRED = frozenset({"element_required", "one_of_many_required"})
#: Listed codes that stand for more of them.
_AND_SO_ON = frozenset({"+", "...", "…"})


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a model; ``type`` is a FHIR type, or the model of a backbone element."""

    name: str
    type: str
    repeats: bool
    required: bool
    #: The name of the choice that it is a type of.
    choice: str | None
    #: Codes, where the model knows all of them.
    codes: tuple[str, ...]
    #: Types of resources that a reference may point at.
    targets: tuple[str, ...]


class Models:
    """The models of one version: STU3, R4B or R5."""

    def __init__(self, family: str) -> None:
        self.family = family

    @cached_property
    def _locations(self) -> dict[str, str]:
        """Where the models are, by their names; nothing of them is imported for it."""
        package = _PACKAGE if self.family == "R5" else f"{_PACKAGE}.{self.family}"
        import_module(f"{package}.fhirtypes")
        known = import_module("fhir_core.constraints").FHIR_TYPES_MAPS
        found = {}
        for location in map(str, known.values()):
            home, _, name = location.rpartition(".")
            if home.rpartition(".")[0] == package:
                found[name] = location
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all types that have a model of their own."""
        return frozenset(
            name
            for name, location in self._locations.items()
            if location.split(".")[-2] == name.lower() and name not in _HELPERS
        )

    @cached_property
    def resources(self) -> frozenset[str]:
        """The names of all concrete resources."""
        return self.names - _COMPLEX - _ABSTRACT

    def is_abstract(self, name: str) -> bool:
        """Whether no instance of a type is just that."""
        return name in _ABSTRACT

    def is_backbone(self, name: str) -> bool:
        """Whether a model is an element of a type, such as that of ``Patient.contact``."""
        return name in self._locations and name not in self.names

    def ancestors(self, name: str) -> tuple[str, ...]:
        """A type and what it is derived from, itself first; empty if it has no model."""
        model = self._model(name)
        if model is None:
            return ()
        found = (getattr(parent, "__resource_type__", None) for parent in model.__mro__)
        known = [item for item in found if isinstance(item, str) and item not in _HELPERS]
        return tuple(dict.fromkeys(known))

    def fields(self, name: str) -> Iterator[Field]:
        """The properties of a model in the order of the specification, choices spelt out."""
        model = self._model(name)
        if model is None:
            return
        by_name = {field.alias or key: field for key, field in model.model_fields.items()}
        for alias in model.elements_sequence():
            field = by_name.get(alias)
            if field is not None:
                yield _field(alias, field)

    def _model(self, name: str) -> Any:
        location = self._locations.get(name)
        if location is None or name in _HELPERS:
            return None
        module, _, class_name = location.rpartition(".")
        return getattr(import_module(module), class_name)


def _field(name: str, field: Any) -> Field:
    type_name, repeats = _type(field.annotation)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    codes = tuple(extra.get("enum_values", ()))
    return Field(
        name,
        type_name,
        repeats,
        field.is_required() or bool(_REQUIRED & {key for key in extra if extra[key] is True}),
        extra.get("one_of_many"),
        () if _is_open(codes) else codes,
        tuple(extra.get("enum_reference_types", ())),
    )


def _is_open(codes: tuple[str, ...]) -> bool:
    """Whether there may be other codes: some are left out, or they are media types."""
    return not _AND_SO_ON.isdisjoint(codes) or any("/" in code for code in codes)


def _type(annotation: Any) -> tuple[str, bool]:
    """The FHIR type of an annotation, and whether it is a list."""
    repeats = False
    while True:
        origin = typing.get_origin(annotation)
        if origin in (typing.Union, UnionType):
            annotation = next(
                item for item in typing.get_args(annotation) if item is not type(None)
            )
        elif origin is list:
            repeats = True
            annotation = typing.get_args(annotation)[0]
        else:
            return _name(annotation), repeats


def _name(annotation: Any) -> str:
    primitives = import_module("fhir_core.constraints").FHIR_PRIMITIVES_MAPS
    # Primitives are plain Python types with a mark that says which they are.
    for mark in reversed(typing.get_args(annotation)[1:]):
        known = primitives.get(type(mark))
        if known:
            return str(known)
    known = next((primitives[kind] for kind in primitives if kind is annotation), None)
    if known is None and typing.get_args(annotation):
        return _name(typing.get_args(annotation)[0])
    return str(known or annotation.__name__.removesuffix("Type"))
