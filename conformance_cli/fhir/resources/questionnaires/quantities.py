"""Quantities as answers: their units, and the least and the greatest allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.resources.questionnaires.amounts import (
    NotComparableError,
    compared_quantities,
)
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.questionnaires.given import Answer
from conformance_cli.fhir.resources.questionnaires.limits import (
    HIGH,
    LOW,
    MAX_VALUE,
    MIN_VALUE,
    check_decimals,
)
from conformance_cli.fhir.resources.questionnaires.model import Item
from conformance_cli.fhir.resources.questionnaires.value_sets import report_membership
from conformance_cli.fhir.resources.reading import short, text
from conformance_cli.fhir.terminology.protocol import Coded

Json = Any

_SDC: Final = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
_UNIT_OPTION: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
_UNIT_VALUE_SET: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitValueSet"

NOT_COMPARABLE = error(
    "response-quantity-not-comparable",
    "invariant",
    "The answer {value} cannot be compared with the limit {limit}: {problem}",
    "Extensions minQuantity and maxQuantity: only quantities whose coded units measure the "
    "same can be compared (http://hl7.org/fhir/uv/sdc/behavior.html).",
)
UNIT = error(
    "response-quantity-unit",
    "invariant",
    "The answer {value} has a unit that the question does not offer; it offers {options}",
    "Extension questionnaire-unitOption "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption).",
)
UNIT_VALUE_SET = error(
    "response-quantity-unit-value-set",
    "invariant",
    "The unit {code} is not in the value set {value_set} of the question's units: {reason}",
    "Extension questionnaire-unitValueSet "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-unitValueSet).",
)


def check_quantity_answer(
    asking: Asking, item: Item, answer: Answer, quantity: Mapping[str, Json]
) -> None:
    """A quantity against everything that the question says of it."""
    _check_range(asking, item, answer, quantity)
    check_decimals(asking, item, answer, quantity.get("value"))
    _check_options(asking, item, answer, quantity)
    value_set = item.value(_UNIT_VALUE_SET)
    if isinstance(value_set, str):
        coded = Coded(text(quantity, "system") or "", text(quantity, "code"))
        report_membership(asking, coded, value_set, answer.value_place, UNIT_VALUE_SET)


def _check_range(asking: Asking, item: Item, answer: Answer, quantity: Mapping[str, Json]) -> None:
    limits = (
        (LOW, -1, (f"{_SDC}minQuantity", MIN_VALUE)),
        (HIGH, 1, (f"{_SDC}maxQuantity", MAX_VALUE)),
    )
    for message, outside, urls in limits:
        for limit in item.values(*urls):
            if limit.type != "Quantity" or not isinstance(limit.value, Mapping):
                continue
            shown = {"value": _shown(quantity), "limit": _shown(limit.value)}
            try:
                if compared_quantities(quantity, limit.value) == outside:
                    asking.report(message, answer.value_place, **shown)
            except NotComparableError as err:
                place = answer.value_place
                asking.report(NOT_COMPARABLE, place, problem=str(err), **shown)


def _check_options(
    asking: Asking, item: Item, answer: Answer, quantity: Mapping[str, Json]
) -> None:
    options = [
        option.value for option in item.values(_UNIT_OPTION) if isinstance(option.value, Mapping)
    ]
    if options and not any(_has_unit(quantity, option) for option in options):
        offered = ", ".join(_unit(option, "display") for option in options)
        shown = {"value": _shown(quantity), "options": short(offered)}
        asking.report(UNIT, answer.value_place, **shown)


def _has_unit(quantity: Mapping[str, Json], option: Mapping[str, Json]) -> bool:
    """By system and code; where neither side has a code, by what people read."""
    code = text(option, "code")
    if code is None:
        return text(option, "display") == text(quantity, "unit")
    system = text(option, "system")
    return code == text(quantity, "code") and system in (None, text(quantity, "system"))


def _shown(quantity: Mapping[str, Json]) -> str:
    return short(f"{quantity.get('value')} {_unit(quantity, 'unit')}".strip())


def _unit(value: Mapping[str, Json], shown: str) -> str:
    return text(value, "code") or text(value, shown) or ""
