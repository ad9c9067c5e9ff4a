"""Making snapshots: finding bases and types, and guarding against circles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance_cli.fhir.definitions import facts
from conformance_cli.fhir.definitions.schema import Problem
from conformance_cli.fhir.definitions.snapshot.bounds import MOST_ELEMENTS, TooLargeError
from conformance_cli.fhir.definitions.snapshot.changes import read_changes
from conformance_cli.fhir.definitions.snapshot.constrain import Constraining
from conformance_cli.fhir.definitions.snapshot.flatten import flatten
from conformance_cli.fhir.definitions.snapshot.problems import (
    BASE_BROKEN,
    BASE_CIRCLE,
    BASE_TYPE,
    BASE_UNKNOWN,
    NO_BASE,
    TOO_LARGE,
    Problems,
)
from conformance_cli.fhir.definitions.snapshot.types import core_url
from conformance_cli.fhir.definitions.tree import Node, find, grow

Json = Any
Definition = Mapping[str, Json]
Lookup = Callable[[str], Definition | None]

#: Chains of profiles, and of profiles within profiles, are a handful long.
_MOST_LEVELS = 32
_IMPOSE = frozenset({"http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile"})


class Generator:
    """Makes snapshots from differentials; keeps what it made of bases and types.

    ``lookup`` finds StructureDefinitions by canonical URL, with or without ``|version``.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._trees: dict[str, Node | None] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._busy: list[str] = []

    def generate(self, sd: Definition) -> tuple[Definition, tuple[Problem, ...]]:
        """The definition with a snapshot made from its differential, and what was wrong.

        A snapshot that it has is replaced.  Where a problem stands in the way, the snapshot
        is as good as it can be; the problems say so.
        """
        self._busy.append(facts.text(sd.get("url")))
        try:
            tree, problems = self._make(sd)
        finally:
            self._busy.pop()
        if tree is not None:
            try:
                return {**sd, "snapshot": {"element": flatten(tree)}}, problems
            except TooLargeError:
                problems = (*problems, *_too_large())
        return {key: sd[key] for key in sd if key != "snapshot"}, problems

    def tree(self, url: str) -> Node | None:
        """The tree of a structure; ``None`` if it is not at hand, or being made.

        With ``#`` and an id at its end, a URL means one element of the structure.
        """
        url, _, identity = url.partition("#")
        if identity:
            tree = self.tree(url)
            return None if tree is None else find(tree, identity)
        if url not in self._trees:
            if self.is_busy(url) or len(self._busy) >= _MOST_LEVELS:
                return None
            sd = self._lookup(url)
            self._trees[url] = None if sd is None else self._tree(url, sd)
        return self._trees[url]

    def is_busy(self, url: str) -> bool:
        """Whether the tree of a structure is being made."""
        return url in self._busy

    def is_a(self, name: str, ancestor: str) -> bool | None:
        """Whether a type is another or derived from it; ``None`` if it is not known."""
        return self.conforms(core_url(name), [core_url(ancestor)])

    def conforms(self, profile: str, targets: Sequence[str]) -> bool | None:
        """Whether a profile is one of others or derived from one; ``None`` if unknown."""
        wanted = {target.partition("|")[0] for target in targets}
        if core_url("Resource") in wanted or core_url("Any") in wanted:
            return True
        seen: set[str] = set()
        open_, unknown = [profile], False
        while open_ and len(seen) < _MOST_LEVELS:
            url = open_.pop()
            plain = url.partition("|")[0]
            if plain in wanted:
                return True
            if plain in seen:
                continue
            seen.add(plain)
            sd = self._lookup(url)
            if sd is None:
                unknown = True
                continue
            open_.extend(_ancestors(sd))
        return None if unknown else False

    def _tree(self, url: str, sd: Definition) -> Node | None:
        known = _elements(sd, "snapshot")
        if known:
            return grow(known)
        self._busy.append(url)
        try:
            tree, self._problems[url] = self._make(sd)
        finally:
            self._busy.pop()
        return tree

    def _make(self, sd: Definition) -> tuple[Node | None, tuple[Problem, ...]]:
        problems = Problems()
        base_url = sd.get("baseDefinition")
        if not isinstance(base_url, str):
            problems.add(NO_BASE)
            return None, problems.take()
        base = self._base(sd, base_url, problems)
        if base is None:
            return None, problems.take()
        # Held against another base than its own, much would seem wrong that is not.
        stand_in = [problem for problem in problems.take() if problem.id == BASE_UNKNOWN.id]
        grows = sd.get("derivation") == "specialization"
        root = self._root(sd, base, grows=grows)
        changes = read_changes(_elements(sd, "differential"), root.name, problems)
        applying = Constraining(facts.text(sd.get("url")), base_url, self, problems, grows=grows)
        try:
            tree = applying.constrain(root, changes)
        except (TooLargeError, RecursionError):
            return None, (*problems.take(), *_too_large())
        return tree, tuple(stand_in) or problems.take()

    def _base(self, sd: Definition, url: str, problems: Problems) -> Node | None:
        if self.is_busy(url):
            chain = " > ".join([*self._busy[self._busy.index(url) :], url])
            problems.add(BASE_CIRCLE, chain=chain)
            return None
        tree = self.tree(url)
        if tree is None and url not in self._problems:
            problems.add(BASE_UNKNOWN, base=url)
            return self.tree(core_url(facts.text(sd.get("type"))))
        for problem in self._problems.get(url, ()):
            if problem.severity == BASE_BROKEN.severity:
                problems.add(BASE_BROKEN, base=url, problem=problem.text)
                break
        if tree is None:
            return None
        base = self._lookup(url)
        found = base.get("type") if base is not None else None
        if sd.get("derivation") != "specialization" and found != sd.get("type"):
            problems.add(BASE_TYPE, type=sd.get("type"), base=url, found=found)
        return tree

    def _root(self, sd: Definition, base: Node, *, grows: bool) -> Node:
        """The root of the base; for a new type, under its own name."""
        if not grows:
            return base
        name = facts.text(sd.get("type")).rpartition("/")[2] or base.name
        definition = {key: base.definition[key] for key in base.definition if key != "base"}
        definition["path"] = name
        return Node(definition, name, None, base.children, base.slices)


def generate(sd: Definition, lookup: Lookup) -> tuple[Definition, tuple[Problem, ...]]:
    """One definition with a snapshot made from its differential; see ``Generator``."""
    return Generator(lookup).generate(sd)


def _too_large() -> tuple[Problem, ...]:
    problems = Problems()
    problems.add(TOO_LARGE, limit=MOST_ELEMENTS)
    return problems.take()


def _elements(sd: Definition, part: str) -> list[Json]:
    holder = sd.get(part)
    elements = holder.get("element") if isinstance(holder, dict) else None
    return elements if isinstance(elements, list) else []


def _ancestors(sd: Definition) -> list[str]:
    found = [facts.value_of(extension) for extension in facts.extensions(sd, _IMPOSE)]
    return [url for url in (sd.get("baseDefinition"), *found) if isinstance(url, str)]
