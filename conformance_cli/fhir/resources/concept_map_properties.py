"""Properties and attributes of mappings, which R5 has ConceptMap declare.

Source: http://hl7.org/fhir/R5/conceptmap.html, property and additionalAttribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.reading import choice, parts, short, text
from conformance_cli.fhir.terminology.protocol import Coded, Standing
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_MAP: Final = "http://hl7.org/fhir/R5/conceptmap.html"

NO_SYSTEM = error(
    "concept-map-property-system",
    "required",
    "The property '{code}' has codes, so it names their code system",
    f"ConceptMap.property.system is required for properties of type code ({_MAP}).",
)
SYSTEM_UNKNOWN = warning(
    "concept-map-property-system-unknown",
    "required",
    "The code system {system} of the property '{code}' is not loaded",
    f"ConceptMap.property.system defines the values ({_MAP}).",
)
UNDECLARED = error(
    "concept-map-property-undeclared",
    "required",
    "'{code}' is not declared; {known}",
    f"Properties and attributes of mappings are declared by the map ({_MAP}).",
)
WRONG_TYPE = error(
    "concept-map-property-type",
    "required",
    "'{code}' is declared as {expected}; the value is of type {found}",
    f"Values are of the type that is declared ({_MAP}).",
)
CODE_UNKNOWN = error(
    "concept-map-property-code",
    "required",
    "The value '{value}' of the property '{code}' does not exist: {reason}",
    f"ConceptMap.property.system defines the values ({_MAP}).",
)


class Declared:
    """What a map declares about its mappings."""

    def __init__(self, session: Session, resource: Mapping[str, Json]) -> None:
        self._session = session
        self._properties = _by_code(resource, "property")
        self._attributes = _by_code(resource, "additionalAttribute")
        self._resource = resource

    def check_declarations(self, place: Place) -> None:
        """Report properties of type code whose code system is missing or not loaded."""
        for index, one in parts(self._resource, "property"):
            at, code = place.child("property", index), short(text(one, "code"))
            system = text(one, "system")
            if system is None:
                if text(one, "type") == "code":
                    self._session.report(NO_SYSTEM, at, code=code)
            elif not self._session.tools.terminology.knows_system(system):
                self._session.report(SYSTEM_UNKNOWN, at, code=code, system=short(system))

    def check_target(self, target: Mapping[str, Json], place: Place) -> None:
        """Report values of a mapping that do not keep to the declarations."""
        for index, one in parts(target, "property"):
            self._check(one, "code", self._properties, place.child("property", index))
        for name in ("dependsOn", "product"):
            for index, one in parts(target, name):
                # before R5, dependencies were properties of the code system, declared nowhere
                if "attribute" in one:
                    self._check(one, "attribute", self._attributes, place.child(name, index))

    def _check(
        self,
        one: Mapping[str, Json],
        key: str,
        declared: Mapping[str, Mapping[str, Json]],
        place: Place,
    ) -> None:
        code, value = text(one, key), choice(one, "value")
        if code is None:
            return
        found = declared.get(code)
        if found is None:
            known = f"there are {short(', '.join(declared))}" if declared else "nothing is"
            self._session.report(UNDECLARED, place.child(key), code=short(code), known=known)
            return
        expected = text(found, "type")
        if value is None or expected is None:
            return
        at = value.at(place)
        if value.type != expected:
            shown = {"code": short(code), "expected": short(expected), "found": value.type}
            self._session.report(WRONG_TYPE, at, severity=None, profile=None, **shown)
        elif expected == "code" and isinstance(value.value, str):
            self._check_code(code, value.value, text(found, "system"), at)

    def _check_code(self, code: str, value: str, system: str | None, at: Place) -> None:
        if system is None:
            return
        answer = self._session.tools.terminology.in_code_system(Coded(system, value))
        if answer.standing is Standing.INVALID:
            shown = {"code": short(code), "value": short(value), "reason": answer.reason}
            self._session.report(CODE_UNKNOWN, at, severity=None, profile=None, **shown)


def _by_code(resource: Mapping[str, Json], name: str) -> dict[str, Mapping[str, Json]]:
    found = ((text(one, "code"), one) for _, one in parts(resource, name))
    return {code: one for code, one in found if code is not None}
