"""Primitive values: their kind in JSON, the form of their type, and the limits of their element."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.validation import primitive_forms as forms
from conformance_cli.fhir.validation.canonicals import check_defining_url
from conformance_cli.fhir.validation.limits import check_limits
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.primitive_forms import QUICK
from conformance_cli.fhir.validation.primitive_rules import EMPTY, RULES
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_JSON = "FHIR R4, 2.6.2 (http://hl7.org/fhir/R4/json.html#primitive)."
_NUMBERS = "http://hl7.org/fhir/R4/datatypes.html#primitive"
NOT_SIMPLE = error(
    "primitive-not-simple", "invalid", "A {type} is a simple value, not {found}", _JSON
)
KIND = error(
    "primitive-kind",
    "invalid",
    "A value of type {type} must be {expected} in JSON; found {found}",
    _JSON,
)
BOOLEAN = error(
    "primitive-boolean", "invalid", "{value} is no boolean; it must be true or false", _NUMBERS
)
INTEGER = error("primitive-integer", "invalid", "{value} is no whole number", _NUMBERS)
RANGE = error(
    "primitive-range",
    "invalid",
    "{value} is out of the range of {type}: {lowest} to {highest}",
    _NUMBERS,
)
DECIMAL = error("primitive-decimal", "invalid", "{value} is no decimal number", _NUMBERS)
VALUE_NEEDED = error(
    "primitive-value-needed",
    "invalid",
    "{element} must have a value, not only extensions",
    "ElementDefinition.mustHaveValue (http://hl7.org/fhir/R5/elementdefinition.html).",
)
ALTERNATIVE_NEEDED = error(
    "primitive-value-alternative",
    "invalid",
    "{element} must have a value or one of these extensions: {extensions}",
    "ElementDefinition.valueAlternatives (http://hl7.org/fhir/R5/elementdefinition.html).",
)
CODE_NEEDED = error(
    "primitive-code-needed",
    "code-invalid",
    "{element} must have a code from {value_set}; extensions cannot stand in for it",
    "Required bindings (http://hl7.org/fhir/R4/terminologies.html#required).",
)

#: Extensions for elements of other releases (http://hl7.org/fhir/R5/versions.html).
_CROSS_VERSION = Regex(r"http://hl7\.org/fhir/\d+\.\d+/StructureDefinition/extension-")
_KINDS = {"boolean": "a boolean", "decimal": "a number"} | dict.fromkeys(
    ("integer", "unsignedInt", "positiveInt"), "a number"
)


def check_primitive(
    session: Session, value: Json, type_name: str, element: Element, place: Place, scope: Scope
) -> None:
    """Check a value against its primitive type, and against the limits of its element.

    ``None`` (an element that has extensions only) passes.  What was read from XML may be
    text where a boolean or number should be: then the text was no such thing.
    """
    if value is None:
        return
    if isinstance(value, Mapping | list):
        found = "an object" if isinstance(value, Mapping) else "an array"
        session.report(NOT_SIMPLE, place, type=type_name, found=found)
    elif type_name in _KINDS:
        if _check_unquoted(session, value, type_name, place):
            check_limits(session, value, element, place)
    elif not isinstance(value, str):
        _wrong_kind(session, value, type_name, place)
    elif not value:
        session.report(EMPTY, place)
    elif _check_text(session, value, type_name, place):
        check_limits(session, value, element, place)
        if type_name == "uri" and place.key == "url" and place.parent is scope.place:
            check_defining_url(session, value, place, scope)


def check_absence(
    session: Session,
    companion: Json,
    element: Element,
    place: Place,
    profile: str | None = None,
) -> None:
    """Check whether a primitive may be without a value; ``companion`` has its extensions."""
    if needs_code(element) and not _has_other_release(companion):
        value_set = element.binding.value_set if element.binding else None
        facts: dict[str, Any] = {"element": element.path, "value_set": value_set}
        session.report(CODE_NEEDED, place, profile=profile, **facts)
    if element.must_have_value:
        session.report(VALUE_NEEDED, place, profile=profile, element=element.path)
    if not element.value_alternatives:
        return
    if _urls(companion).isdisjoint(element.value_alternatives):
        shown = ", ".join(element.value_alternatives)
        facts = {"element": element.path, "extensions": shown}
        session.report(ALTERNATIVE_NEEDED, place, profile=profile, **facts)


def needs_value(element: Element) -> bool:
    """Whether ``check_absence`` might have something to say about an element."""
    return bool(needs_code(element) or element.must_have_value or element.value_alternatives)


def needs_code(element: Element) -> bool:
    """Whether an element, if it is there, must have a code, and not only extensions."""
    binding = element.binding
    return binding is not None and binding.strength == "required" and bool(binding.value_set)


def _has_other_release(companion: Json) -> bool:
    """Whether an extension holds the code that another release of FHIR has here."""
    return any(_CROSS_VERSION.match(url) for url in _urls(companion))


def _urls(companion: Json) -> set[str]:
    extensions = companion.get("extension") if isinstance(companion, Mapping) else None
    return {
        extension["url"]
        for extension in (extensions if isinstance(extensions, list) else ())
        if isinstance(extension, Mapping) and isinstance(extension.get("url"), str)
    }


def _check_unquoted(session: Session, value: Json, type_name: str, place: Place) -> bool:
    """Booleans and numbers, which JSON writes without quotes."""
    if type_name == "boolean":
        return _check_boolean(session, value, place)
    if type_name == "decimal":
        return _check_decimal(session, value, place)
    return _check_integer(session, value, type_name, place)


def _check_boolean(session: Session, value: Json, place: Place) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, str) and value not in ("true", "false"):
        session.report(BOOLEAN, place, value=repr(shortened(value, 80)))
    else:
        _wrong_kind(session, value, "boolean", place)
    return False


def _check_decimal(session: Session, value: Json, place: Place) -> bool:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return True
    if isinstance(value, str) and not forms.DECIMAL.fullmatch(value):
        session.report(DECIMAL, place, value=repr(shortened(value, 80)))
    else:
        _wrong_kind(session, value, "decimal", place)
    return False


def _check_integer(session: Session, value: Json, type_name: str, place: Place) -> bool:
    if isinstance(value, str) and forms.INTEGER.fullmatch(value):
        _wrong_kind(session, value, type_name, place)
        return False
    if isinstance(value, bool):
        _wrong_kind(session, value, type_name, place)
        return False
    if not isinstance(value, int):
        session.report(INTEGER, place, value=repr(shortened(str(value), 80)))
        return False
    return _check_range(session, value, type_name, place)


def _check_range(session: Session, value: int, type_name: str, place: Place) -> bool:
    lowest, highest = forms.RANGES[type_name]
    if lowest <= value <= highest:
        return True
    facts: dict[str, Any] = {
        "value": shortened(str(value), 40),
        "lowest": lowest,
        "highest": highest,
    }
    session.report(RANGE, place, type=type_name, **facts)
    return False


def _check_text(session: Session, value: str, type_name: str, place: Place) -> bool:
    """Types that are strings in JSON; those that nobody knows are taken as they are."""
    if type_name != "integer64":
        rule = RULES.get(type_name)
        return rule is None or rule(session, value, place)
    if not forms.INTEGER.fullmatch(value) or len(value) > 20:
        session.report(INTEGER, place, value=repr(shortened(value, 80)))
        return False
    return _check_range(session, int(value), type_name, place)


def _wrong_kind(session: Session, value: Json, type_name: str, place: Place) -> None:
    expected = _KINDS.get(type_name, "a string")
    session.report(KIND, place, type=type_name, expected=expected, found=_kind(value))


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, str):
        return f'the string "{shortened(value, 60)}"'
    return f"the number {shortened(str(value), 60)}"


__all__ = ["QUICK", "check_absence", "check_primitive", "needs_code", "needs_value"]
