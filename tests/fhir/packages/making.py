"""Small packages and definitions, made for a test."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CORE = "http://hl7.org/fhir/StructureDefinition/"


def structure(name: str, *, url: str = "", base: str = "Element", **more: Any) -> dict[str, Any]:
    """The definition of a type, or of a profile where ``more`` says so."""
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": url or CORE + name,
        "name": name,
        "kind": "complex-type",
        "abstract": False,
        "type": name,
        "baseDefinition": CORE + base,
        "derivation": "specialization",
        "snapshot": {"element": [{"id": name, "path": name, "min": 0, "max": "*"}]},
        **more,
    }


def value_set(url: str, version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "url": url, "version": version, **more}


def core() -> dict[str, Any]:
    """A very small core package."""
    resource = {"kind": "resource"}
    return {
        "Element": structure("Element", base="", abstract=True) | {"baseDefinition": None},
        "string": structure("string", kind="primitive-type"),
        "code": structure("code", base="string", kind="primitive-type"),
        "Quantity": structure("Quantity"),
        "Age": structure("Age", base="Quantity", type="Quantity", derivation="constraint"),
        "Resource": structure("Resource", base="", abstract=True, **resource),
        "DomainResource": structure("DomainResource", base="Resource", abstract=True, **resource),
        "Patient": structure("Patient", base="DomainResource", version="4.0.1", **resource),
    }


def manifest(name: str = "test.package", version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    return {"name": name, "version": version, **more}


def core_manifest() -> dict[str, Any]:
    return manifest("hl7.fhir.r4.core", "4.0.1", type="fhir.core", fhirVersions=["4.0.1"])


def content(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def tgz(
    path: Path,
    resources: Mapping[str, Any] = {},
    about: Mapping[str, Any] | None = None,
    *,
    extra: Mapping[str, Any] = {},
) -> Path:
    """A package archive; ``extra`` holds members by their path in it."""
    files = {"package/package.json": about or manifest()}
    files |= {f"package/{name}.json": value for name, value in resources.items()}
    with tarfile.open(path, "w:gz") as archive:
        for name, value in {**files, **extra}.items():
            add(archive, name, content(value))
    return path


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", **more: Any) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


def folder(
    path: Path, resources: Mapping[str, Any], about: Mapping[str, Any] | None = None
) -> Path:
    """The same, unpacked; without a manifest, a folder of loose resources."""
    inner = path / "package" if about else path
    inner.mkdir(parents=True)
    if about:
        (inner / "package.json").write_bytes(content(about))
    for name, value in resources.items():
        (inner / f"{name}.json").write_bytes(content(value))
    return path


def install(root: Path, resources: Mapping[str, Any], about: Mapping[str, Any]) -> Path:
    """A package in a package cache."""
    return folder(root / f"{about['name']}#{about['version']}", resources, about)
