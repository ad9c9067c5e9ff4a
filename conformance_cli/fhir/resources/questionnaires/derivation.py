"""Questionnaires that are derived from others, item by item.

The extension questionnaire-derivationType says how
(http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType): one that *extends*
another may add items, one that *complies with* it may not; neither may loosen what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.questionnaires.amounts import key_of
from conformance_cli.fhir.resources.questionnaires.model import Form, Item, read_form
from conformance_cli.fhir.resources.reading import (
    choice,
    companion,
    extension_value,
    parts,
    short,
    texts,
)
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_TYPE: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType"
_SYSTEM: Final = "http://hl7.org/fhir/questionnaire-derivationType"
_ABOUT: Final = (
    "Questionnaire.derivedFrom, and extension questionnaire-derivationType "
    "(http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType)."
)

UNKNOWN = warning(
    "questionnaire-origin-unknown",
    "business-rule",
    "The Questionnaire {url}, from which this one is derived, is not at hand",
    _ABOUT,
)
NO_TYPE = warning(
    "questionnaire-derivation-type-missing",
    "business-rule",
    "How this Questionnaire is derived from {url} is not said: nothing was checked",
    _ABOUT,
)
NOT_CHECKED = information(
    "questionnaire-derivation-type-open",
    "business-rule",
    "A derivation of type {type} promises nothing that could be checked",
    _ABOUT,
)
NEW_ITEM = error(
    "questionnaire-derived-item-new",
    "not-found",
    "The item {link_id} is not in {url}, with which this Questionnaire claims to comply",
    _ABOUT,
)
CHANGED_TYPE = error(
    "questionnaire-derived-type",
    "business-rule",
    "The item {link_id} is of type {expected} in {url}, and cannot become a {found}",
    _ABOUT,
)
REPEATS = error(
    "questionnaire-derived-repeats",
    "business-rule",
    "The item {link_id} does not repeat in {url}, so it cannot repeat here",
    _ABOUT,
)
NOT_REQUIRED = error(
    "questionnaire-derived-required",
    "business-rule",
    "The item {link_id} is required in {url}, so it has to be required here",
    _ABOUT,
)
LONGER = error(
    "questionnaire-derived-max-length",
    "business-rule",
    "The answer to {link_id} has at most {limit} characters in {url}; more cannot be allowed here",
    _ABOUT,
)
NEW_OPTION = error(
    "questionnaire-derived-option-new",
    "business-rule",
    "The item {link_id} does not have this option in {url}",
    _ABOUT,
)
NO_OPTIONS = error(
    "questionnaire-derived-options-missing",
    "business-rule",
    "The item {link_id} has options in {url}, so it needs some of them here",
    _ABOUT,
)
OTHER_LIST = error(
    "questionnaire-derived-list",
    "business-rule",
    "The item {link_id} has {expected} in {url}, but {found} here",
    _ABOUT,
)
DEFINITION = information(
    "questionnaire-derived-definition",
    "business-rule",
    "The item {link_id} has the definition {expected} in {url}; repeat it here",
    _ABOUT,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """A Questionnaire that another is derived from; whether items may be added to it."""

    url: str
    form: Form
    may_grow: bool


def origins(session: Session, scope: Scope) -> Iterator[Origin]:
    """Those whose items can be compared; the rest is reported."""
    for index, url in texts(scope.resource, "derivedFrom"):
        place = scope.place.child("derivedFrom", index)
        found = session.library.resource(url, "Questionnaire")
        kind = extension_value(companion(scope.resource, "derivedFrom", index), _TYPE)
        if found is None:
            session.report(UNKNOWN, place, url=short(url))
        elif not isinstance(kind, Mapping) or kind.get("system") != _SYSTEM:
            session.report(NO_TYPE, place, url=short(url))
        elif kind.get("code") in ("extends", "compliesWith"):
            form = read_form(found, session.library)
            yield Origin(url, form, kind.get("code") == "extends")
        else:
            session.report(NOT_CHECKED, place, type=short(kind.get("code")))


def check_item(session: Session, item: Item, origin: Origin, place: Place) -> None:
    """One item against the one with its linkId in the Questionnaire it is derived from."""
    if not item.link_id:
        return
    old = origin.form.by_link.get(item.link_id)
    if old is None:
        if not origin.may_grow:
            _Report(session, item, origin).tell(NEW_ITEM, place)
        return
    report = _Report(session, item, origin)
    _check_kind(report, item, old, place)
    _check_length(report, item, old, place)
    _check_list(report, item, old, place)
    defined, found = old.json.get("definition"), item.json.get("definition")
    if isinstance(defined, str) and defined != found:
        report.tell(DEFINITION, place, expected=short(defined))


@dataclass(frozen=True, slots=True)
class _Report:
    session: Session
    item: Item
    origin: Origin

    def tell(self, message: Any, place: Place, **values: Any) -> None:
        url, link_id = short(self.origin.url), short(self.item.link_id)
        self.session.report(message, place, url=url, link_id=link_id, **values)


def _check_kind(report: _Report, item: Item, old: Item, place: Place) -> None:
    if old.type and item.type and old.type != item.type:
        at = place.child("type")
        report.tell(CHANGED_TYPE, at, expected=short(old.type), found=short(item.type))
    if item.repeats and not old.repeats:
        report.tell(REPEATS, place.child("repeats"))
    if old.is_required and not item.is_required:
        report.tell(NOT_REQUIRED, place.child("required") if "required" in item.json else place)


def _check_length(report: _Report, item: Item, old: Item, place: Place) -> None:
    limit, own = old.max_length, item.max_length
    if limit is not None and (own is None or own > limit):
        at = place if own is None else place.child("maxLength")
        report.tell(LONGER, at, limit=limit)


def _check_list(report: _Report, item: Item, old: Item, place: Place) -> None:
    lists = ("a value set", "options")
    if old.options and item.value_set is not None:
        report.tell(OTHER_LIST, place, expected=lists[1], found=lists[0])
    elif old.options and not item.options:
        report.tell(NO_OPTIONS, place)
    elif old.options:
        key = "answerOption" if "answerOption" in item.json else "option"
        for index, holder in parts(item.json, key):
            value = choice(holder, "value")
            if value is not None and key_of(value) not in old.options.keys:
                report.tell(NEW_OPTION, place.child(key, index))
    elif old.value_set is not None and item.options:
        report.tell(OTHER_LIST, place, expected=lists[0], found=lists[1])
