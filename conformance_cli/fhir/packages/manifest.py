"""What a package says about itself: ``package.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from conformance_cli.fhir.packages.errors import PackageError

#: Bytes; real ones have a few thousand.
LARGEST_MANIFEST = 4 * 1024 * 1024


class Manifest(Struct, frozen=True):
    """The facts of a ``package.json`` that matter for finding definitions.

    https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
    """

    name: str
    version: str = ""
    title: str = ""
    #: What kind of package: ``fhir.core``, ``IG`` ...; empty where nothing is said.
    type: str = ""
    canonical: str = ""
    fhir_versions: tuple[str, ...] = ()
    dependencies: Mapping[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """``name@version``, or the name alone where there is no version."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def is_core(self) -> bool:
        """Whether it holds the base definitions of a FHIR version."""
        parts = self.name.split(".")
        return self.type.lower() == "fhir.core" or (parts[:2] == ["hl7", "fhir"] and _core(parts))


def _core(parts: list[str]) -> bool:
    """``hl7.fhir.core`` and ``hl7.fhir.r4.core``, but not ``hl7.fhir.us.core``."""
    return parts[2:] == ["core"] or (
        len(parts) == 4 and parts[3] == "core" and parts[2][:1] == "r" and parts[2][1:2].isdecimal()
    )


def read_manifest(data: bytes, place: object) -> Manifest:
    """The manifest that a ``package.json`` holds.

    Raises:
        PackageError: it is no JSON object, or names no package.

    """
    try:
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PackageError(
            f"package.json cannot be read: {error}", place, "get the package again"
        ) from error
    if not isinstance(found, dict) or not _text(found, "name"):
        raise PackageError("package.json names no package", place, "get the package again")
    return Manifest(
        name=_text(found, "name"),
        version=_text(found, "version"),
        title=_text(found, "title"),
        type=_text(found, "type"),
        canonical=_text(found, "canonical"),
        fhir_versions=_versions(found),
        dependencies=_dependencies(found.get("dependencies")),
    )


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _versions(found: Mapping[str, Any]) -> tuple[str, ...]:
    # three spellings are in use; the last is that of the first packages
    for key in ("fhirVersions", "fhir-version-list", "fhirVersion"):
        value = found.get(key)
        listed = value if isinstance(value, list) else [value]
        if versions := tuple(item for item in listed if isinstance(item, str) and item):
            return versions
    return ()


def _dependencies(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: wanted for name, wanted in value.items() if isinstance(wanted, str)}
