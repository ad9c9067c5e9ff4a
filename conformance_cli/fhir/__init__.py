"""FHIR: packages, definitions, validation, FHIRPath.  Imports nothing else of ours.

    library = open_packages(["hl7.fhir.r4.core@4.0.1"])
    outcome = Validator(library).validate(data, profiles=["http://..."])

``shape_library()`` serves where there are no packages.

Names are loaded when they are first used: a command that needs none pays for none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance_cli.fhir.definitions.library import Library
    from conformance_cli.fhir.definitions.shapes import shape_library
    from conformance_cli.fhir.errors import FhirPathError
    from conformance_cli.fhir.outcome.issue import Issue, Severity
    from conformance_cli.fhir.packages.errors import PackageError
    from conformance_cli.fhir.packages.loading import open_packages
    from conformance_cli.fhir.path.fhirpath import FhirPath, default_fhirpath
    from conformance_cli.fhir.path.literals import literal
    from conformance_cli.fhir.source.resource import read_resource
    from conformance_cli.fhir.validation.options import Options, ReferencePolicy
    from conformance_cli.fhir.validation.validator import Outcome, Validator

_HOMES = {
    "FhirPath": "path.fhirpath",
    "FhirPathError": "errors",
    "Issue": "outcome.issue",
    "Library": "definitions.library",
    "Options": "validation.options",
    "Outcome": "validation.validator",
    "PackageError": "packages.errors",
    "ReferencePolicy": "validation.options",
    "Severity": "outcome.issue",
    "Validator": "validation.validator",
    "default_fhirpath": "path.fhirpath",
    "literal": "path.literals",
    "open_packages": "packages.loading",
    "read_resource": "source.resource",
    "shape_library": "definitions.shapes",
}

__all__ = [
    "FhirPath",
    "FhirPathError",
    "Issue",
    "Library",
    "Options",
    "Outcome",
    "PackageError",
    "ReferencePolicy",
    "Severity",
    "Validator",
    "default_fhirpath",
    "literal",
    "open_packages",
    "read_resource",
    "shape_library",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
