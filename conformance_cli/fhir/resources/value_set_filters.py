"""Filters of value sets: whether the code system has such properties, and such values.

Source: ValueSet.compose.include.filter (http://hl7.org/fhir/R4/valueset.html) and, for
SNOMED CT and LOINC, http://hl7.org/fhir/R4/snomedct.html and loinc.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import Message, error, information, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.reading import (
    companion,
    extension_value,
    parts,
    short,
    text,
    texts,
)
from conformance_cli.fhir.resources.value_set_systems import Included
from conformance_cli.fhir.terminology.protocol import Coded, Standing, Terminology
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_FILTER: Final = "ValueSet.compose.include.filter (http://hl7.org/fhir/R4/valueset.html)"

PROPERTY_UNKNOWN = warning(
    "value-set-filter-property",
    "invalid",
    "{system} declares neither a property nor a filter '{property}'",
    f"{_FILTER}: property is one that the code system defines.",
)
PROPERTY_UNCHECKED = information(
    "value-set-filter-property-unchecked",
    "invalid",
    "Whether {system} has a property '{property}' is not known: it is not loaded",
    f"{_FILTER}: property is one that the code system defines.",
)
OPERATION = error(
    "value-set-filter-operation",
    "invalid",
    "The property '{property}' of {system} cannot be filtered by '{found}', only by {expected}",
    f"{_FILTER}: op is one that fits the property, or that the code system's filter names.",
)
NO_VALUE = error(
    "value-set-filter-no-value",
    "invalid",
    "The filter on '{property}' has no value",
    f"{_FILTER}: value is required.",
)
TWO_VALUES = error(
    "value-set-filter-values",
    "invalid",
    "The filter on '{property}' has a value and an expression that computes it",
    "An expression stands in for a value (http://hl7.org/fhir/StructureDefinition/cqf-expression).",
)
WRONG_VALUE = error(
    "value-set-filter-value",
    "invalid",
    "The filter on '{property}' needs {expected}; found '{found}'",
    f"{_FILTER}: value is of the type of the property.",
)
NO_SUCH_CODE = error(
    "value-set-filter-code",
    "invalid",
    "The filter on '{property}' asks for '{found}', which does not exist: {reason}",
    f"{_FILTER}: value is a code that the system defines.",
)
BAD_PATTERN = error(
    "value-set-filter-regex",
    "invalid",
    "The filter on '{property}' has a regular expression that is wrong: {reason}",
    f"{_FILTER}: with the operation regex, value is a regular expression.",
)

#: An expression that computes the value of a filter takes its place.
_COMPUTED: Final = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
_FREE: Final = frozenset[str]()
_CODES_R4: Final = frozenset(
    {"=", "in", "not-in", "is-a", "is-not-a", "descendent-of", "generalizes"}
)
_CODES_R5: Final = _CODES_R4 | {"child-of", "descendent-leaf"}
_DATE = Regex(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?)?)?")
_FORMS: Mapping[str, tuple[Regex, str]] = {
    "boolean": (Regex(r"true|false"), "true or false"),
    "integer": (Regex(r"-?\d{1,18}"), "an integer"),
    "decimal": (Regex(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,4})?"), "a decimal number"),
    "dateTime": (_DATE, "a date, with or without time"),
    "Coding": (Regex(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s|#]+[|#]\S+"), "a code as system#code"),
    "code": (Regex(r"\S+( \S+)*"), "a code, without blanks around it"),
}
#: What no dialect of regular expressions allows; the rest Python may just not know.
_MISTAKES: Final = ("missing )", "unbalanced paren", "unterminated char", "nothing to repeat")
_PREFIX = Regex(r"eq|ne|gt|lt|ge|le|sa|eb|ap")
_ORDERED: Final = frozenset({"integer", "decimal", "dateTime"})


@dataclass(frozen=True, slots=True)
class _Property:
    """What a filter on a property may look like; ``wrong_code`` where values must exist."""

    type: str | None
    operations: frozenset[str] = _FREE
    wrong_code: Severity | None = None


#: Those that every code system has (http://hl7.org/fhir/R4/codesystem.html#defined-props).
_COMMON: Mapping[str, _Property] = {
    "status": _Property("code"),
    "inactive": _Property("boolean"),
    "effectiveDate": _Property("dateTime"),
    "deprecated": _Property("dateTime"),
    "deprecationDate": _Property("dateTime"),
    "retirementDate": _Property("dateTime"),
    "notSelectable": _Property("boolean"),
    "synonym": _Property("code"),
    "comment": _Property(None),
    "display": _Property(None),
    "itemWeight": _Property("decimal"),
}
_RELATED: Final = frozenset({"parent", "child", "partOf"})
_SNOMED: Mapping[str, _Property] = {
    "concept": _Property(
        "code",
        frozenset({"is-a", "is-not-a", "in", "not-in", "descendent-of", "descendent-leaf"}),
        Severity.ERROR,
    ),
    "constraint": _Property(None, frozenset({"="})),
    "expression": _Property(None, frozenset({"="})),
    "expressions": _Property("boolean", frozenset({"=", "in"})),
    "inactive": _Property("boolean", frozenset({"=", "in"})),
}
_LOINC_CODE: Final = _Property("code", frozenset({"=", "is-a", "is-not-a", "in"}))
_SYSTEMS: Mapping[str, Mapping[str, _Property]] = {
    "http://snomed.info/sct": _SNOMED,
    "http://loinc.org": {"concept": _LOINC_CODE, "code": _LOINC_CODE},
}


def check_filter(
    session: Session, included: Included, condition: Mapping[str, Json], place: Place
) -> None:
    """Report a filter that its code system cannot follow."""
    name, operation = text(condition, "property"), text(condition, "op")
    if name is None:
        return
    rule = _rule(session, included, name)
    shown = {"system": short(included.system), "property": short(name)}
    if isinstance(rule, Message):
        session.report(rule, place, severity=None, profile=None, **shown)
        return
    if rule is None:
        return
    if operation is not None and rule.operations and operation not in rule.operations:
        expected = ", ".join(sorted(rule.operations))
        session.report(
            OPERATION,
            place,
            severity=None,
            profile=None,
            found=short(operation),
            expected=expected,
            **shown,
        )
    value = text(condition, "value")
    is_computed = extension_value(companion(condition, "value"), _COMPUTED) is not None
    if value is None or is_computed:
        if (value is None) is not is_computed:
            message = NO_VALUE if value is None else TWO_VALUES
            session.report(message, place, property=short(name))
        return
    _Value(session, included, name, place).check(operation, value, rule)


def _rule(session: Session, included: Included, name: str) -> _Property | Message | None:
    """What is known of a property; a message where it is not to be found."""
    system = included.system or ""
    own = _SYSTEMS.get(system)
    if own is not None:
        # of their many attributes, only those with a meaning of their own are listed here
        return own.get(name)
    reference = f"{system}|{included.version}" if included.version else system
    definition = session.library.resource(reference, "CodeSystem")
    declared = None if definition is None else _declared(definition, name)
    if declared is not None:
        return declared
    if name in ("concept", "code"):
        return _of_code(session, name)
    if name in _COMMON:
        return _COMMON[name]
    if definition is None:
        return PROPERTY_UNCHECKED
    if name in _RELATED and definition.get("hierarchyMeaning"):
        return _Property("code", wrong_code=Severity.ERROR)
    return PROPERTY_UNKNOWN


def _of_code(session: Session, name: str) -> _Property:
    is_newer = not session.library.fhir_version.startswith(("3.", "4."))
    operations = _CODES_R5 if is_newer else _CODES_R4
    more = {"regex"} if name == "code" else set[str]()
    return _Property("code", operations | more, Severity.ERROR)


def _declared(definition: Mapping[str, Json], name: str) -> _Property | None:
    """A property or filter as the code system declares it."""
    filters = [one for _, one in parts(definition, "filter") if text(one, "code") == name]
    operations = frozenset(op for one in filters for _, op in texts(one, "operator"))
    for _, one in parts(definition, "property"):
        if text(one, "code") == name:
            kind = text(one, "type")
            return _Property(kind, operations, Severity.WARNING if kind == "code" else None)
    return _Property(None, operations) if filters else None


def _mistake(pattern: str) -> str | None:
    """What is wrong with a regular expression in any dialect."""
    try:
        re.compile(pattern)
    except re.error as err:
        return err.msg if err.msg.startswith(_MISTAKES) else None
    except (OverflowError, RecursionError):
        return None
    return None


class _Value:
    """The value of one filter."""

    def __init__(self, session: Session, included: Included, name: str, place: Place) -> None:
        self._session = session
        self._included = included
        self._name = name
        self._place = place

    def check(self, operation: str | None, value: str, rule: _Property) -> None:
        """Report a value that does not fit the operation and the property."""
        if operation == "exists":
            self._check_form(value, "boolean")
        elif operation == "regex":
            self._check_pattern(value)
        else:
            for one in value.split(",") if operation in ("in", "not-in") else (value,):
                self._check_one(one, rule, operation)

    def _check_pattern(self, value: str) -> None:
        reason = "a concept has no text to match" if self._name == "concept" else _mistake(value)
        if reason is not None:
            name = short(self._name)
            self._session.report(BAD_PATTERN, self._place, property=name, reason=reason)

    def _check_one(self, value: str, rule: _Property, operation: str | None) -> None:
        stripped = value.strip() if operation in ("in", "not-in") else value
        if rule.type in _ORDERED and _PREFIX.match(stripped):
            stripped = stripped[2:]
        if rule.type is not None and self._check_form(stripped, rule.type) and rule.wrong_code:
            self._check_code(stripped, rule.wrong_code)

    def _check_form(self, value: str, type_name: str) -> bool:
        form = _FORMS.get(type_name)
        if form is None or form[0].fullmatch(value):
            return True
        name, found = short(self._name), short(value)
        self._session.report(WRONG_VALUE, self._place, property=name, expected=form[1], found=found)
        return False

    def _check_code(self, code: str, severity: Severity) -> None:
        included = self._included
        terminology: Terminology = self._session.tools.terminology
        answer = terminology.in_code_system(Coded(included.system, code, included.version))
        if answer.standing is Standing.INVALID:
            self._session.report(
                NO_SUCH_CODE,
                self._place,
                severity=severity,
                property=short(self._name),
                found=short(code),
                reason=answer.reason,
            )
