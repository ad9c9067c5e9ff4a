"""Membership in value sets, as FHIRPath asks for it (``memberOf``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.terminology.protocol import Coded, Standing, Terminology

Json = Any


def member_of(terminology: Terminology, value: Json, type_name: str, value_set: str) -> bool | None:
    """Whether any code of a value is in a value set; ``None`` where nobody can tell."""
    unknown = False
    for coded in codes_of(value, type_name):
        standing = terminology.in_value_set(coded, value_set).standing
        if standing is Standing.VALID:
            return True
        unknown = unknown or standing is Standing.UNKNOWN
    return None if unknown else False


def codes_of(value: Json, type_name: str = "") -> Iterator[Coded]:
    """The codes in a code, Coding, CodeableConcept or Quantity.

    The system of a ``code`` is ``None``: it follows from the value set.  That of a Coding
    without one is empty.
    """
    if isinstance(value, str):
        yield Coded(None, value)
    elif isinstance(value, Mapping):
        many = value.get("coding") if "coding" in value or type_name == "CodeableConcept" else None
        for coding in many if isinstance(many, list) else [value]:
            if isinstance(coding, Mapping):
                yield Coded(
                    _text(coding.get("system")) or "",
                    _text(coding.get("code")),
                    _text(coding.get("version")),
                    _text(coding.get("display")),
                )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
