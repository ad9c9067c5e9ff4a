"""The limits that a question sets on numbers, dates, times and texts, by extensions.

The extensions are those of http://hl7.org/fhir/R4/questionnaire-profiles.html and of SDC
(http://hl7.org/fhir/uv/sdc/behavior.html).
"""

from __future__ import annotations

from typing import Final

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.path.patterns import PatternError, compile_pattern
from conformance_cli.fhir.resources.questionnaires.amounts import compared
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.questionnaires.given import Answer
from conformance_cli.fhir.resources.questionnaires.model import Item
from conformance_cli.fhir.resources.reading import Choice, number, short

_CORE: Final = "http://hl7.org/fhir/StructureDefinition/"
MIN_VALUE: Final = _CORE + "minValue"
MAX_VALUE: Final = _CORE + "maxValue"
_MAX_DECIMALS: Final = _CORE + "maxDecimalPlaces"
_MIN_LENGTH: Final = _CORE + "minLength"
_REGEX: Final = _CORE + "regex"
_ENTRY_FORMAT: Final = _CORE + "entryFormat"

LOW = error(
    "response-value-low",
    "invariant",
    "The answer {value} is below the least that the question allows, {limit}",
    "Extension minValue (http://hl7.org/fhir/StructureDefinition/minValue).",
)
HIGH = error(
    "response-value-high",
    "invariant",
    "The answer {value} is above the greatest that the question allows, {limit}",
    "Extension maxValue (http://hl7.org/fhir/StructureDefinition/maxValue).",
)
DECIMALS = error(
    "response-value-decimals",
    "invariant",
    "The answer {value} has {found} decimal places; the question allows {limit}",
    "Extension maxDecimalPlaces (http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces).",
)
SHORT = error(
    "response-text-short",
    "invariant",
    "The answer has {found} characters; the question asks for at least {limit}",
    "Extension minLength (http://hl7.org/fhir/StructureDefinition/minLength).",
)
LONG = error(
    "response-text-long",
    "invariant",
    "The answer has {found} characters; the question allows {limit}",
    "Questionnaire.item.maxLength (FHIR R4).",
)
FORM = error(
    "response-text-form",
    "invariant",
    "The answer {value} does not have the form that the question asks for: {form}",
    "Extension regex: the whole answer has to match "
    "(http://hl7.org/fhir/StructureDefinition/regex).",
)
FORM_UNCHECKED = information(
    "response-text-form-unchecked",
    "processing",
    "The form of the answer was not checked: {problem}",
    "Extension regex: a pattern that is wrong, or could run for ever, is not applied.",
)
LINES = warning(
    "response-text-lines",
    "invariant",
    "The answer has line breaks, but the question asks for a short text",
    "Item type string: a few words to a short sentence; longer ones are of type text "
    "(http://hl7.org/fhir/R4/codesystem-item-type.html).",
)


def check_range(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    """Numbers, dates and times against the least and the greatest value allowed."""
    for url, message, outside in ((MIN_VALUE, LOW, -1), (MAX_VALUE, HIGH, 1)):
        for limit in item.values(url):
            if limit.type != "Quantity" and compared(value, limit) == outside:
                shown = {"value": short(value.value), "limit": short(limit.value)}
                asking.report(message, answer.value_place, **shown)


def check_decimals(asking: Asking, item: Item, answer: Answer, value: object) -> None:
    """How many decimal places a number was written with."""
    limit, given = item.limit(_MAX_DECIMALS), number(value)
    if given is None or limit is None:
        return
    exponent = given.as_tuple().exponent
    found = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if found > limit:
        place = answer.value_place
        asking.report(DECIMALS, place, value=short(value), found=found, limit=limit)


def check_text(asking: Asking, item: Item, answer: Answer, value: str) -> None:
    """The length of a text, its form, and its lines."""
    session, place = asking.session, answer.value_place
    least = item.limit(_MIN_LENGTH)
    if least is not None and len(value) < least:
        session.report(SHORT, place, found=len(value), limit=least)
    if item.max_length is not None and 0 <= item.max_length < len(value):
        session.report(LONG, place, found=len(value), limit=item.max_length)
    if item.type == "string" and ("\n" in value or "\r" in value):
        session.report(LINES, place)
    regex = item.value(_REGEX)
    if isinstance(regex, str):
        _check_form(asking, item, answer, value, regex)


def _check_form(asking: Asking, item: Item, answer: Answer, value: str, regex: str) -> None:
    try:
        matches = compile_pattern(regex).matches(value)
    except PatternError as err:
        asking.report(FORM_UNCHECKED, answer.value_place, problem=short(str(err)))
        return
    if not matches:
        told = item.value(_ENTRY_FORMAT)
        form = told if isinstance(told, str) else regex
        place = answer.value_place
        asking.report(FORM, place, value=short(value), form=short(form))
