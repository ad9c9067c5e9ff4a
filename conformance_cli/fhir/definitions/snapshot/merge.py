"""One ElementDefinition of a base, and what a differential says of it, as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance_cli.fhir.definitions import facts
from conformance_cli.fhir.definitions.snapshot.changes import Change
from conformance_cli.fhir.definitions.snapshot.problems import (
    CROSSED,
    MAXIMUM,
    MINIMUM,
    MUST_SUPPORT,
    SLICING_CHANGED,
    SLICING_RULES,
    Problems,
)
from conformance_cli.fhir.definitions.snapshot.types import (
    Types,
    is_bindable,
    narrowed,
    rebound,
)

Json = Any
Definition = Mapping[str, Json]

#: Properties that a profile's value simply replaces.
_REPLACED = (
    "short",
    "definition",
    "comment",
    "requirements",
    "label",
    "meaningWhenMissing",
    "orderMeaning",
    "maxLength",
    "representation",
    "isModifierReason",
    "mustHaveValue",
    "contentReference",
)
#: Properties whose names end in the type of their value; of each only one may be there.
_TYPED = ("fixed", "pattern", "minValue", "maxValue")
#: Lists that grow along a chain of profiles.
_GROWING = ("alias", "condition", "example", "code", "valueAlternatives")
_OPENNESS = {"open": 0, "openAtEnd": 1, "closed": 2}
_INFINITY = 1 << 62


class Merging:
    """Merges element definitions of one structure; ``url`` becomes its constraints' source."""

    def __init__(self, url: str, types: Types, problems: Problems) -> None:
        self._url = url
        self._types = types
        self._problems = problems

    def merge(self, base: Definition, change: Change, *, is_slice: bool) -> Definition:
        """The element as it is after the change; the minimum of a slice may be any."""
        stated = change.definition
        if stated is None and not change.only:
            return base
        made = {**base, "base": origin(base)}
        if stated is None:
            stated = {}
        for key in _REPLACED:
            if key in stated:
                made[key] = stated[key]
        _replace_typed(made, stated)
        _grow(made, stated)
        self._cardinality(made, base, change, is_slice=is_slice)
        self._types_and_binding(made, base, change)
        self._flags(made, base, change)
        self._constraints(made, stated)
        _extend(made, stated)
        if "slicing" in stated:
            made["slicing"] = self._slicing(base, change)
        return made

    def _cardinality(
        self, made: dict[str, Json], base: Definition, change: Change, *, is_slice: bool
    ) -> None:
        stated = change.definition or {}
        least, known = facts.whole(stated.get("min")), facts.whole(base.get("min")) or 0
        if least is not None and (least >= known or is_slice):
            made["min"] = least
        elif least is not None and not change.quiet:
            self._add(MINIMUM, change, minimum=least, base=known)
        most = stated.get("max")
        if isinstance(most, str):
            if bound(most) <= bound(base.get("max")):
                made["max"] = most
            elif not change.quiet and not is_slice:
                self._add(MAXIMUM, change, maximum=most, base=base.get("max"))
        if bound(made.get("max")) < (facts.whole(made.get("min")) or 0) and not change.quiet:
            self._add(CROSSED, change, minimum=made.get("min"), maximum=made.get("max"))

    def _types_and_binding(self, made: dict[str, Json], base: Definition, change: Change) -> None:
        entries = narrowed(base, change, self._types, self._problems)
        if entries:
            made["type"] = entries
        binding = rebound(base, change, self._problems)
        if binding is not None and is_bindable(entries):
            made["binding"] = binding
        else:
            made.pop("binding", None)

    def _flags(self, made: dict[str, Json], base: Definition, change: Change) -> None:
        stated = change.definition or {}
        support = stated.get("mustSupport")
        if support is True:
            made["mustSupport"] = True
        elif support is False and base.get("mustSupport") is True:
            if not change.quiet:
                self._add(MUST_SUPPORT, change)
        elif support is False:
            made["mustSupport"] = False
        # Only extensions say for themselves whether they modify.
        if "isModifier" in stated and _is_extension(base):
            made["isModifier"] = stated["isModifier"]

    def _constraints(self, made: dict[str, Json], stated: Definition) -> None:
        added = [{"source": self._url, **item} for item in facts.dicts(stated.get("constraint"))]
        add_constraints(made, added)

    def _slicing(self, base: Definition, change: Change) -> Json:
        before = base.get("slicing")
        after = (change.definition or {}).get("slicing")
        if not isinstance(after, dict) or not isinstance(before, dict):
            return after if isinstance(after, dict) else before
        old, new = (facts.dicts(item.get("discriminator")) for item in (before, after))
        if old and new and not _continues(old, new):
            if not change.quiet:
                self._add(SLICING_CHANGED, change, found=_told(new), base=_told(old))
            new = old
        rules, known = (item.get("rules") for item in (after, before))
        made = {**before, **after, "discriminator": new or old}
        if _OPENNESS.get(str(rules), 0) < _OPENNESS.get(str(known), 0):
            if rules is not None and not change.quiet:
                self._add(SLICING_RULES, change, found=rules, base=known)
            made["rules"] = known
        if before.get("ordered") is True:
            made["ordered"] = True
        return made

    def _add(self, message: Any, change: Change, **values: Any) -> None:
        self._problems.add(message, change.label, change.index, **values)


def origin(definition: Definition) -> Json:
    """The ``base`` of an element: where it was first defined, and with what cardinality."""
    base = definition.get("base")
    if isinstance(base, dict):
        return base
    return {
        "path": definition.get("path"),
        "min": definition.get("min", 0),
        "max": definition.get("max", "*"),
    }


def bound(most: Json) -> int:
    """A maximum as a number; ``*`` and nonsense are as good as endless."""
    number = facts.whole(most)
    return _INFINITY if number is None else number


def add_constraints(made: dict[str, Json], added: Sequence[Definition]) -> None:
    """Add the constraints whose keys are not there yet."""
    known = facts.dicts(made.get("constraint"))
    keys = {str(item.get("key")) for item in known}
    new = [item for item in added if str(item.get("key")) not in keys]
    if new:
        made["constraint"] = [*known, *new]


def lowered(made: dict[str, Json], most: Json) -> None:
    """Lower a maximum to another that is smaller."""
    if bound(most) < bound(made.get("max")):
        made["max"] = most


def _is_extension(base: Definition) -> bool:
    name = str(base.get("path")).rpartition(".")[2]
    return name in ("Extension", "extension", "modifierExtension")


def _replace_typed(made: dict[str, Json], stated: Definition) -> None:
    for start in _TYPED:
        found = [key for key in stated if _is_typed(key, start)]
        if found:
            for key in [key for key in made if _is_typed(key, start)]:
                del made[key]
            for key in found:
                made[key] = stated[key]


def _is_typed(key: str, start: str) -> bool:
    plain = key.removeprefix("_")
    return plain.startswith(start) and plain[len(start) : len(start) + 1].isupper()


def _grow(made: dict[str, Json], stated: Definition) -> None:
    for key in _GROWING:
        added = stated.get(key)
        if isinstance(added, list) and added:
            known = made.get(key)
            known = known if isinstance(known, list) else []
            made[key] = [*known, *(item for item in added if item not in known)]


def _extend(made: dict[str, Json], stated: Definition) -> None:
    added = facts.dicts(stated.get("extension"))
    if added:
        urls = {str(item.get("url")) for item in added}
        known = facts.dicts(made.get("extension"))
        kept = (item for item in known if str(item.get("url")) not in urls)
        made["extension"] = [*kept, *added]


def _continues(old: list[dict[str, Json]], new: list[dict[str, Json]]) -> bool:
    """Whether discriminators are the same, or the same with more after them."""
    return len(new) >= len(old) and all(map(_same, old, new))


def _same(one: Definition, other: Definition) -> bool:
    return all(one.get(key) == other.get(key) for key in ("type", "path"))


def _told(discriminators: list[dict[str, Json]]) -> str:
    return ", ".join(f"{item.get('type')} of {item.get('path')}" for item in discriminators)
