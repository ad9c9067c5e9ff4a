"""Two snapshots of one definition, element by element: where they agree, and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from conformance_cli.fhir.definitions.read import read_structure
from conformance_cli.fhir.definitions.schema import Element, Structure

Json = Any

FACTS = (
    "min", "max", "repeats", "types", "fixed", "pattern", "min_value", "max_value", "max_length",
    "binding", "constraints", "slicing", "must_support", "is_modifier", "content_reference",
)  # fmt: skip
#: What the keys of the invariants of types begin with.
_TYPES = frozenset(
    {"ele", "ext", "dom", "per", "att", "ref", "qty", "sqty", "mny", "cpt", "tim", "dis", "drt"}
    | {"cnt", "age", "rng", "rat", "sdd", "txt"}
)
#: A reason to differ: given what differs, and the published and our element.
Reason = Callable[[str, Element, Element], bool]


@dataclass
class Tally:
    """What came of comparing snapshots."""

    compared: int = 0
    agreed: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The share of elements that agree in all facts."""
        return self.agreed / self.compared

    def __str__(self) -> str:
        told = ", ".join(f"{count} {reason}" for reason, count in self.explained.most_common())
        return (
            f"{self.agreed} of {self.compared} elements agree ({self.rate:.2%}); "
            f"explained: {told or 'none'}; not explained: {len(self.unexplained)}"
        )


class Agreement:
    """Compares snapshots; ``lookup`` finds the definitions of types."""

    def __init__(
        self, lookup: Callable[[str], Mapping[str, Json] | None], reasons: Mapping[str, Reason]
    ) -> None:
        self._lookup = lookup
        self._reasons = reasons
        self._types: dict[str, Structure | None] = {}
        self.tally = Tally()

    def compare(self, published: Mapping[str, Json], ours: Mapping[str, Json]) -> None:
        """Compare all elements of two definitions; what ours leaves to types is looked up."""
        name = str(published["url"]).rpartition("/")[2]
        theirs, mine = read_structure(published).root, read_structure(ours).root
        self._element(name, theirs, mine)

    def _element(self, at: str, theirs: Element, mine: Element) -> None:
        theirs, mine = _plain(theirs), _plain(mine)
        self.tally.compared += 1
        differing = [fact for fact in FACTS if _value(theirs, fact) != _value(mine, fact)]
        left = [fact for fact in differing if not self._explained(fact, theirs, mine)]
        if not differing:
            self.tally.agreed += 1
        for fact in left:
            told = f"{_value(theirs, fact)} published, {_value(mine, fact)} made"
            self.tally.unexplained.append(f"{at}: {fact}: {told}"[:400])
        known = {child.name: child for child in self._children(mine)}
        for child in theirs.children:
            self._pair(f"{at}.{child.name}", child, known.get(child.name))
        slices = {slice_.slice_name: slice_ for slice_ in mine.slices}
        for slice_ in theirs.slices:
            self._pair(f"{at}:{slice_.slice_name}", slice_, slices.get(slice_.slice_name))

    def _pair(self, at: str, theirs: Element, mine: Element | None) -> None:
        if mine is not None:
            self._element(at, theirs, mine)
        else:
            self.tally.compared += 1
            self.tally.unexplained.append(f"{at}: not made")

    def _explained(self, fact: str, theirs: Element, mine: Element) -> bool:
        for name, holds in self._reasons.items():
            if holds(fact, theirs, mine):
                self.tally.explained[name] += 1
                return True
        return False

    def _children(self, element: Element) -> tuple[Element, ...]:
        """The children of an element, those of its profile or type if it has none itself."""
        codes = {ref.code for ref in element.types}
        if element.children or len(codes) != 1:
            return element.children
        profiles = [url for ref in element.types for url in ref.profiles]
        urls = [*profiles] if len(profiles) == 1 else []
        urls.append(f"http://hl7.org/fhir/StructureDefinition/{codes.pop()}")
        found = next((item for item in map(self._type, urls) if item is not None), None)
        return found.root.children if found else ()

    def _type(self, url: str) -> Structure | None:
        if url not in self._types:
            sd = self._lookup(url)
            self._types[url] = read_structure(sd) if sd and "snapshot" in sd else None
        return self._types[url]


def _plain(element: Element) -> Element:
    """A choice of one type, without the slice for that type: it says the same."""
    if not (element.choice and len(element.slices) == 1 and not element.slices[0].slices):
        return element
    only = element.slices[0]
    if {ref.code for ref in element.types} != {ref.code for ref in only.types}:
        return element
    return replace(
        only,
        min=max(element.min, only.min),
        types=only.types
        if any(ref.profiles or ref.targets for ref in only.types)
        else element.types,
        constraints=element.constraints,
        must_support=element.must_support or only.must_support,
        children=only.children or element.children,
        slicing=None,
    )


def _value(element: Element, fact: str) -> Any:
    value = getattr(element, fact)
    if fact == "types":
        return sorted((ref.code, sorted(ref.profiles), sorted(ref.targets)) for ref in value)
    if fact == "binding" and value is not None:
        return value.strength, value.value_set, value.max_value_set
    if fact == "constraints":
        # those of types are checked with the type; some tools repeat them at every use
        return sorted({rule.key for rule in value if rule.key.partition("-")[0] not in _TYPES})
    if fact == "slicing":
        # where there are no slices, slicing says nothing
        return element.slices and value and (value.discriminators, value.rules, value.ordered)
    return value


def definitions(members: Iterator[Mapping[str, Json]]) -> dict[str, Mapping[str, Json]]:
    """StructureDefinitions by URL."""
    return {
        str(item["url"]): item
        for item in members
        if item.get("resourceType") == "StructureDefinition" and "url" in item
    }
