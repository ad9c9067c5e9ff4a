"""Properties of a code system: how they are declared, and whether concepts keep to that.

Source: http://hl7.org/fhir/R4/codesystem.html#properties and the properties that FHIR
defines itself, http://hl7.org/fhir/R5/codesystem.html#defined-props.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.reading import Choice, choice, parts, short, text
from conformance_cli.fhir.terminology.protocol import Coded, Standing, Terminology
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_PROPERTIES: Final = "http://hl7.org/fhir/R4/codesystem.html#properties"
_DEFINED: Final = "http://hl7.org/fhir/concept-properties#"

NOT_ABSOLUTE = error(
    "code-system-property-uri",
    "business-rule",
    "The URI of a property is absolute; found '{uri}'",
    f"CodeSystem.property.uri points at the meaning of a property ({_PROPERTIES}).",
)
DUPLICATE_URI = error(
    "code-system-property-duplicate-uri",
    "business-rule",
    "Two properties have the URI {uri}",
    f"A URI gives one property its meaning ({_PROPERTIES}).",
)
DUPLICATE_CODE = error(
    "code-system-property-duplicate",
    "business-rule",
    "The property '{code}' is declared twice",
    f"Concepts refer to a property by its code, so it is unique ({_PROPERTIES}).",
)
NOT_DEFINED = error(
    "code-system-property-not-defined",
    "business-rule",
    "FHIR defines no property {uri}",
    "URLs below hl7.org/fhir are FHIR's own (http://hl7.org/fhir/R5/codesystem.html#defined-props).",
)
OTHER_MEANING = error(
    "code-system-property-meaning",
    "business-rule",
    "The property with the URI {uri} is called '{expected}'; '{code}' is another one of FHIR's",
    f"A name that FHIR defines keeps its meaning ({_PROPERTIES}).",
)
OTHER_TYPE = error(
    "code-system-property-type",
    "business-rule",
    "The property {uri} is of type {expected}; it is declared as {found}",
    "FHIR defines the types of its properties (http://hl7.org/fhir/R5/codesystem.html).",
)
LOOKS_DEFINED = warning(
    "code-system-property-without-uri",
    "business-rule",
    "The property '{code}' has the name of one that FHIR defines, but not its URI, {uri}",
    f"Only the URI makes it that property ({_PROPERTIES}).",
)
LOOKS_OTHERWISE_TYPED = warning(
    "code-system-property-name-type",
    "business-rule",
    "The property '{code}' of FHIR is of type {expected}; this one is declared as {found}",
    f"The same name with another type misleads ({_PROPERTIES}).",
)
UNDECLARED = warning(
    "code-system-property-undeclared",
    "business-rule",
    "The property '{code}' is not declared in CodeSystem.property",
    f"Every property that concepts have is declared ({_PROPERTIES}).",
)
NO_VALUE = error(
    "code-system-property-no-value",
    "business-rule",
    "The property '{code}' has no value",
    f"CodeSystem.concept.property.value[x] is required ({_PROPERTIES}).",
)
WRONG_TYPE = error(
    "code-system-property-wrong-type",
    "business-rule",
    "The property '{code}' is declared as {expected}; the value is of type {found}",
    f"The value is of the type that the property is declared with ({_PROPERTIES}).",
)
BAD_REFERENCE = warning(
    "code-system-property-code",
    "invalid",
    "The property '{code}' refers to '{value}', which is no code of this code system",
    f"A property of type code identifies a concept of the code system ({_PROPERTIES}).",
)
OUTSIDE_VALUE_SET = error(
    "code-system-property-value-set",
    "invalid",
    "The value '{value}' of the property '{code}' is not in the value set {value_set}",
    "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset limits the values.",
)
UNKNOWN_VALUE_SET = information(
    "code-system-property-value-set-unknown",
    "not-found",
    "The values of the property '{code}' were not checked: {value_set} is not loaded",
    "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset limits the values.",
)

_ABSOLUTE = Regex(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_FHIR: Final = "://hl7.org/fhir"
_BASE_SPECIFICATION = Regex(r"http://hl7\.org/fhir/[^/]*")
_VALUE_SETS: Final = (
    "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset",
    "http://hl7.org/fhir/6.0/StructureDefinition/extension-CodeSystem.property.valueSet",
)
#: The properties of R4 to R6, and their types.
_TYPES: Mapping[str, str] = {
    "status": "code",
    "inactive": "boolean",
    "effectiveDate": "dateTime",
    "deprecated": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "notSelectable": "boolean",
    "parent": "code",
    "child": "code",
    "partOf": "code",
    "synonym": "code",
    "alternateCode": "code",
    "comment": "string",
    "itemWeight": "decimal",
    "order": "decimal",
    "definition": "string",
}
#: Those whose values are codes of the same code system, whatever else is said.
_INTERNAL: Final = frozenset({"parent", "child", "partOf", "synonym"})
#: A name too common to be taken for FHIR's, and one that changed its type.
_VAGUE: Final = frozenset({"definition", "order", "alternateCode", "deprecated"})


@dataclass(frozen=True, slots=True)
class _Declared:
    """A property as it is declared; ``defined`` is FHIR's name of it, by its URI."""

    type: str | None
    defined: str | None
    value_set: str | None


class Properties:
    """The declared properties of a code system with these codes."""

    def __init__(
        self,
        session: Session,
        resource: Mapping[str, Json],
        place: Place,
        codes: set[str | None],
    ) -> None:
        self._session = session
        self._resource = resource
        self._place = place
        self._codes = codes
        self._declared: dict[str, _Declared] = {}
        self._uris: set[str] = set()
        self._internal: set[str] = set()
        self._doubted: set[str] = set()

    def check_definitions(self) -> None:
        """Report what is wrong with the declarations."""
        for index, one in parts(self._resource, "property"):
            at = self._place.child("property", index)
            uri, code = text(one, "uri"), text(one, "code")
            defined = None if uri is None else self._check_uri(uri, at)
            if code is not None:
                self._declare(one, code, defined, at)
            self._check_defined(one, defined, at)

    def _check_uri(self, uri: str, at: Place) -> str | None:
        """FHIR's name of the property."""
        report = self._session.report
        if _ABSOLUTE.fullmatch(uri) is None:
            report(NOT_ABSOLUTE, at, uri=short(uri))
            return None
        if uri in self._uris:
            report(DUPLICATE_URI, at, uri=short(uri))
        self._uris.add(uri)
        name = uri.removeprefix(_DEFINED)
        if name in _TYPES:
            return name
        if _FHIR in uri and not self._is_defined(uri):
            report(NOT_DEFINED, at, uri=short(uri))
        return None

    def _is_defined(self, uri: str) -> bool:
        """Whether a URI of FHIR's is this code system's own, or a code of one of FHIR's."""
        own = text(self._resource, "url") or ""
        if (own and uri.startswith(own)) or _BASE_SPECIFICATION.fullmatch(own):
            return True
        system, _, code = uri.partition("#")
        terminology: Terminology = self._session.tools.terminology
        answer = terminology.in_code_system(Coded(system, code or None))
        return answer.standing is Standing.VALID

    def _declare(self, one: Mapping[str, Json], code: str, defined: str | None, at: Place) -> None:
        if code in self._declared or code in self._uris:
            self._session.report(DUPLICATE_CODE, at, code=short(code))
            return
        if defined in _INTERNAL:
            self._internal.add(code)
        value_sets = [found.value for found in _extensions(one) if isinstance(found.value, str)]
        first = value_sets[0] if value_sets else None
        self._declared[code] = _Declared(text(one, "type"), defined, first)

    def _check_defined(self, one: Mapping[str, Json], defined: str | None, at: Place) -> None:
        uri, code, found = text(one, "uri"), text(one, "code"), text(one, "type")
        report = self._session.report
        if defined is not None and uri is not None:
            expected = _TYPES[defined]
            if code in _TYPES and code != defined:
                report(OTHER_MEANING, at, uri=short(uri), expected=defined, code=code)
            if found is not None and found != expected:
                report(OTHER_TYPE, at, uri=short(uri), expected=expected, found=short(found))
        elif uri is None and code is not None and code in _TYPES and code not in _VAGUE:
            expected = _TYPES[code]
            report(LOOKS_DEFINED, at, code=code, uri=_DEFINED + code)
            if found is not None and found != expected:
                report(LOOKS_OTHERWISE_TYPED, at, code=code, expected=expected, found=short(found))

    def check_values(self, concept: Mapping[str, Json], place: Place) -> None:
        """Report values of a concept that do not keep to the declarations."""
        for index, one in parts(concept, "property"):
            code = text(one, "code")
            if code is not None:
                self._check_value(code, choice(one, "value"), place.child("property", index))

    def _check_value(self, code: str, value: Choice | None, at: Place) -> None:
        report = self._session.report
        declared = self._declared.get(code)
        if declared is None:
            report(UNDECLARED, at, code=short(code))
        if value is None:
            report(NO_VALUE, at, code=short(code))
        elif declared is not None and declared.type is not None:
            if value.type != declared.type:
                expected = short(declared.type)
                report(WRONG_TYPE, at, code=short(code), expected=expected, found=value.type)
            elif value.type == "code" and isinstance(value.value, str):
                self._check_code(code, value.value, declared, at)

    def _check_code(self, code: str, value: str, declared: _Declared, at: Place) -> None:
        if declared.value_set is not None:
            self._check_in_value_set(code, value, declared.value_set, at)
        elif declared.defined not in (None, *_INTERNAL):
            # a status, for one, is a code, but not of this code system
            return
        elif not self._is_code(value):
            self._report_reference(code, value, at)

    def _report_reference(self, code: str, value: str, at: Place) -> None:
        is_surely_code = code in self._internal
        # a property of unknown meaning is doubted once, not for every concept
        if is_surely_code or code not in self._doubted:
            self._doubted.add(code)
            severity = Severity.ERROR if is_surely_code else Severity.WARNING
            shown = short(value)
            self._session.report(
                BAD_REFERENCE, at, severity=severity, code=short(code), value=shown
            )

    def _is_code(self, value: str) -> bool:
        if value in self._codes:
            return True
        supplements = text(self._resource, "supplements")
        if supplements is None:
            return False
        system, _, version = supplements.partition("|")
        terminology: Terminology = self._session.tools.terminology
        answer = terminology.in_code_system(Coded(system, value, version or None))
        return answer.standing is not Standing.INVALID

    def _check_in_value_set(self, code: str, value: str, value_set: str, at: Place) -> None:
        terminology: Terminology = self._session.tools.terminology
        standing = terminology.in_value_set(Coded(None, value), value_set).standing
        message = {Standing.INVALID: OUTSIDE_VALUE_SET, Standing.UNKNOWN: UNKNOWN_VALUE_SET}
        if standing in message:
            shown = {"code": short(code), "value": short(value), "value_set": short(value_set)}
            self._session.report(message[standing], at, severity=None, profile=None, **shown)


def _extensions(one: Mapping[str, Json]) -> list[Choice]:
    found = [held for _, held in parts(one, "extension") if held.get("url") in _VALUE_SETS]
    return [value for held in found if (value := choice(held, "value")) is not None]
