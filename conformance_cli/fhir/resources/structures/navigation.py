"""Where a path leads from an element, through definitions of types and profiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure, TypeRef

#: Types that say nothing of what is inside: any resource, or content of its own.
OPEN_TYPES: Final = frozenset(
    {"Resource", "DomainResource", "Element", "BackboneElement", "Base", "*", ""}
)
#: Functions that lead to the same kind of element.
_SAME: Final = ("where(", "first(", "last(", "single(", "exists(")


@dataclass(frozen=True, slots=True)
class Spot:
    """An element within the structure that defines it."""

    structure: Structure
    element: Element


class UnknownError(Exception):
    """A path leads to where nothing is known, so nothing can be said of it."""


def by_path(library: Library, path: str) -> list[Spot]:
    """The elements that a path such as ``Patient.name.given`` names; none if there are none.

    Raises ``UnknownError`` where the definitions do not tell.
    """
    name, *steps = path.split(".")
    structure = library.type(name)
    if structure is None:
        raise UnknownError
    return follow(library, [Spot(structure, structure.root)], steps)


def of_type(library: Library, code: str, profiles: Iterable[str] = ()) -> list[Spot]:
    """A type, or the profiles on it that are at hand.  Raises ``UnknownError``."""
    found = [library.structure(url) for url in profiles] or [library.type(code)]
    if None in found:
        raise UnknownError
    return [Spot(one, one.root) for one in found if one is not None]


def follow(library: Library, spots: Sequence[Spot], steps: Iterable[str]) -> list[Spot]:
    """The elements at the end of a path.  Raises ``UnknownError``."""
    found = list(spots)
    for step in steps:
        if step and step != "$this":
            found = _distinct(after for spot in found for after in _step(library, spot, step))
    return found


def _distinct(spots: Iterable[Spot]) -> list[Spot]:
    """Each once: the many types of an extension's value have much in common."""
    found: dict[tuple[str, str, tuple[TypeRef, ...]], Spot] = {}
    for spot in spots:
        found.setdefault((spot.structure.url, spot.element.id, spot.element.types), spot)
    return list(found.values())


def steps_of(path: str) -> list[str]:
    """The steps of a path; a dot within parentheses divides nothing."""
    steps, depth, word = [], 0, ""
    for letter in path.strip():
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "." and depth == 0:
            steps.append(word)
            word = ""
        else:
            word += letter
    return [*steps, word]


def _step(library: Library, spot: Spot, step: str) -> list[Spot]:
    if step.startswith("extension("):
        url = _argument(step)
        found = library.structure(url)
        return of_type(library, "Extension") if found is None else [Spot(found, found.root)]
    if step.startswith("resolve("):
        raise UnknownError
    if step.startswith(("ofType(", "as(")):
        return of_type(library, _argument(step).removeprefix("FHIR."))
    if step.startswith(_SAME):
        return [spot]
    if "(" in step:
        raise UnknownError
    return list(_children(library, spot, step.removesuffix("[x]")))


def _argument(step: str) -> str:
    return step.partition("(")[2].rpartition(")")[0].strip().strip("'\"")


def _children(library: Library, spot: Spot, name: str) -> Iterator[Spot]:
    structure, element = spot.structure, spot.element
    if element.children:
        yield from (Spot(structure, one) for one in _named(element, name))
        return
    if element.content_reference:
        target = find(structure.root, element.content_reference.rpartition("#")[2])
        if target is None or not target.children:
            raise UnknownError
        yield from _children(library, Spot(structure, target), name)
        return
    for ref in element.types or (TypeRef(""),):
        if ref.code in OPEN_TYPES:
            raise UnknownError
        for inner in of_type(library, ref.code, ref.profiles):
            if not inner.element.children:
                raise UnknownError
            yield from _children(library, inner, name)


def _named(element: Element, name: str) -> Iterator[Element]:
    """The children of a name; of a choice also those like ``valueQuantity``."""
    for child in element.children:
        if child.name == name:
            yield child
        elif child.choice and name.startswith(child.name):
            suffix = name[len(child.name) :]
            for ref in child.types:
                if ref.code[:1].upper() + ref.code[1:] == suffix:
                    yield replace(child, types=(ref,), choice=False, slices=())


def find(root: Element, element_id: str) -> Element | None:
    """The element with an id, in a tree of children and slices."""
    if root.id == element_id:
        return root
    for child in root.children:
        for one in (child, *_all_slices(child)):
            if one.id == element_id or element_id.startswith((f"{one.id}.", f"{one.id}:")):
                found = find(one, element_id)
                if found is not None:
                    return found
    return None


def _all_slices(element: Element) -> Iterator[Element]:
    for one in element.slices:
        yield one
        yield from _all_slices(one)
