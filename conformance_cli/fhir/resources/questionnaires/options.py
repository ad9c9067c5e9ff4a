"""Answers that must be among the options of a question, or in its value set.

FHIR R4, Questionnaire.item.answerOption and answerValueSet; R5, answerConstraint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.questionnaires.amounts import key_of
from conformance_cli.fhir.resources.questionnaires.asking import Asking, display_of
from conformance_cli.fhir.resources.questionnaires.given import Answer
from conformance_cli.fhir.resources.questionnaires.model import Constraint, Item
from conformance_cli.fhir.resources.questionnaires.value_sets import report_membership
from conformance_cli.fhir.resources.reading import Choice, short, text
from conformance_cli.fhir.terminology.protocol import Coded
from conformance_cli.fhir.validation.place import Place

Json = Any

_ABOUT = (
    "Questionnaire.item.answerOption: one of the permitted answers "
    "(http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.answerOption)."
)
NOT_OFFERED = error(
    "response-option",
    "invariant",
    "The answer {value} is none of the options of the question; these are {options}",
    _ABOUT,
)
EXCLUSIVE = error(
    "response-option-exclusive",
    "invariant",
    "The answer {value} excludes all others, but it is one of {count}",
    "Extension questionnaire-optionExclusive "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive).",
)
NO_OPTIONS = information(
    "response-option-none",
    "invariant",
    "The question offers neither options nor a value set: the answer was not checked",
    "Item types choice and open-choice take their answers from a list (FHIR R4 item-type).",
)
NOT_IN_VALUE_SET = error(
    "response-value-set",
    "code-invalid",
    "The answer {code} is not in the value set {value_set} of the question: {reason}",
    "Questionnaire.item.answerValueSet (FHIR R4).",
)
NOT_CODED = warning(
    "response-value-set-not-coded",
    "invariant",
    "The question takes codes of the value set {value_set}, but the answer is a {type}",
    "Questionnaire.item.answerValueSet: a list of codes that are permitted answers (FHIR R4).",
)
NO_SYSTEM = warning(
    "response-value-set-no-system",
    "code-invalid",
    "The answer {code} names no code system: whether it is permitted cannot be told",
    "A code has a meaning only within its system (http://hl7.org/fhir/R4/datatypes.html#Coding).",
)
ALSO_CODED = warning(
    "response-option-also-coded",
    "invariant",
    "The text {value} is also one of the coded options: answer with its code",
    "Item type open-choice: free text is for what is not on the list (FHIR R4 item-type).",
)


def check_choice(asking: Asking, item: Item, answer: Answer, value: Choice, count: int) -> None:
    """An answer to a question whose answers come from a list; ``count`` answers were given."""
    if item.constraint is Constraint.OR_STRING and value.type == "string":
        _check_free_text(asking, item, answer, value)
    elif item.constraint is Constraint.OR_TYPE or _is_display_only(item, value):
        return
    elif item.options:
        _check_offered(asking, item, value, answer.place)
        _check_exclusive(asking, item, answer, value, count)
    elif item.value_set is not None:
        _check_value_set(asking, item, answer, value)
    else:
        asking.report(NO_OPTIONS, answer.place)


def check_limited(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    """An answer of a plain type, of which the question may nevertheless list the values."""
    if item.constraint is not Constraint.ONLY:
        return
    if item.options:
        _check_offered(asking, item, value, answer.value_place)
    elif item.value_set is not None and item.type == "string":
        coded = Coded(None, value.value)
        report_membership(asking, coded, item.value_set, answer.value_place, NOT_IN_VALUE_SET)


def _check_offered(asking: Asking, item: Item, value: Choice, place: Place) -> None:
    if key_of(value) not in item.options.keys:
        offered = ", ".join(_shown(option) for option in item.options.shown[:20])
        shown = {"value": short(_shown(value)), "options": short(offered)}
        asking.report(NOT_OFFERED, place, **shown)


def _check_exclusive(asking: Asking, item: Item, answer: Answer, value: Choice, count: int) -> None:
    if count > 1 and key_of(value) in item.options.exclusive:
        shown = short(_shown(value))
        asking.report(EXCLUSIVE, answer.place, value=shown, count=count)


def _check_value_set(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    url, coding = item.value_set or "", value.value
    if value.type != "Coding" or not isinstance(coding, Mapping):
        shown = {"value_set": short(url), "type": value.type}
        asking.report(NOT_CODED, answer.place, **shown)
        return
    if not text(coding, "system"):
        asking.report(NO_SYSTEM, answer.place, code=short(text(coding, "code") or ""))
        return
    coded = Coded(text(coding, "system"), text(coding, "code"), text(coding, "version"))
    report_membership(asking, coded, url, answer.place, NOT_IN_VALUE_SET)


def _check_free_text(asking: Asking, item: Item, answer: Answer, value: Choice) -> None:
    words = value.value
    if isinstance(words, str) and words.casefold() in item.options.names:
        asking.report(ALSO_CODED, answer.place, value=short(words))


def _is_display_only(item: Item, value: Choice) -> bool:
    """Free text as a display without a code, as answers to open choices once had it."""
    coding = value.value
    return (
        item.constraint is Constraint.OR_STRING
        and isinstance(coding, Mapping)
        and not coding.get("system")
        and not coding.get("code")
        and bool(coding.get("display"))
    )


def _shown(value: Choice) -> str:
    inner = value.value
    if not isinstance(inner, Mapping):
        return str(inner)
    return text(inner, "reference") or display_of(inner)
