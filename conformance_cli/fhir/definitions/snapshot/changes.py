"""Differentials as trees of changes.

A differential is a list whose elements name where they belong by path and slice name, in the
order of the base, and since STU3 also by id.  Ids say more (children of a slice that has no
entry of its own can be told only by them), so they are followed where all of them agree with
the paths; else the order decides, as it has to where there are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance_cli.fhir.definitions.snapshot.problems import BAD_PATH, REPEATED, Problems
from conformance_cli.fhir.definitions.tree import type_of

Json = Any
Definition = Mapping[str, Json]

#: No legitimate path comes near; deeper ones would make recursion overflow.
_MOST_LEVELS = 32
_MOST_NAME = 200
_FORBIDDEN = frozenset(" \t\r\n,:;'\"/|?!@#$%^&*(){}")


class Change:
    """What a differential says of one element, and of what is below it.

    ``definition`` is ``None`` where only things below it are mentioned.  ``slices`` has the
    changes to single slices, by name; that of a re-slice is beside that of its slice.
    """

    __slots__ = ("children", "definition", "index", "label", "name", "only", "quiet", "slices")

    def __init__(
        self,
        name: str,
        label: str,
        definition: Definition | None = None,
        index: int | None = None,
    ) -> None:
        self.name = name
        self.label = label
        self.definition = definition
        self.index = index
        self.children: dict[str, Change] = {}
        self.slices: dict[str, Change] = {}
        #: Types that a choice was narrowed to by naming it after one (``valueQuantity``).
        self.only: frozenset[str] = frozenset()
        #: It was meant for a wider element: where it does not fit, nothing is wrong.
        self.quiet = False

    def child(self, name: str) -> Change:
        """The change of a child, made where it is missing."""
        found = self.children.get(name)
        if found is None:
            found = self.children[name] = Change(name, f"{self.label}.{name}")
        return found

    def slice(self, name: str) -> Change:
        """The change of a slice, made where it is missing."""
        found = self.slices.get(name)
        if found is None:
            found = self.slices[name] = Change(self.name, f"{self.label}:{name}")
        return found

    def state(self, definition: Definition, index: int, label: str, problems: Problems) -> None:
        """Note what the differential says; a second statement is added to the first."""
        self.label = label
        if self.definition is not None:
            problems.add(REPEATED, label, index)
            definition = {**self.definition, **definition}
        self.definition = definition
        self.index = index

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing, here or below."""
        return self.definition is None and not self.children and not self.slices


def read_changes(elements: Json, root: str, problems: Problems) -> Change:
    """The tree of a differential's elements below the path ``root``."""
    stated = []
    for index, element in enumerate(elements if isinstance(elements, list) else ()):
        if isinstance(element, dict):
            path = element.get("path")
            if not isinstance(path, str) or not _is_path(path, root):
                problems.add(BAD_PATH, str(path), index, root=root)
            else:
                stated.append((index, path, element))
    top = Change(root, root)
    if _ids_are_sound(stated):
        _by_id(top, stated, problems)
    else:
        _by_order(top, stated, problems)
    return top


def joined(common: Change, own: Change) -> Change:
    """What is said of all slices and of one, as one change; the one wins where both speak."""
    if common.is_empty:
        return own
    made = Change(own.name, own.label, own.definition, own.index)
    made.only = own.only or common.only
    made.quiet = own.quiet
    if common.definition is not None:
        made.definition = _together(common.definition, own.definition or {})
    made.children = _joined(common.children, own.children)
    made.slices = _joined(common.slices, own.slices)
    return made


def _joined(common: Mapping[str, Change], own: Mapping[str, Change]) -> dict[str, Change]:
    made = dict(common)
    for name, change in own.items():
        made[name] = joined(common[name], change) if name in common else change
    return made


def _together(common: Definition, own: Definition) -> Definition:
    made = {**common, **own}
    if "constraint" in common and "constraint" in own:
        made["constraint"] = [*_listed(common["constraint"]), *_listed(own["constraint"])]
    return made


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def hushed(change: Change) -> Change:
    """The same change, meant for more elements than it fits: nothing is wrong where it does not."""
    made = Change(change.name, change.label, change.definition, change.index)
    made.only, made.quiet = change.only, True
    made.children = {name: hushed(child) for name, child in change.children.items()}
    made.slices = {name: hushed(item) for name, item in change.slices.items()}
    return made


def _is_path(path: str, root: str) -> bool:
    if path == root:
        return True
    if not path.startswith(root + ".") or path.count(".") > _MOST_LEVELS:
        return False
    names = path[len(root) + 1 :].split(".")
    return all(name and len(name) <= _MOST_NAME and not _FORBIDDEN & set(name) for name in names)


def _slice_name(element: Definition) -> str | None:
    name = element.get("sliceName")
    return name[:_MOST_NAME] if isinstance(name, str) and name else None


def _ids_are_sound(stated: Sequence[tuple[int, str, Definition]]) -> bool:
    """Whether every id is there, once, and says what path and slice name say."""
    seen = set()
    for _, path, element in stated:
        identity = element.get("id")
        if not isinstance(identity, str) or identity in seen or not _agree(identity, path, element):
            return False
        seen.add(identity)
    return True


def _agree(identity: str, path: str, element: Definition) -> bool:
    parts, names = identity.split("."), path.split(".")
    if len(parts) != len(names):
        return False
    for part, name in zip(parts[1:], names[1:], strict=True):
        known = part.partition(":")[0]
        if known != name and type_of(known, name) is None:
            return False
    if len(parts) == 1:
        return True
    known, _, slice_name = parts[-1].partition(":")
    own = _slice_name(element) or ""
    # Types of choices may be named by their path alone.
    return slice_name.casefold() == own.casefold() or (
        type_of(known, names[-1]) is not None and own in ("", names[-1])
    )


class _ById:
    """Finds the places in the tree that ids name, making what is missing above them.

    The names of choices and slices are those of paths and slice names, where the two differ.
    """

    def __init__(self, top: Change, stated: Sequence[tuple[int, str, Definition]]) -> None:
        self._known: dict[str, Change] = {top.name: top}
        self._top = top
        self._names = {element["id"]: _slice_name(element) for _, _, element in stated}

    def at(self, identity: str, path: str) -> Change:
        """The change that an id names."""
        found = self._known.get(identity)
        if found is None:
            found = self._known[identity] = self._made(identity, path)
        return found

    def _made(self, identity: str, path: str) -> Change:
        above, dot, last = identity.rpartition(".")
        if not dot:
            return self._top
        higher, _, name = path.rpartition(".")
        child = self.at(above, higher).child(name)
        known, _, slice_name = last.partition(":")
        if not slice_name or known != name:
            return child
        return child.slice(self._names.get(identity) or slice_name)


def _by_id(top: Change, stated: Sequence[tuple[int, str, Definition]], problems: Problems) -> None:
    places = _ById(top, stated)
    for index, path, element in stated:
        identity = element["id"]
        places.at(identity, path).state(element, index, identity, problems)


def _by_order(
    top: Change, stated: Sequence[tuple[int, str, Definition]], problems: Problems
) -> None:
    """Children belong to the last element above them that was mentioned."""
    trail = [top]
    for index, path, element in stated:
        names = path.split(".")
        if len(names) == 1:
            top.state(element, index, path, problems)
            trail = [top]
            continue
        trail = _followed(trail, names[1:-1])
        change = trail[-1].child(names[-1])
        slice_name = _slice_name(element)
        if slice_name:
            change = change.slice(slice_name)
        change.state(element, index, change.label, problems)
        trail.append(change)


def _followed(trail: list[Change], names: list[str]) -> list[Change]:
    """The way down to an element's parent, along the way that was last taken."""
    made = trail[:1]
    straight = True
    for level, name in enumerate(names, 1):
        last = trail[level] if straight and level < len(trail) else None
        if last is not None and (last.name == name or _is_type_slice(last, name)):
            made.append(last)
        else:
            straight = False
            made.append(made[-1].child(name))
    return made


def _is_type_slice(change: Change, name: str) -> bool:
    """Whether children are listed under the type's name of a slice of a choice."""
    stated = change.definition
    return stated is not None and _slice_name(stated) == name and change.name != name
