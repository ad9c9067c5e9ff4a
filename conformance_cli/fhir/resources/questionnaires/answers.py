"""One answer to one question: its type, and what the question says of such values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.questionnaires.attachments import check_attachment_answer
from conformance_cli.fhir.resources.questionnaires.given import Answer
from conformance_cli.fhir.resources.questionnaires.limits import (
    check_decimals,
    check_range,
    check_text,
)
from conformance_cli.fhir.resources.questionnaires.model import Item
from conformance_cli.fhir.resources.questionnaires.options import check_choice, check_limited
from conformance_cli.fhir.resources.questionnaires.quantities import check_quantity_answer
from conformance_cli.fhir.resources.questionnaires.references import check_reference_answer
from conformance_cli.fhir.resources.reading import Choice

Json = Any

WRONG_TYPE = error(
    "response-answer-type",
    "invariant",
    "The answer is of type {found}; a question of type {type} takes {expected}",
    "QuestionnaireResponse.item.answer.value[x] must match the type of the question "
    "(http://hl7.org/fhir/R4/codesystem-item-type.html).",
)

#: What answers to a question of a type may be (FHIR R4 and R5 item-type).
_TYPES: Mapping[str, tuple[str, ...]] = {
    "boolean": ("boolean",),
    "decimal": ("decimal",),
    "integer": ("integer",),
    "date": ("date",),
    "dateTime": ("dateTime",),
    "time": ("time",),
    "string": ("string",),
    "text": ("string",),
    "url": ("uri",),
    "attachment": ("Attachment",),
    "reference": ("Reference",),
    "quantity": ("Quantity",),
}
#: A list may hold other things than codes (answerOption.value[x]).
_OF_LISTS = ("Coding", "date", "time", "integer", "string")


#: Others are refused by the definition of QuestionnaireResponse.
_POSSIBLE = frozenset(found for types in _TYPES.values() for found in types) | {"Coding"}


def types_for(item: Item) -> tuple[str, ...]:
    """The types that answers may have; empty where the item's own type is not known."""
    if item.is_choice:
        listed = {option.type for option in item.options.shown}
        return (*_OF_LISTS, "Reference") if "Reference" in listed else _OF_LISTS
    return _TYPES.get(item.type, ())


def check_answer(asking: Asking, item: Item, answer: Answer, count: int) -> None:
    """An answer to a question; ``count`` is how many answers it has."""
    value, allowed = answer.value, types_for(item)
    if value is None or not allowed or value.type not in _POSSIBLE:
        return
    if value.type not in allowed:
        expected = " or ".join(allowed)
        shown = {"found": value.type, "type": item.type, "expected": expected}
        asking.report(WRONG_TYPE, answer.value_place, **shown)
    elif item.is_choice:
        check_choice(asking, item, answer, value, count)
    else:
        _CHECKS[item.type](asking, item, answer, value)


def _check_number(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    check_range(asking, item, answer, value)
    check_decimals(asking, item, answer, value.value)
    check_limited(asking, item, answer, value)


def _check_temporal(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    check_range(asking, item, answer, value)
    check_limited(asking, item, answer, value)


def _check_words(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    if isinstance(value.value, str):
        check_text(asking, item, answer, value.value)
        check_limited(asking, item, answer, value)


def _check_quantity(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    if isinstance(value.value, Mapping):
        check_quantity_answer(asking, item, answer, value.value)


def _check_attachment(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    if isinstance(value.value, Mapping):
        check_attachment_answer(asking, item, answer, value.value)


def _check_reference(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    if isinstance(value.value, Mapping):
        check_reference_answer(asking, item, answer, value.value)


def _check_nothing(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    """A Boolean has no limits."""


_CHECKS: Mapping[str, Callable[[Asking, Item, Answer, Choice], None]] = {
    "boolean": _check_nothing,
    "decimal": _check_number,
    "integer": _check_number,
    "date": _check_temporal,
    "dateTime": _check_temporal,
    "time": _check_temporal,
    "string": _check_words,
    "text": _check_words,
    "url": _check_words,
    "attachment": _check_attachment,
    "reference": _check_reference,
    "quantity": _check_quantity,
}
