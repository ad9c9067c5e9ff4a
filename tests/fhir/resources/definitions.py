"""A tiny FHIR: a few types with a few elements, as structures and as definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Constraint, Element, Pinned, Structure, TypeRef
from tests.fhir.resources.fakes import FakeLibrary

Json = Any
CORE = "http://hl7.org/fhir/StructureDefinition/"


def element(path: str, *types: str, many: bool = False, **more: Any) -> Element:
    """An element of a type; ``[x]`` makes it a choice."""
    name = path.rpartition(".")[2]
    return Element(
        id=more.pop("id", path),
        path=path,
        name=name.removesuffix("[x]"),
        max=None if many else more.pop("max", 1),
        choice=name.endswith("[x]"),
        repeats=many,
        types=tuple(TypeRef(code) for code in types),
        **more,
    )


def structure(name: str, *children: Element, **more: Any) -> Structure:
    """A type with these children."""
    return Structure(
        url=more.pop("url", CORE + name),
        name=name,
        type=more.pop("type", name),
        kind=more.pop("kind", "resource"),
        root=Element(id=name, path=name, name=name, children=children, **more.pop("root", {})),
        derivation=more.pop("derivation", "specialization"),
        base=more.pop("base", CORE + "DomainResource"),
        **more,
    )


_ELEMENT = {"kind": "complex-type", "base": CORE + "Element"}
_PRIMITIVE = {"kind": "primitive-type", "base": CORE + "Element"}


def tiny_fhir() -> dict[str, Structure]:
    """The structures, by URL."""
    of_extension = element("Extension.extension", "Extension", many=True)
    types = [
        structure("Resource", element("Resource.id", "string"), abstract=True, base=None),
        structure("DomainResource", abstract=True, base=CORE + "Resource"),
        structure("Element", abstract=True, kind="complex-type", base=None),
        structure("BackboneElement", kind="complex-type", abstract=True, base=CORE + "Element"),
        *(structure(name, **_PRIMITIVE) for name in ("string", "boolean", "code", "uri", "id")),
        structure("canonical", **_PRIMITIVE),
        structure("integer", **_PRIMITIVE),
        structure("Reference", element("Reference.reference", "string"), **_ELEMENT),
        structure(
            "Coding", element("Coding.system", "uri"), element("Coding.code", "code"), **_ELEMENT
        ),
        structure(
            "CodeableConcept",
            element("CodeableConcept.coding", "Coding", many=True),
            element("CodeableConcept.text", "string"),
            **_ELEMENT,
        ),
        structure("Quantity", element("Quantity.value", "integer"), **_ELEMENT),
        structure("Count", kind="complex-type", base=CORE + "Quantity"),
        structure(
            "Extension",
            of_extension,
            element("Extension.url", "uri"),
            element("Extension.value[x]", "string", "Coding", "Quantity"),
            **_ELEMENT,
        ),
        structure("ValueSet", element("ValueSet.url", "uri")),
        structure(
            "Patient",
            element("Patient.extension", "Extension", many=True),
            element("Patient.active", "boolean", fixed=None),
            element("Patient.link", "BackboneElement", many=True, children=_link()),
            element("Patient.kind", "CodeableConcept", many=True),
            element("Patient.value[x]", "string", "Quantity", "Coding"),
            root={"constraints": (Constraint("pat-1", "error", "A rule", "active.exists()"),)},
        ),
    ]
    return {one.url: one for one in types}


def _link() -> tuple[Element, ...]:
    return (
        element("Patient.link.other", "Reference"),
        element("Patient.link.type", "code"),
    )


def tiny_library(*resources: Mapping[str, Json], **structures: Structure) -> FakeLibrary:
    """A library of the tiny FHIR, and whatever else a test needs."""
    library = FakeLibrary([*_definitions(), *resources])
    library.structures = {**tiny_fhir(), **{one.url: one for one in structures.values()}}
    return library


def _definitions() -> list[dict[str, Json]]:
    """The definitions that snapshots are made from, for those types that tests constrain."""
    patient = [
        {"id": "Patient", "path": "Patient", "min": 0, "max": "*"},
        _defined("Patient.extension", "Extension", "*"),
        _defined("Patient.active", "boolean", "1"),
        _defined("Patient.link", "BackboneElement", "*"),
        _defined("Patient.link.other", "Reference", "1"),
        _defined("Patient.link.type", "code", "1"),
        _defined("Patient.kind", "CodeableConcept", "*"),
        _defined("Patient.value[x]", "string", "1", "Quantity", "Coding"),
    ]
    extension = [
        {"id": "Extension", "path": "Extension", "min": 0, "max": "*"},
        _defined("Extension.extension", "Extension", "*"),
        _defined("Extension.url", "uri", "1"),
        _defined("Extension.value[x]", "string", "1", "Coding", "Quantity"),
    ]
    return [
        {
            "resourceType": "StructureDefinition",
            "url": CORE + name,
            "type": name,
            "kind": kind,
            "derivation": "specialization",
            "snapshot": {"element": elements},
        }
        for name, kind, elements in (
            ("Patient", "resource", patient),
            ("Extension", "complex-type", extension),
        )
    ]


def _defined(path: str, code: str, maximum: str, *others: str) -> dict[str, Json]:
    types = [{"code": one} for one in (code, *others)]
    return {"id": path, "path": path, "min": 0, "max": maximum, "type": types}


def pinned(type_name: str, value: Json) -> Pinned:
    """A fixed value or pattern."""
    return Pinned(type_name, value)
