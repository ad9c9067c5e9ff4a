"""Rules of Questionnaires that their definition does not state as invariants.

FHIR R4, 2.41 (http://hl7.org/fhir/R4/questionnaire.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.questionnaires.answers import types_for
from conformance_cli.fhir.resources.questionnaires.derivation import Origin, check_item, origins
from conformance_cli.fhir.resources.questionnaires.model import Form, Item, read_form
from conformance_cli.fhir.resources.reading import choice, parts, short, text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_ENABLE_WHEN = (
    "Questionnaire.item.enableWhen.question: the linkId of the question whose answer governs "
    "whether this item is enabled (http://hl7.org/fhir/R4/questionnaire-definitions.html"
    "#Questionnaire.item.enableWhen.question)."
)
NO_TARGET = error(
    "questionnaire-enable-when-unknown",
    "business-rule",
    "The item {link_id} depends on {target}, which is no item of this Questionnaire",
    _ENABLE_WHEN,
)
ITSELF = error(
    "questionnaire-enable-when-self",
    "business-rule",
    "The item {link_id} depends on its own answer",
    _ENABLE_WHEN,
)
INNER = error(
    "questionnaire-enable-when-inner",
    "business-rule",
    "The item {link_id} depends on {target}, which is inside it and so cannot be answered first",
    _ENABLE_WHEN,
)
LATER = warning(
    "questionnaire-enable-when-later",
    "business-rule",
    "The item {link_id} depends on {target}, which comes after it",
    _ENABLE_WHEN,
)
EXPECTED_TYPE = warning(
    "questionnaire-enable-when-type",
    "business-rule",
    "The item {link_id} depends on {target} being a {found}, but its answers are of type "
    "{expected}",
    "Questionnaire.item.enableWhen.answer[x] is compared with the answers to the question "
    "(FHIR R4).",
)
OPTION_TYPE = warning(
    "questionnaire-option-type",
    "business-rule",
    "An option of type {found} does not suit an item of type {type}",
    '"The data type of the value must agree with the item.type" '
    "(FHIR R4, Questionnaire.item.answerOption.value[x]).",
)
INITIAL_TYPE = warning(
    "questionnaire-initial-type",
    "business-rule",
    "An initial value of type {found} does not suit an item of type {type}",
    '"The type of the initial value must be consistent with the type of the item" '
    "(FHIR R4, Questionnaire.item.initial.value[x]).",
)


def check_questionnaire(session: Session, scope: Scope) -> None:
    """What its items depend on, what they offer, and what the Questionnaire derives from."""
    form = read_form(scope.resource, session.library)
    check = _Check(session, form, tuple(origins(session, scope)))
    for item in form.items:
        check.order(item)
    check.level(scope.resource, iter(form.items), scope.place)


@dataclass(frozen=True, slots=True)
class _Check:
    session: Session
    form: Form
    origins: tuple[Origin, ...]
    #: Where each item comes among all, by number, and the last of those inside it.
    _last: dict[int, int] = field(default_factory=dict)

    def order(self, item: Item) -> int:
        """Note how far an item reaches; items are numbered in the order of the text."""
        last = item.number
        for child in item.items:
            last = self.order(child)
        self._last[item.number] = last
        return last

    def level(self, parent: Mapping[str, Json], items: Iterator[Item], place: Place) -> None:
        """Items that stand side by side, and all inside them."""
        for (index, json), item in zip(parts(parent, "item"), items, strict=False):
            at = place.child("item", index)
            self._item(item, json, at)
            self.level(json, iter(item.items), at)

    def _item(self, item: Item, json: Mapping[str, Json], place: Place) -> None:
        for condition in item.conditions:
            if condition.question:
                self._condition(item, condition.question, place)
                expected = condition.expected
                if expected is not None and condition.operator != "exists":
                    self._expected(item, condition.question, expected.type, place)
        self._values(item, json, place)
        for origin in self.origins:
            check_item(self.session, item, origin, place)

    def _condition(self, item: Item, question: str, place: Place) -> None:
        target = self.form.by_link.get(question)
        shown = {"link_id": short(item.link_id), "target": short(question)}
        report = self.session.report
        if target is None:
            report(NO_TARGET, place, link_id=shown["link_id"], target=shown["target"])
        elif target is item:
            report(ITSELF, place, link_id=shown["link_id"])
        elif item.number < target.number <= self._last[item.number]:
            report(INNER, place, link_id=shown["link_id"], target=shown["target"])
        elif target.number > item.number:
            report(LATER, place, link_id=shown["link_id"], target=shown["target"])

    def _expected(self, item: Item, question: str, found: str, place: Place) -> None:
        target = self.form.by_link.get(question)
        allowed = types_for(target) if target is not None else ()
        if target is not None and allowed and found not in allowed:
            self.session.report(
                EXPECTED_TYPE,
                place,
                link_id=short(item.link_id),
                target=short(question),
                found=short(found),
                expected=" or ".join(allowed),
            )

    def _values(self, item: Item, json: Mapping[str, Json], place: Place) -> None:
        allowed = types_for(item)
        for key, message in (("answerOption", OPTION_TYPE), ("initial", INITIAL_TYPE)):
            for index, holder in parts(json, key):
                value = choice(holder, "value")
                if value is not None and allowed and value.type not in _any_of(item, allowed):
                    at, kind = place.child(key, index), text(json, "type") or ""
                    self.session.report(message, at, found=short(value.type), type=short(kind))


def _any_of(item: Item, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """What may be offered: a choice also offers references."""
    return (*allowed, "Reference") if item.is_choice else allowed
