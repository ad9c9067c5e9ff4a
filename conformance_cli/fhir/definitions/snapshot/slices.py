"""Slices: those of a base, constrained further, and new ones (R4 profiling, 5.1.0.14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from conformance_cli.fhir.definitions import facts
from conformance_cli.fhir.definitions.snapshot.changes import Change, hushed, joined
from conformance_cli.fhir.definitions.snapshot.merge import lowered, origin
from conformance_cli.fhir.definitions.snapshot.problems import (
    SLICE_UNKNOWN,
    SLICING_CLOSED,
    SLICING_MISSING,
    Problems,
)
from conformance_cli.fhir.definitions.snapshot.types import Types, type_of_slice
from conformance_cli.fhir.definitions.tree import Node, host_of, type_of

Json = Any
Definition = Mapping[str, Json]

_BY_TYPE = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": "open"}
_BY_URL = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
_EXTENSIONS = ("extension", "modifierExtension")


class Constrains(Protocol):
    """Applies changes to elements."""

    def constrain(self, node: Node, change: Change, *, is_slice: bool = False) -> Node:
        """The element after the change."""


class Slicer:
    """Constrains and makes the slices of elements."""

    def __init__(self, constraining: Constrains, types: Types, problems: Problems) -> None:
        self._constraining = constraining
        self._types = types
        self._problems = problems

    def expanded(self, choice: Node, stated: Change | None, named: Sequence[Change]) -> Change:
        """What was said of a choice under the names of its types, said of the choice.

        Naming a type narrows the choice to it unless slicing is spoken of (the short cut of
        STU3 and R4, http://hl7.org/fhir/R4/profiling.html#slicing, "Using [x]").  What is then
        the only type needs no slice.
        """
        made = Change(choice.name, named[0].label, None, named[0].index)
        made.quiet = all(change.quiet for change in named)
        if stated is not None:
            made.label, made.definition, made.index = stated.label, stated.definition, stated.index
            made.children, made.slices = dict(stated.children), dict(stated.slices)
        codes = {_code(choice, change.name): change for change in named}
        narrows = not (choice.slices or made.slices or "slicing" in (made.definition or {}))
        if narrows and made.definition is None and all(map(_narrows, named)):
            made.only = frozenset(codes)
        left = self._left(choice, made)
        for code, change in codes.items():
            own = _merged_slices(change)
            if left == {code} and narrows and len(codes) == 1:
                return _on_itself(made, own)
            slice_ = _as_slice(choice, own, code)
            known = self._known(choice, change.name, code)
            made.slices[known] = joined(made.slices.get(known, Change("", "")), slice_)
        return made

    def _left(self, choice: Node, change: Change) -> set[str]:
        entries = facts.dicts(choice.definition.get("type"))
        stated = facts.dicts((change.definition or {}).get("type"))
        codes = {facts.type_code(entry) for entry in stated or entries}
        return codes & change.only if change.only else codes

    def _known(self, choice: Node, name: str, code: str) -> str:
        """The slice of the base for a type, whatever its name; else the customary name."""
        for slice_ in choice.slices:
            codes = [facts.type_code(entry) for entry in facts.dicts(slice_.definition.get("type"))]
            if codes == [code] and slice_.slice_name:
                return slice_.slice_name
        return name

    def slice(self, made: Node, before: Node, change: Change) -> Node:
        """``made``, the element after its change, with the slices of both."""
        implied = "slicing" not in made.definition
        if implied:
            made.definition = self._implied(made, change)
        common = Change(change.name, change.label)
        common.children = {name: hushed(child) for name, child in change.children.items()}
        slices = {str(slice_.slice_name): slice_ for slice_ in before.slices}
        # What is sliced again comes before its slices.
        for name, own in sorted(change.slices.items(), key=lambda item: item[0].count("/")):
            self._one(slices, name, joined(common, own), made, before)
        made.slices = tuple(slices.values())
        if made.is_choice:
            if implied and _is_short_cut(change):
                made.definition = _narrowed_to_slices(made)
            made.definition = _narrowed_by_slices(made)
        elif change.definition is None:
            made.definition = _at_least(made)
        return made

    def _implied(self, made: Node, change: Change) -> Definition:
        """The slicing that goes without saying, of extensions and of choices."""
        if made.name in _EXTENSIONS:
            return {**made.definition, "slicing": _BY_URL}
        if made.is_choice:
            return {**made.definition, "slicing": _BY_TYPE}
        if not change.quiet:
            first = next(iter(change.slices.values()))
            self._problems.add(SLICING_MISSING, change.label, first.index)
        return {**made.definition, "slicing": {"discriminator": [], "rules": "open"}}

    def _one(
        self, slices: dict[str, Node], name: str, own: Change, made: Node, before: Node
    ) -> None:
        known = slices.get(name)
        if known is not None:
            slices[name] = self._constraining.constrain(known, own, is_slice=True)
            return
        host = host_of(tuple(slices.values()), name) if "/" in name else None
        if host is not None:
            sliced = Node(host.definition, host.name, host.slice_name, host.children)
            below = {str(slice_.slice_name): slice_ for slice_ in host.slices}
            self._one(below, name, own, sliced, host)
            sliced.slices = tuple(below.values())
            slices[str(host.slice_name)] = sliced
            return
        self._check_new(own, before)
        slices[name] = self._new(name, own, made, before)

    def _check_new(self, own: Change, before: Node) -> None:
        slicing = before.definition.get("slicing")
        closed = isinstance(slicing, dict) and slicing.get("rules") == "closed"
        if own.quiet:
            return
        if closed and before.slices and not before.is_choice:
            self._problems.add(SLICING_CLOSED, own.label, own.index)
        if (own.definition or {}).get("sliceIsConstraining") is True:
            self._problems.add(SLICE_UNKNOWN, own.label, own.index)

    def _new(self, name: str, own: Change, made: Node, before: Node) -> Node:
        """A slice of what the element was before the differential, and no more often than it is."""
        seed = {**before.definition, "base": origin(before.definition)}
        seed.pop("slicing", None)
        seed["min"] = 0
        seed["sliceName"] = name
        lowered(seed, made.definition.get("max"))
        if before.is_choice:
            entries = type_of_slice(before, own, name)
            if entries:
                seed["type"] = entries
        node = Node(seed, before.name, name, before.children)
        return self._constraining.constrain(node, own, is_slice=True)


def _narrows(change: Change) -> bool:
    """Whether naming the type of a choice narrows the choice to it.

    It does where the type has an entry of its own, not only things below it, unless that entry
    forbids the type.
    """
    stated = [change.definition, *(item.definition for item in change.slices.values())]
    return any(item is not None and item.get("max") != "0" for item in stated)


def _is_short_cut(change: Change) -> bool:
    """Whether types of a choice are spoken of, and the choice itself is not."""
    stated = (item.definition is not None for item in change.slices.values())
    return change.definition is None and all(stated)


def _merged_slices(change: Change) -> Change:
    """Slices of a type of a choice that are named like the type are the type itself."""
    made = change
    for item in change.slices.values():
        own = Change(change.name, item.label, item.definition, item.index)
        own.children, own.slices, own.quiet = item.children, item.slices, item.quiet
        base = Change(change.name, made.label, made.definition, made.index)
        base.children = made.children
        made = joined(base, own)
    return made


def _on_itself(made: Change, own: Change) -> Change:
    only = made.only
    made = joined(made, own)
    made.only, made.label = only, own.label
    return made


def _as_slice(choice: Node, own: Change, code: str) -> Change:
    slice_ = Change(choice.name, own.label, own.definition, own.index)
    slice_.children, slice_.slices, slice_.quiet = own.children, own.slices, own.quiet
    slice_.only = frozenset({code})
    return slice_


def _code(choice: Node, name: str) -> str:
    rest = type_of(choice.name, name) or ""
    for entry in facts.dicts(choice.definition.get("type")):
        code = facts.type_code(entry)
        if code[:1].upper() + code[1:] == rest:
            return code
    return rest


def _narrowed_by_slices(made: Node) -> Definition:
    """A choice of which one type must be there has no other; what is forbidden is none of it.

    A choice is there once at most, so its slices exclude each other.
    """
    entries = facts.dicts(made.definition.get("type"))
    left = entries
    least = facts.whole(made.definition.get("min")) or 0
    for slice_ in made.slices:
        codes = {facts.type_code(entry) for entry in facts.dicts(slice_.definition.get("type"))}
        if facts.whole(slice_.definition.get("min")):
            left = [entry for entry in left if facts.type_code(entry) in codes]
            least = max(least, 1)
        elif slice_.definition.get("max") == "0" and len(codes) == 1:
            left = [entry for entry in left if facts.type_code(entry) not in codes]
    if not left or (left == entries and least == facts.whole(made.definition.get("min"))):
        return made.definition
    return {**made.definition, "base": origin(made.definition), "type": left, "min": least}


def _narrowed_to_slices(made: Node) -> Definition:
    """A choice whose types are named as slices without a word of slicing has only those types.

    It is the short cut in another form; an open slicing by type has to be spoken of.
    """
    allowed = {
        facts.type_code(entry)
        for slice_ in made.slices
        if slice_.definition.get("max") != "0"
        for entry in facts.dicts(slice_.definition.get("type"))
    }
    entries = facts.dicts(made.definition.get("type"))
    left = [entry for entry in entries if facts.type_code(entry) in allowed]
    return {**made.definition, "type": left} if left else made.definition


def _at_least(made: Node) -> Definition:
    """An element has to be there as often as all its slices together, unless it is spoken of."""
    least = sum(facts.whole(slice_.definition.get("min")) or 0 for slice_ in made.slices)
    if least <= (facts.whole(made.definition.get("min")) or 0):
        return made.definition
    return {**made.definition, "base": origin(made.definition), "min": least}
