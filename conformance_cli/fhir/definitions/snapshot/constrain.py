"""Applying a tree of changes to the tree of a base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from conformance_cli.fhir.definitions import facts
from conformance_cli.fhir.definitions.snapshot.bounds import Count
from conformance_cli.fhir.definitions.snapshot.changes import Change
from conformance_cli.fhir.definitions.snapshot.merge import Merging, add_constraints, lowered
from conformance_cli.fhir.definitions.snapshot.problems import (
    CONTENT_UNKNOWN,
    PROFILE_CIRCLE,
    PROFILE_UNKNOWN,
    TYPE_UNKNOWN,
    UNMATCHED,
    UNSHARED,
    Problems,
)
from conformance_cli.fhir.definitions.snapshot.slices import Slicer
from conformance_cli.fhir.definitions.snapshot.types import Types, core_url, only_profile
from conformance_cli.fhir.definitions.tree import Node, codes_of, type_of

Json = Any
Definition = Mapping[str, Json]


class Sources(Types, Protocol):
    """Where trees of types and profiles come from."""

    def tree(self, url: str) -> Node | None:
        """The tree of a structure; ``None`` if it is not at hand, or being made."""

    def is_busy(self, url: str) -> bool:
        """Whether the tree of a structure is being made."""


class Constraining:
    """Applies the changes of one structure.

    ``grows`` is for structures that define a type: what matches no element is a new one.
    """

    def __init__(
        self, url: str, base: str, sources: Sources, problems: Problems, *, grows: bool
    ) -> None:
        self._base = base
        self._sources = sources
        self._problems = problems
        self._grows = grows
        self._count = Count()
        self.merging = Merging(url, sources, problems)
        self._slicer = Slicer(self, sources, problems)

    def constrain(self, node: Node, change: Change, *, is_slice: bool = False) -> Node:
        """The element after the change, with all that is below it.

        Raises:
            TooLargeError: too many elements came of it.

        """
        self._count.add()
        definition = self.merging.merge(node.definition, change, is_slice=is_slice)
        made = Node(definition, node.name, node.slice_name, node.children, node.slices)
        if "type" in (change.definition or {}):
            self._follow_profile(made, node.definition)
        if change.children:
            made.children = self._below(made, change)
        if change.slices:
            made = self._slicer.slice(made, node, change)
        return made

    def _follow_profile(self, made: Node, before: Definition) -> None:
        """Take over what a profile says of the element that was given it as its type.

        Of an extension that is how often it may be there, that it modifies, and its invariants.
        A profile that is meant for one element of its own says all about it.
        """
        only = only_profile(made.definition)
        if only is None or only == only_profile(before):
            return
        code, profile = only
        if profile is None or ("#" not in profile and code != "Extension"):
            return
        tree = self._sources.tree(profile)
        if tree is None:
            return
        definition = dict(made.definition)
        lowered(definition, tree.definition.get("max"))
        if tree.definition.get("isModifier") is True:
            definition["isModifier"] = True
        add_constraints(definition, facts.dicts(tree.definition.get("constraint")))
        if "#" in profile:
            definition["type"] = [{"code": code}]
            made.children, made.slices = self._counted(tree), tree.slices
        made.definition = definition

    def _below(self, node: Node, change: Change) -> Sequence[Node]:
        children = list(node.children or self.unfold(node, change))
        places = {child.name: place for place, child in enumerate(children)}
        todo: dict[int, Change] = {}
        shortcuts: dict[int, list[Change]] = {}
        for name, below in change.children.items():
            place = places.get(name)
            if place is not None:
                todo[place] = below
                continue
            place = _choice_place(children, name)
            if place is not None:
                shortcuts.setdefault(place, []).append(below)
            elif self._grows:
                children.append(self._new(node, below))
            else:
                self._unmatched(below, node)
        for place, named in shortcuts.items():
            todo[place] = self._slicer.expanded(children[place], todo.get(place), named)
        for place, below in todo.items():
            children[place] = self.constrain(children[place], below)
        return children

    def _new(self, parent: Node, change: Change) -> Node:
        """An element that the structure adds to its base."""
        stated: dict[str, Json] = {"min": 0, "max": "1", **(change.definition or {})}
        stated.pop("id", None)
        stated["path"] = f"{parent.definition.get('path')}.{change.name}"
        node = Node(stated, change.name)
        below = Change(change.name, change.label, None, change.index)
        below.children, below.slices = change.children, change.slices
        return self.constrain(node, below)

    def _unmatched(self, change: Change, parent: Node) -> None:
        """Report what a differential says of elements that are not there, at its top."""
        if change.quiet:
            return
        if change.definition is not None:
            message = UNSHARED if len(set(_codes(parent))) > 1 else UNMATCHED
            self._problems.add(message, change.label, change.index, base=self._base)
            return
        for below in (*change.children.values(), *change.slices.values()):
            self._unmatched(below, parent)

    def unfold(self, node: Node, change: Change) -> Sequence[Node]:
        """The children that an element has by its content reference, profile or type."""
        reference = node.definition.get("contentReference")
        if isinstance(reference, str):
            return self._referred(node, reference, change)
        only = only_profile(node.definition)
        if only is None:
            # Of several types only what they share is known; without any there is nothing.
            shared = self._sources.tree(core_url("Element")) if codes_of(node.definition) else None
            return shared.children if shared is not None else ()
        code, profile = only
        tree = self._profiled(profile, change) if profile else None
        tree = tree or self._sources.tree(core_url(code))
        if tree is None:
            self._problems.add(TYPE_UNKNOWN, change.label, change.index, type=code)
            return ()
        return self._counted(tree)

    def _counted(self, tree: Node) -> Sequence[Node]:
        self._count.add(len(tree.children))
        return tree.children

    def _profiled(self, url: str, change: Change) -> Node | None:
        tree = self._sources.tree(url)
        if tree is None:
            message = PROFILE_CIRCLE if self._sources.is_busy(url) else PROFILE_UNKNOWN
            self._problems.add(message, change.label, change.index, profile=url)
        return tree

    def _referred(self, node: Node, reference: str, change: Change) -> Sequence[Node]:
        target = self._target(reference)
        if target is None:
            self._problems.add(CONTENT_UNKNOWN, change.label, change.index, reference=reference)
            return ()
        made = dict(node.definition)
        del made["contentReference"]
        made["type"] = target.definition.get("type", [])
        node.definition = made
        return self._counted(target)

    def _target(self, reference: str) -> Node | None:
        """The element of a type's own definition that a content reference names."""
        url, _, path = reference.rpartition("#")
        names = path.split(".")
        found = self._sources.tree(url or core_url(names[0]))
        for name in names[1:]:
            found = found.child(name) if found is not None else None
        return found


def _choice_place(children: Sequence[Node], name: str) -> int | None:
    for place, child in enumerate(children):
        rest = type_of(child.name, name)
        if rest and any(code[:1].upper() + code[1:] == rest for code in _codes(child)):
            return place
    return None


def _codes(node: Node) -> list[str]:
    return [facts.type_code(entry) for entry in facts.dicts(node.definition.get("type"))]
