"""A QuestionnaireResponse as a tree of what was given, with an index of all answers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance_cli.fhir.resources.questionnaires.model import MAX_DEPTH
from conformance_cli.fhir.resources.reading import Choice, choice, parts, text
from conformance_cli.fhir.validation.place import Place

Json = Any


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One answer to a question, with the items that are nested in it."""

    value: Choice | None
    place: Place
    items: tuple[Given, ...]

    @property
    def value_place(self) -> Place:
        """Where its value stands."""
        return self.value.at(self.place) if self.value is not None else self.place


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """An item of a response.

    ``first`` and ``last`` bound the numbers of the items inside, its own number being
    ``first``: an item is inside another if its number is within the other's bounds.
    """

    link_id: str
    text: str | None
    place: Place
    items: tuple[Given, ...]
    answers: tuple[Answer, ...]
    first: int
    last: int
    json: Mapping[str, Json]

    @property
    def has_content(self) -> bool:
        """Whether it has answers or items."""
        return bool(self.answers or self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """All items of a response."""

    items: tuple[Given, ...]
    last: int
    #: By link id, the items with their numbers, in order.
    _by_link: Mapping[str, list[Given]]

    def answers_to(self, link_id: str, first: int, last: int) -> Iterator[Choice]:
        """The values of the answers to a question by items within bounds."""
        found = self._by_link.get(link_id, [])
        for index in range(bisect_left(found, first, key=lambda item: item.first), len(found)):
            if found[index].first > last:
                return
            for answer in found[index].answers:
                if answer.value is not None:
                    yield answer.value


def read_response(resource: Mapping[str, Json], place: Place) -> Response:
    """The items of a QuestionnaireResponse."""
    reader = _Reader()
    items = tuple(reader.items(resource, place, 0))
    for same in reader.by_link.values():
        same.sort(key=lambda item: item.first)
    return Response(items, reader.numbered, reader.by_link)


@dataclass(slots=True)
class _Reader:
    by_link: dict[str, list[Given]] = field(default_factory=dict)
    numbered: int = 0

    def items(self, parent: Mapping[str, Json], place: Place, depth: int) -> Iterator[Given]:
        if depth < MAX_DEPTH:
            for index, json in parts(parent, "item"):
                yield self._item(json, place.child("item", index), depth)

    def _item(self, json: Mapping[str, Json], place: Place, depth: int) -> Given:
        self.numbered += 1
        first = self.numbered
        answers = tuple(self._answers(json, place, depth))
        items = tuple(self.items(json, place, depth + 1))
        link_id = text(json, "linkId") or ""
        last = self.numbered
        made = Given(link_id, text(json, "text"), place, items, answers, first, last, json)
        self.by_link.setdefault(link_id, []).append(made)
        return made

    def _answers(self, json: Mapping[str, Json], place: Place, depth: int) -> Iterator[Answer]:
        for index, answer in parts(json, "answer"):
            at = place.child("answer", index)
            items = tuple(self.items(answer, at, depth + 1))
            yield Answer(choice(answer, "value"), at, items)
