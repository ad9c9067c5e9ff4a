"""The items of a response against those of its Questionnaire: nesting, order, presence.

"The QuestionnaireResponse structure must be consistent with the Questionnaire (i.e.
questions must be organized into the same groups, nested questions must still be nested)"
(http://hl7.org/fhir/R4/questionnaireresponse-definitions.html).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.message import Message, error, warning
from conformance_cli.fhir.resources.questionnaires.answers import check_answer
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.questionnaires.constraints import check_constraints
from conformance_cli.fhir.resources.questionnaires.enablement import Around
from conformance_cli.fhir.resources.questionnaires.given import Given, Response
from conformance_cli.fhir.resources.questionnaires.model import Item
from conformance_cli.fhir.resources.reading import short
from conformance_cli.fhir.validation.place import Place

_CORE: Final = "http://hl7.org/fhir/StructureDefinition/"
_MIN_OCCURS: Final = (
    _CORE + "questionnaire-minOccurs",
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-minOccurs",
)
_MAX_OCCURS: Final = (
    _CORE + "questionnaire-maxOccurs",
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxOccurs",
)
_ABOUT = (
    "A response has the structure of its Questionnaire "
    "(http://hl7.org/fhir/R4/questionnaireresponse-definitions.html"
    "#QuestionnaireResponse.questionnaire)."
)

UNKNOWN = error(
    "response-item-unknown", "not-found", "The Questionnaire has no item {link_id}", _ABOUT
)
MISPLACED = error(
    "response-item-misplaced",
    "structure",
    "The item {link_id} stands elsewhere in the Questionnaire",
    _ABOUT,
)
ORDER = error(
    "response-item-order",
    "structure",
    "The item {link_id} comes too late: the Questionnaire has it before {other}",
    _ABOUT,
)
REPEATED = error(
    "response-item-repeated",
    "invalid",
    "The item {link_id} does not repeat, but is there {count} times",
    "Questionnaire.item.repeats (FHIR R4).",
)
MISSING = error(
    "response-item-missing",
    "required",
    "The required item {link_id} has no answer",
    "Questionnaire.item.required: it must be present in a completed response (FHIR R4).",
)
DISABLED = error(
    "response-item-disabled",
    "invalid",
    "The item {link_id} has content, although the conditions for asking it do not hold",
    "Questionnaire.item.enableWhen: answers are captured only where they hold (FHIR R4).",
)
TEXT = error(
    "response-item-text",
    "invalid",
    'The text of item {link_id} is "{found}"; in the Questionnaire it is "{expected}"',
    "QuestionnaireResponse.item.text is the text of the question that was answered (FHIR R4).",
)
ANSWERS = error(
    "response-item-answers",
    "invalid",
    "The question {link_id} takes one answer, but has {count}",
    "Questionnaire.item.repeats (FHIR R4).",
)
FEW = error(
    "response-item-few",
    "invalid",
    "The item {link_id} is there {count} time(s); at least {limit} are asked for",
    "Extension questionnaire-minOccurs "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs).",
)
MANY = error(
    "response-item-many",
    "invalid",
    "The item {link_id} is there {count} time(s); at most {limit} are allowed",
    "Extension questionnaire-maxOccurs "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs).",
)
NO_ANSWERS = error(
    "response-item-no-answers",
    "structure",
    "The item {link_id} is of type {type}, which takes no answers",
    "Only questions have answers (http://hl7.org/fhir/R4/codesystem-item-type.html).",
)
NO_ITEMS = error(
    "response-item-no-items",
    "structure",
    "The item {link_id} is of type {type}, which holds no items{hint}",
    "Items nest directly in groups, and within the answers of questions "
    "(http://hl7.org/fhir/R4/questionnaireresponse-definitions.html"
    "#QuestionnaireResponse.item).",
)
EMPTY = error(
    "response-group-empty",
    "invariant",
    "The required group {link_id} holds no items",
    '"Required groups must contain at least one child element" '
    "(FHIR R4, Questionnaire.item.required).",
)
NO_TYPE = warning(
    "response-item-no-type",
    "required",
    "The Questionnaire does not say of what type the item {link_id} is",
    "Questionnaire.item.type (FHIR R4).",
)


def check_items(asking: Asking, response: Response) -> None:
    """All items of a response."""
    check_constraints(asking, asking.form.json, asking.scope.resource, asking.scope.place)
    walk = _Walk(asking)
    walk.level(asking.form.items, response.items, asking.scope.place, {}, is_enabled=True)


@dataclass(frozen=True, slots=True)
class _Walk:
    asking: Asking

    def level(
        self,
        items: Sequence[Item],
        given: Sequence[Given],
        place: Place,
        around: Around,
        *,
        is_enabled: bool,
    ) -> None:
        """What was given directly in one place, against what may be there."""
        matched: dict[str, list[Given]] = defaultdict(list)
        positions = {item.link_id: index for index, item in reversed(list(enumerate(items)))}
        latest = 0
        for one in given:
            position = positions.get(one.link_id)
            if position is None:
                self._stray(one, around, is_enabled=is_enabled)
                continue
            if position < latest:
                other = items[latest].link_id
                self._report(ORDER, place, one.link_id, other=short(other))
            latest = position
            matched[one.link_id].append(one)
        for item in items:
            self._item(item, matched.get(item.link_id, []), place, around, is_enabled=is_enabled)

    def _stray(self, one: Given, around: Around, *, is_enabled: bool) -> None:
        """Something that does not belong here, if anywhere."""
        if not one.link_id:
            return  # the definition of QuestionnaireResponse asks for a linkId
        item = self.asking.form.by_link.get(one.link_id)
        if item is None:
            self._report(UNKNOWN, one.place.told_above(), one.link_id)
        else:
            self._report(MISPLACED, one.place.told_above(), one.link_id)
            self._given(item, one, around, is_enabled=is_enabled)

    def _item(
        self,
        item: Item,
        given: list[Given],
        place: Place,
        around: Around,
        *,
        is_enabled: bool,
    ) -> None:
        enabled = is_enabled and self.asking.enablement.is_enabled(item, around)
        if not given:
            if enabled and item.is_required and item.type != "display":
                severity = self.asking.severity_of_gaps
                self._report(MISSING, place, item.link_id, severity=severity)
            return
        if len(given) > 1 and not item.repeats:
            self._report(REPEATED, place, item.link_id, count=len(given))
        if item.is_group:
            self._occurrences(item, len(given), place)
        for one in given:
            if is_enabled and not enabled and one.has_content:
                self._report(DISABLED, one.place, item.link_id)
            self._given(item, one, around, is_enabled=enabled)
            if enabled:
                check_constraints(self.asking, item.json, one.json, one.place)

    def _given(self, item: Item, one: Given, around: Around, *, is_enabled: bool) -> None:
        """One item that was given, and all that is in it."""
        if one.text is not None and one.text not in item.wordings:
            shown = {"found": short(one.text), "expected": short(item.shown_text)}
            self._report(TEXT, one.place, item.link_id, **shown)
        inside = {**around, item.number: one}
        if not item.type:
            self._report(NO_TYPE, one.place, item.link_id)
        elif item.is_group:
            self._group(item, one, inside, is_enabled=is_enabled)
        elif item.type == "display":
            self._no_answers(item, one)
            self._no_items(item, one, "")
        else:
            self._question(item, one, inside, is_enabled=is_enabled)

    def _group(self, item: Item, one: Given, inside: Around, *, is_enabled: bool) -> None:
        self._no_answers(item, one)
        if item.is_required and is_enabled and not one.has_content:
            severity = self.asking.severity_of_gaps
            self._report(EMPTY, one.place, item.link_id, severity=severity)
        self.level(item.items, one.items, one.place, inside, is_enabled=is_enabled)

    def _question(self, item: Item, one: Given, inside: Around, *, is_enabled: bool) -> None:
        self._no_items(item, one, "; nest them in its answers")
        count = len(one.answers)
        if count > 1 and not item.repeats:
            self._report(ANSWERS, one.place, item.link_id, count=count)
        if not count and item.is_required and is_enabled:
            severity = self.asking.severity_of_gaps
            self._report(MISSING, one.place, item.link_id, severity=severity)
        if count:
            self._occurrences(item, count, one.place)
        for answer in one.answers:
            check_answer(self.asking, item, answer, count)
            self.level(item.items, answer.items, answer.place, inside, is_enabled=is_enabled)

    def _no_answers(self, item: Item, one: Given) -> None:
        if one.answers:
            self._report(NO_ANSWERS, one.place, item.link_id, type=item.type)

    def _no_items(self, item: Item, one: Given, hint: str) -> None:
        if one.items:
            kind = short(item.type)
            self._report(NO_ITEMS, one.place, item.link_id, type=kind, hint=hint)

    def _occurrences(self, item: Item, count: int, place: Place) -> None:
        least = item.limit(*_MIN_OCCURS)
        most = item.limit(*_MAX_OCCURS)
        if least is not None and count < least:
            severity = self.asking.severity_of_gaps
            self._report(FEW, place, item.link_id, severity=severity, count=count, limit=least)
        if most is not None and count > most:
            self._report(MANY, place, item.link_id, count=count, limit=most)

    def _report(self, message: Message, place: Place, link_id: str, **values: Any) -> None:
        self.asking.report(message, place, link_id=short(link_id), **values)
