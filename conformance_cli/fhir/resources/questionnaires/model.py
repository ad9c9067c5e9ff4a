"""A Questionnaire as its responses see it, whatever version of FHIR it is written in.

FHIR STU3 says ``option`` and ``options`` where later versions say ``answerOption`` and
``answerValueSet``, and R5 says ``coding`` with ``answerConstraint`` where earlier ones have
the types ``choice`` and ``open-choice``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.resources.questionnaires.amounts import Key, key_of
from conformance_cli.fhir.resources.questionnaires.derived import Derived, derive
from conformance_cli.fhir.resources.reading import (
    Choice,
    choice,
    companion,
    count,
    extension_value,
    flag,
    part,
    parts,
    text,
)

Json = Any

#: Items nest no deeper than this; what lies below is not looked at.
MAX_DEPTH: Final = 60

#: Extensions of a kind that one item may have; a question has a handful.
_MOST_EXTENSIONS: Final = 500
_EXCLUSIVE = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
#: Types whose answers come from a list, with the constraint that each implies.
_LISTED: Mapping[str, str] = {
    "choice": "optionsOnly",
    "coding": "optionsOnly",
    "open-choice": "optionsOrString",
}


class Constraint(StrEnum):
    """Whether answers must be among the options (R5 Questionnaire.item.answerConstraint)."""

    ONLY = "optionsOnly"
    OR_TYPE = "optionsOrType"
    OR_STRING = "optionsOrString"


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """The permitted answers of a question, to be looked up by ``amounts.key_of``."""

    shown: tuple[Choice, ...] = ()
    keys: frozenset[Key] = frozenset()
    #: Those that may not stand beside others.
    exclusive: frozenset[Key] = frozenset()
    #: What codes and their displays are, in small letters.
    names: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.shown)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """An ``enableWhen``: holds if an answer to a question compares so with a value."""

    question: str
    operator: str
    expected: Choice | None


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A group, a question or a display.

    ``number`` is unique in its form; ``lineage`` holds those of the items around it,
    outermost first.  ``type`` is empty where the Questionnaire gives none.
    """

    number: int
    lineage: tuple[int, ...]
    link_id: str
    type: str
    wordings: frozenset[str]
    is_required: bool
    repeats: bool
    items: tuple[Item, ...]
    options: Options
    value_set: str | None
    constraint: Constraint
    conditions: tuple[Condition, ...]
    #: ``all`` or ``any``; empty where the Questionnaire does not say.
    behaviour: str
    max_length: int | None
    #: The values of its extensions, by URL; only the first of very many.
    extensions: Mapping[str, tuple[Choice, ...]]
    json: Mapping[str, Json]

    def values(self, *urls: str) -> Iterator[Choice]:
        """The values of the extensions with these URLs."""
        for url in urls:
            yield from self.extensions.get(url, ())

    def value(self, *urls: str) -> Json:
        """The value of the first such extension; ``None`` without one."""
        return next((found.value for found in self.values(*urls)), None)

    def limit(self, *urls: str) -> int | None:
        """The same, where it is a whole number."""
        found = self.value(*urls)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    @property
    def is_group(self) -> bool:
        """Whether it takes items, not answers; ``question`` is an abstract type."""
        return self.type in ("group", "question")

    @property
    def is_choice(self) -> bool:
        """Whether its answers come from a list."""
        return self.type in _LISTED

    @property
    def shown_text(self) -> str:
        """One of its wordings, for messages."""
        return next(iter(sorted(self.wordings)), "")


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A Questionnaire, and the resources that are contained beside its answers' value sets."""

    json: Mapping[str, Json]
    items: tuple[Item, ...]
    by_link: Mapping[str, Item]
    contained: tuple[Mapping[str, Json], ...] = ()

    def contained_value_set(self, reference: str) -> Mapping[str, Json] | None:
        """The value set that ``#id`` names."""
        for resource in self.contained:
            if resource.get("id") == reference[1:] and resource.get("resourceType") == "ValueSet":
                return resource
        return None


def read_form(
    questionnaire: Mapping[str, Json], library: Library, container: Mapping[str, Json] | None = None
) -> Form:
    """A form from a Questionnaire; ``container`` is the resource that contains it, if any."""
    reader = _Reader(library)
    items = tuple(reader.items(questionnaire, (), 0))
    holders = (questionnaire, container or {})
    contained = tuple(found for one in holders for _, found in parts(one, "contained"))
    return Form(questionnaire, items, reader.by_link, contained)


@dataclass(slots=True)
class _Reader:
    library: Library
    by_link: dict[str, Item] = field(default_factory=dict)
    numbered: int = 0

    def items(
        self, parent: Mapping[str, Json], lineage: tuple[int, ...], depth: int
    ) -> Iterator[Item]:
        if depth < MAX_DEPTH:
            for _, json in parts(parent, "item"):
                yield self._item(json, lineage, depth)

    def _item(self, json: Mapping[str, Json], lineage: tuple[int, ...], depth: int) -> Item:
        self.numbered += 1
        number = self.numbered
        derived = derive(text(json, "definition"), self.library)
        children = tuple(self.items(json, (*lineage, number), depth + 1))
        made = _make(number, lineage, json, children, derived)
        if made.link_id:
            self.by_link.setdefault(made.link_id, made)
        return made


def _make(
    number: int,
    lineage: tuple[int, ...],
    json: Mapping[str, Json],
    children: tuple[Item, ...],
    derived: Derived,
) -> Item:
    kind = text(json, "type") or ""
    length = count(json, "maxLength")
    options = _options(json)
    return Item(
        number=number,
        lineage=lineage,
        link_id=text(json, "linkId") or "",
        type=kind,
        wordings=frozenset(_wordings(json)),
        is_required=flag(json, "required") if "required" in json else derived.is_required,
        repeats=flag(json, "repeats") if "repeats" in json else derived.repeats,
        items=children,
        options=options,
        value_set=_value_set(json) or (None if options else derived.value_set),
        constraint=_constraint(json, kind),
        conditions=tuple(_conditions(json)),
        behaviour=text(json, "enableBehavior") or _behaviour(json),
        max_length=derived.max_length if length is None else length,
        extensions=_extensions(json),
        json=json,
    )


def _wordings(json: Mapping[str, Json]) -> Iterator[str]:
    """The text, and its translations, any of which a response may repeat."""
    own = text(json, "text")
    if own:
        yield own
    for _, extension in parts(companion(json, "text"), "extension"):
        if extension.get("url") == _TRANSLATION:
            for _, inner in parts(extension, "extension"):
                found = choice(inner, "value")
                if inner.get("url") == "content" and found and isinstance(found.value, str):
                    yield found.value


def _options(json: Mapping[str, Json]) -> Options:
    shown: list[Choice] = []
    keys: set[Key] = set()
    exclusive: set[Key] = set()
    names: set[str] = set()
    for name in ("answerOption", "option"):
        for _, option in parts(json, name):
            value = choice(option, "value")
            key = key_of(value) if value is not None else None
            if value is None or key is None:
                continue
            shown.append(value)
            keys.add(key)
            names.update(_names(value))
            if extension_value(option, _EXCLUSIVE) is True:
                exclusive.add(key)
    return Options(tuple(shown), frozenset(keys), frozenset(exclusive), frozenset(names))


def _names(value: Choice) -> Iterator[str]:
    """What people may write where a code is meant."""
    if value.type == "Coding" and isinstance(value.value, Mapping):
        for key in ("display", "code"):
            found = text(value.value, key)
            if found:
                yield found.casefold()


def _extensions(json: Mapping[str, Json]) -> Mapping[str, tuple[Choice, ...]]:
    found: dict[str, list[Choice]] = {}
    for _, extension in parts(json, "extension"):
        url, value = text(extension, "url"), choice(extension, "value")
        if url is not None and value is not None:
            same = found.setdefault(url, [])
            if len(same) < _MOST_EXTENSIONS:
                same.append(value)
    return {url: tuple(values) for url, values in found.items()}


def _value_set(json: Mapping[str, Json]) -> str | None:
    reference = part(json, "options")
    return text(json, "answerValueSet") or (text(reference, "reference") if reference else None)


def _constraint(json: Mapping[str, Json], kind: str) -> Constraint:
    stated = text(json, "answerConstraint") or _LISTED.get(kind, "")
    return Constraint(stated) if stated in set(Constraint) else Constraint.ONLY


def _conditions(json: Mapping[str, Json]) -> Iterator[Condition]:
    for _, found in parts(json, "enableWhen"):
        question = text(found, "question") or ""
        if "hasAnswer" in found:
            expected = Choice("hasAnswer", "answer", "boolean", found["hasAnswer"])
            yield Condition(question, "exists", expected)
        else:
            operator = text(found, "operator") or "="
            yield Condition(question, operator, choice(found, "answer"))


def _behaviour(json: Mapping[str, Json]) -> str:
    """STU3 has no operators, and joins its conditions with "or"."""
    stated = [found for _, found in parts(json, "enableWhen")]
    is_stu3 = stated and all("operator" not in found for found in stated)
    return "any" if is_stu3 else ""
