"""Rules of OperationDefinitions: their base, and the profiles of their parameters.

http://hl7.org/fhir/R4/operationdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.definitions.schema import Element, Structure
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.reading import (
    count,
    extension_values,
    parts,
    short,
    text,
    texts,
    unversioned,
)
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_ALLOWED_TYPE: Final = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
_ABOUT: Final = (
    "OperationDefinition.inputProfile and outputProfile: profiles on Parameters that say the "
    "same as the parameters of the operation (FHIR R4)."
)

CIRCLE = error(
    "operation-base-circle",
    "business-rule",
    "The operation is based on itself, by way of {url}",
    "OperationDefinition.base (FHIR R4).",
)
PROFILE_UNKNOWN = warning(
    "operation-profile-unknown",
    "not-found",
    "The profile {url} is not at hand: the parameters were not held against it",
    _ABOUT,
)
NOT_PARAMETERS = error(
    "operation-profile-type", "invalid", "{url} is a profile on {type}, not on Parameters", _ABOUT
)
NOT_DEFINED = warning(
    "operation-profile-only",
    "business-rule",
    "The profile has a parameter {name} ({use}) that the operation does not have",
    _ABOUT,
)
NOT_PROFILED = warning(
    "operation-parameter-only",
    "business-rule",
    "The operation has a parameter {name} ({use}) that the profile does not have",
    _ABOUT,
)
CARDINALITY = error(
    "operation-parameter-cardinality",
    "business-rule",
    "The parameter {name} has {key} {found}; in the profile it is {expected}",
    _ABOUT,
)
TYPES = error(
    "operation-parameter-types",
    "invalid",
    "The parameter {name} is of type {found}; in the profile it is {expected}",
    _ABOUT,
)

#: How far the chain of bases is followed.
_MAX_BASES: Final = 50


def check_operation_definition(session: Session, scope: Scope) -> None:
    """That an operation is not based on itself, and fits the profiles it names."""
    _check_base(session, scope)
    for key, use in (("inputProfile", "in"), ("outputProfile", "out")):
        url = text(scope.resource, key)
        if url is not None:
            place = scope.place.child(key)
            _check_profile(session, scope, url, use, place)


def _check_base(session: Session, scope: Scope) -> None:
    own, base = text(scope.resource, "url"), text(scope.resource, "base")
    seen = 0
    while base is not None and own is not None and seen < _MAX_BASES:
        if unversioned(base) == own:
            session.report(CIRCLE, scope.place, url=short(base))
            return
        found = session.library.resource(base, "OperationDefinition")
        base = text(found, "base") if found is not None else None
        seen += 1


@dataclass(frozen=True, slots=True)
class _Profiled:
    """A parameter as a profile has it: a slice of Parameters.parameter."""

    name: str
    min: int
    max: str
    types: frozenset[str]


def _check_profile(session: Session, scope: Scope, url: str, use: str, place: Place) -> None:
    structure = session.library.structure(url)
    if structure is None:
        session.report(PROFILE_UNKNOWN, place, url=short(url))
        return
    if structure.type != "Parameters":
        session.report(NOT_PARAMETERS, place, url=short(url), type=structure.type)
        return
    defined = {
        text(parameter, "name") or "": (index, parameter)
        for index, parameter in parts(scope.resource, "parameter")
        if text(parameter, "use") == use
    }
    profiled = {one.name: one for one in _profiled(structure)}
    for name, one in profiled.items():
        if name not in defined:
            session.report(NOT_DEFINED, place, name=short(name), use=use)
            continue
        index, parameter = defined[name]
        _compare(session, one, parameter, scope.place.child("parameter", index))
    for name, (index, _) in defined.items():
        if name not in profiled:
            at = scope.place.child("parameter", index)
            session.report(NOT_PROFILED, at, name=short(name), use=use)


def _profiled(structure: Structure) -> Iterator[_Profiled]:
    parameter = _child(structure.root, "parameter")
    for one in parameter.slices if parameter is not None else ():
        named = _child(one, "name")
        pinned = (named.fixed or named.pattern) if named is not None else None
        if pinned is not None and isinstance(pinned.value, str):
            limit = "*" if one.max is None else str(one.max)
            yield _Profiled(pinned.value, one.min, limit, frozenset(_types(one)))


def _types(parameter: Element) -> Iterator[str]:
    """The types of the value or the resource, whichever the profile leaves possible."""
    found = {key: _child(parameter, key) for key in ("value", "resource", "part")}
    required = {key for key, child in found.items() if child is not None and child.min > 0}
    for key in ("value", "resource"):
        child = found[key]
        if child is not None and child.max != 0 and required <= {key}:
            yield from (ref.code for ref in child.types)


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element.children if child.name == name), None)


def _compare(
    session: Session, profiled: _Profiled, parameter: Mapping[str, Json], place: Place
) -> None:
    name = short(profiled.name)
    limits: tuple[tuple[str, object, object], ...] = (
        ("min", count(parameter, "min"), profiled.min),
        ("max", text(parameter, "max"), profiled.max),
    )
    for key, found, expected in limits:
        if found is not None and found != expected:
            session.report(CARDINALITY, place, name=name, key=key, found=found, expected=expected)
    allowed = _allowed(parameter)
    if allowed and profiled.types and allowed != profiled.types:
        shown = {"found": ", ".join(sorted(allowed)), "expected": ", ".join(sorted(profiled.types))}
        session.report(TYPES, place, name=name, severity=None, profile=None, **shown)


def _allowed(parameter: Mapping[str, Json]) -> frozenset[str]:
    """The types of a parameter; those listed narrow an abstract one."""
    values = extension_values(parameter, _ALLOWED_TYPE)
    listed = {one.value for one in values if isinstance(one.value, str)}
    listed |= {one for _, one in texts(parameter, "allowedType")}
    kind = text(parameter, "type")
    return frozenset(listed or ({kind} if kind else ()))
