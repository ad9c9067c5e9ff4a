"""A FHIR core package with two resources and what they need, written to a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BASE = "http://hl7.org/fhir/StructureDefinition/"
NAMED = "https://example.org/StructureDefinition/active-patient"
_VALUES = {
    "boolean": "http://hl7.org/fhirpath/System.Boolean",
    "string": "http://hl7.org/fhirpath/System.String",
    "code": "http://hl7.org/fhirpath/System.String",
    "uri": "http://hl7.org/fhirpath/System.String",
    "canonical": "http://hl7.org/fhirpath/System.String",
    "id": "http://hl7.org/fhirpath/System.String",
    "xhtml": "http://hl7.org/fhirpath/System.String",
}


def write_core(packages: Path, version: str = "4.0.1", family: str = "r4") -> Path:
    """A core package of a FHIR version in a package cache folder."""
    name = f"hl7.fhir.{family}.core"
    folder = packages / f"{name}#{version}" / "package"
    folder.mkdir(parents=True)
    manifest = {
        "name": name, "version": version, "type": "fhir.core", "fhirVersions": [version],
    }  # fmt: skip
    (folder / "package.json").write_text(json.dumps(manifest))
    for definition in _definitions(version):
        (folder / f"StructureDefinition-{definition['id']}.json").write_text(json.dumps(definition))
    return folder


def write_profile(path: Path, version: str = "4.0.1") -> Path:
    """A loose profile of Patient that asks for ``active``."""
    profile = _definition("active-patient", "resource", "Patient", version, "constraint", [])
    profile |= {"url": NAMED, "type": "Patient", "baseDefinition": BASE + "Patient"}
    del profile["snapshot"]
    profile["differential"] = {
        "element": [
            {"id": "Patient", "path": "Patient"},
            {"id": "Patient.active", "path": "Patient.active", "min": 1, "mustSupport": True},
        ]
    }
    path.write_text(json.dumps(profile))
    return path


def _definitions(version: str) -> Iterator[dict[str, Any]]:
    def make(name: str, kind: str, base: str | None, *elements: dict[str, Any], **more: Any):
        made = _definition(name, kind, base, version, "specialization", list(elements))
        return {**made, **more}

    extension = _element("Element.extension", "Extension", most="*")
    identity = _element("Element.id", "http://hl7.org/fhirpath/System.String")
    yield make("Element", "complex-type", None, identity, extension, abstract=True)
    for name, system in _VALUES.items():
        value = _element(f"{name}.value", system)
        yield make(name, "primitive-type", "Element", *_under(name, identity, extension), value)
    yield make(
        "Extension", "complex-type", "Element", *_under("Extension", identity, extension),
        _element("Extension.url", "uri", least=1), _element("Extension.value[x]", "string"),
    )  # fmt: skip
    yield make(
        "Meta", "complex-type", "Element", *_under("Meta", identity, extension),
        _element("Meta.profile", "canonical", most="*"),
    )  # fmt: skip
    yield make(
        "Narrative", "complex-type", "Element", *_under("Narrative", identity, extension),
        _element("Narrative.status", "code", least=1), _element("Narrative.div", "xhtml", least=1),
    )  # fmt: skip
    yield make(
        "Coding", "complex-type", "Element", *_under("Coding", identity, extension),
        _element("Coding.system", "uri"), _element("Coding.version", "string"),
        _element("Coding.code", "code"), _element("Coding.display", "string"),
        _element("Coding.userSelected", "boolean"),
    )  # fmt: skip
    yield make(
        "CodeableConcept", "complex-type", "Element",
        *_under("CodeableConcept", identity, extension),
        _element("CodeableConcept.coding", "Coding", most="*"),
        _element("CodeableConcept.text", "string"),
    )  # fmt: skip
    resource = [_element("Resource.id", "id"), _element("Resource.meta", "Meta")]
    yield make("Resource", "resource", None, *resource, abstract=True)
    domain = [
        *_under("DomainResource", *resource),
        _element("DomainResource.text", "Narrative"),
        _element("DomainResource.contained", "Resource", most="*"),
        _element("DomainResource.extension", "Extension", most="*"),
    ]
    yield make("DomainResource", "resource", "Resource", *domain, abstract=True)
    yield make(
        "Patient", "resource", "DomainResource", *_under("Patient", *domain),
        _element("Patient.active", "boolean"), _element("Patient.gender", "code"),
    )  # fmt: skip
    yield make(
        "Basic", "resource", "DomainResource", *_under("Basic", *domain),
        _element("Basic.code", "CodeableConcept", least=1),
    )  # fmt: skip


def _definition(
    name: str, kind: str, base: str | None, version: str, derivation: str, elements: list
) -> dict[str, Any]:
    root = {"id": name, "path": name, "min": 0, "max": "*", "base": _base(name, 0, "*")}
    made = {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": BASE + name,
        "name": name,
        "version": version,
        "fhirVersion": version,
        "status": "active",
        "kind": kind,
        "abstract": False,
        "type": name,
        "derivation": derivation,
        "snapshot": {"element": [root, *elements]},
    }
    return made | ({"baseDefinition": BASE + base} if base else {})


def _element(path: str, code: str, least: int = 0, most: str = "1") -> dict[str, Any]:
    return {
        "id": path, "path": path, "min": least, "max": most, "type": [{"code": code}],
        "base": _base(path, least, most),
    }  # fmt: skip


def _base(path: str, least: int, most: str) -> dict[str, Any]:
    return {"path": path, "min": least, "max": most}


def _under(name: str, *elements: dict[str, Any]) -> list[dict[str, Any]]:
    """The same elements as another type inherits them."""
    moved = []
    for element in elements:
        path = f"{name}.{element['path'].partition('.')[2]}"
        moved.append({**element, "id": path, "path": path})
    return moved
