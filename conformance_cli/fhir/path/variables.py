"""Variables that every expression of FHIR has (FHIR R4, 2.9.1.4)."""

from __future__ import annotations

from collections.abc import Mapping

_CONSTANTS: Mapping[str, str] = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
_PREFIXES: Mapping[str, str] = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}
_RESOURCES = frozenset({"context", "resource", "rootResource"})


def constant(name: str) -> str | None:
    """What a variable is in every evaluation; ``None`` where it depends on the input."""
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    for prefix, base in _PREFIXES.items():
        if name.startswith(prefix):
            return base + name.removeprefix(prefix)
    return None


def is_reserved(name: str) -> bool:
    """Whether an expression may give no meaning of its own to a name."""
    return name in _RESOURCES or constant(name) is not None
