"""Profiles that a given resource conforms to, and single steps out of line with them.

Every constraint is read off the resource: how often an element is there, what its values
are, how items differ.  So the resource conforms by construction, whatever was chosen.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element
from tests.fhir.generated.groups import APART, Group, Groups
from tests.fhir.generated.places import Places, Spot
from tests.fhir.generated.values import PRIMITIVES

Json = Any
Object = dict[str, Json]

URL = "http://nowhere.test/StructureDefinition/made-up"
_CORE = "http://hl7.org/fhir/StructureDefinition/"
#: Constraints of a profile, and how often one is tried that may not suit the resource.
_MOST, _TRIES = 6, 40
_FIXABLE = frozenset(PRIMITIVES) - {"xhtml", "canonical", "id"}


@dataclass(frozen=True)
class Step:
    """A change that breaks one constraint: ``id`` has to be reported at ``at``."""

    resource: Object = field(repr=False)
    id: str
    at: str
    within: str


class Profiling:
    """Makes one profile of a resource; ``steps`` lead out of it."""

    def __init__(self, library: Library, resource: Object, source: Random) -> None:
        self._places = Places(library)
        self._groups = Groups(library, resource)
        self._source = source
        self.resource = resource
        self._facts: dict[str, Object] = {}
        self._slices: dict[str, list[Object]] = {}
        self._steps: list[Callable[[], Step | None]] = []
        makers = (self._minimum, self._maximum, self._forbid, self._fix, self._pattern)
        makers = (*makers, self._narrow, self._shorten, self._slice)
        groups = list(self._groups.all())
        wanted = source.randint(1, _MOST)
        for _ in range(_TRIES):
            if len(self._steps) < wanted:
                source.choice(makers)(source.choice(groups))

    @property
    def definition(self) -> Object:
        """The profile."""
        name = self.resource["resourceType"]
        elements: list[Object] = []
        for path in sorted(self._facts, key=self._groups.order.__getitem__):
            elements.append({"id": path, "path": path, **self._facts[path]})
            elements += self._slices.get(path, [])
        return {
            "resourceType": "StructureDefinition",
            "url": URL,
            "name": "MadeUp",
            "status": "active",
            "kind": "resource",
            "abstract": False,
            "type": name,
            "baseDefinition": _CORE + name,
            "derivation": "constraint",
            "differential": {"element": elements or [{"id": name, "path": name}]},
        }

    def steps(self) -> Iterator[Step]:
        """Changed resources, each breaking one of the constraints."""
        for make in self._steps:
            step = make()
            if step is not None:
                yield step

    def _say(self, group: Group, **facts: Json) -> bool:
        """Add to what the profile says of an element, unless it says that already."""
        known = self._facts.get(group.path, {})
        closed = {"max", "slicing"} & known.keys() & {"max", "slicing"}
        if facts.keys() & known.keys() or (closed and facts.keys() & {"max", "slicing", "min"}):
            return False
        self._facts[group.path] = known | facts
        return True

    def _changed(self, spot: Spot) -> tuple[Object, Spot]:
        """A copy of the resource, and the same place in it."""
        changed = copy.deepcopy(self.resource)
        return changed, next(one for one in self._places.of(changed) if one.at == spot.at)

    def _minimum(self, group: Group) -> None:
        least = min(group.counts)
        if not least or least <= group.element.min or not self._say(group, min=least):
            return
        spot = next(spot for spot in group.spots if _count(group, spot) == least)

        def step() -> Step | None:
            changed, there = self._changed(spot)
            _remove(there)
            return (
                Step(changed, "profile-minimum", there.around, there.whole) if there.owner else None
            )

        self._steps.append(step)

    def _maximum(self, group: Group) -> None:
        most = max(group.counts)
        if not most or not group.element.repeats or not self._say(group, max=str(most)):
            return
        spot = next(spot for spot in group.spots if _count(group, spot) == most)

        def step() -> Step:
            changed, there = self._changed(spot)
            there.owner[there.key].append(copy.deepcopy(there.value))
            return Step(changed, "profile-maximum", there.around, there.whole)

        self._steps.append(step)

    def _forbid(self, group: Group) -> None:
        """What is not there may not be there."""
        element = group.element
        if group.spots or element.min or element.choice or element.types[0].code not in _FIXABLE:
            return
        if not self._say(group, max="0"):
            return
        at = group.owners[0][0]

        def step() -> Step:
            changed = copy.deepcopy(self.resource)
            owner = changed if "." not in at else self._at(changed, at).value
            value = PRIMITIVES[element.types[0].code](self._source)
            owner[element.name] = [value] if element.repeats else value
            return Step(changed, "profile-maximum", at, f"{at}.{element.name}")

        self._steps.append(step)

    def _at(self, resource: Object, at: str) -> Spot:
        return next(one for one in self._places.of(resource) if one.at == at)

    def _fix(self, group: Group) -> None:
        values = [spot.value for spot in group.spots]
        if not values or group.element.choice or group.spots[0].type not in _FIXABLE:
            return
        kind = group.spots[0].type
        if any(value != values[0] or isinstance(value, list) for value in values):
            return
        if not self._say(group, **{f"fixed{kind[0].upper()}{kind[1:]}": values[0]}):
            return
        spot = self._source.choice(group.spots)

        def step() -> Step:
            changed, there = self._changed(spot)
            there.put(_other(there.value, kind))
            return Step(changed, "value-fixed", there.at, there.at)

        self._steps.append(step)

    def _pattern(self, group: Group) -> None:
        """One property that all values of a complex type share."""
        values = [spot.value for spot in group.spots]
        if not values or group.element.choice or not isinstance(values[0], dict):
            return
        if group.element.children:
            return
        kind = group.spots[0].type
        shared = [key for key, one in values[0].items() if _is_shared(key, one, values)]
        if not shared:
            return
        key = self._source.choice(sorted(shared))
        if not self._say(group, **{f"pattern{kind[0].upper()}{kind[1:]}": {key: values[0][key]}}):
            return
        spot = self._source.choice(group.spots)

        def step() -> Step | None:
            changed, there = self._changed(spot)
            del there.value[key]
            return (
                Step(changed, "value-pattern", f"{there.at}.{key}", there.at)
                if there.value
                else None
            )

        self._steps.append(step)

    def _narrow(self, group: Group) -> None:
        """A choice may have only the type that it has."""
        kinds = {spot.type for spot in group.spots}
        if not group.element.choice or len(kinds) != 1 or len(group.element.types) < 2:
            return
        if not self._say(group, type=[{"code": kind} for kind in kinds]):
            return
        spot = group.spots[0]
        others = [ref.code for ref in group.element.types if ref.code in _FIXABLE - kinds]
        if not others:
            return
        other = self._source.choice(others)

        def step() -> Step:
            changed, there = self._changed(spot)
            del there.owner[there.key]
            name = group.element.name
            there.owner[f"{name}{other[0].upper()}{other[1:]}"] = PRIMITIVES[other](self._source)
            at = f"{there.around}.{name}.ofType({other})"
            return Step(changed, "profile-type", at, at)

        self._steps.append(step)

    def _shorten(self, group: Group) -> None:
        """No text may be longer than the longest."""
        texts = [spot.value for spot in group.spots if spot.type in ("string", "markdown")]
        if not texts or group.element.choice:
            return
        if not self._say(group, maxLength=max(map(len, texts))):
            return
        spot = max(group.spots, key=lambda one: len(one.value))

        def step() -> Step:
            changed, there = self._changed(spot)
            there.put(there.value + "x")
            return Step(changed, "value-too-long", there.at, there.at)

        self._steps.append(step)

    def _slice(self, group: Group) -> None:
        """Items told apart by the value of one of their properties."""
        items = [spot.value for spot in group.spots]
        if len(group.owners) != 1 or not items or not group.element.repeats:
            return
        if not isinstance(items[0], dict) or any(
            path.startswith(f"{group.path}.") for path in self._facts
        ):
            return
        kinds = self._simple(group.element)
        shared = [key for key, one in items[0].items() if key in kinds and _is_plain(key, items)]
        if not shared:
            return
        key = self._source.choice(sorted(shared))
        values = list(dict.fromkeys(item[key] for item in items if key in item))
        is_closed = all(key in item for item in items) and self._source.randint(0, 1) == 1
        slicing = {
            "discriminator": [{"type": "value", "path": key}],
            "rules": "closed" if is_closed else "open",
        }
        if not self._say(group, slicing=slicing):
            return
        self._facts[group.path].setdefault("min", group.element.min)
        self._slices[group.path] = []
        for number, value in enumerate(values):
            self._one_slice(group, key, kinds[key], value, number)
        if is_closed:
            self._steps.append(lambda: self._stray(group, key, kinds[key]))

    def _one_slice(self, group: Group, key: str, kind: str, value: Json, number: int) -> None:
        name = f"s{number}"
        spots = [spot for spot in group.spots if spot.value.get(key) == value]
        fixed = {f"fixed{kind[0].upper()}{kind[1:]}": value}
        base = {"id": f"{group.path}:{name}", "path": group.path, "sliceName": name}
        child = {
            "id": f"{group.path}:{name}.{key}",
            "path": f"{group.path}.{key}",
            "min": 1,
            **fixed,
        }
        self._slices[group.path] += [{**base, "min": len(spots), "max": str(len(spots))}, child]

        def one_more() -> Step:
            changed, there = self._changed(spots[0])
            there.owner[there.key].append(copy.deepcopy(there.value))
            return Step(changed, "slice-maximum", there.around, there.whole)

        def one_less() -> Step | None:
            changed, there = self._changed(spots[0])
            _remove(there)
            return (
                Step(changed, "slice-minimum", there.around, there.whole) if there.owner else None
            )

        self._steps += [one_more, one_less]

    def _stray(self, group: Group, key: str, kind: str) -> Step | None:
        changed, there = self._changed(group.spots[0])
        known = [spot.value.get(key) for spot in group.spots]
        other = _other(there.value[key], kind)
        if other in known:
            return None
        there.value[key] = other
        return Step(changed, "slice-unknown", there.at, there.whole)

    def _simple(self, element: Element) -> dict[str, str]:
        """The children of an element that have a simple type, with it."""
        holder = self._groups.holder(element)
        children = holder.children if holder is not None else ()
        return {
            child.name: child.types[0].code
            for child in children
            if not child.choice and not child.repeats and child.types
            if child.types[0].code in _FIXABLE and child.name not in APART
        }


def _count(group: Group, spot: Spot) -> int:
    return sum(one.owner is spot.owner for one in group.spots)


def _remove(spot: Spot) -> None:
    """Take a value out, and the property with the last of its values."""
    if spot.index is None or len(spot.owner[spot.key]) == 1:
        del spot.owner[spot.key]
    else:
        del spot.owner[spot.key][spot.index]


def _is_shared(key: str, value: Json, values: list[Object]) -> bool:
    is_simple = not isinstance(value, dict | list) and key not in APART
    return is_simple and not key.startswith("_") and all(one.get(key) == value for one in values)


def _is_plain(key: str, items: list[Object]) -> bool:
    return not any(f"_{key}" in item for item in items)


def _other(value: Json, kind: str) -> Json:
    """Another sound value of a type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | Decimal):
        return 2 if value == 1 else 1
    others = {
        "base64Binary": "b3RoZXI=", "code": "other", "date": "2001-02-03", "time": "01:02:03",
        "dateTime": "2001-02-03", "instant": "2001-02-03T04:05:06Z", "integer64": "17",
        "oid": "urn:oid:1.2.3", "uuid": "urn:uuid:11111111-1111-4111-8111-111111111111",
    }  # fmt: skip
    other = others.get(kind, re.sub(r"\W+$", "", value) + "-other")
    return other if other != value else PRIMITIVES[kind](Random(1))
