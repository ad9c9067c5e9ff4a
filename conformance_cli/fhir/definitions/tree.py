"""Snapshots as trees: the list of a StructureDefinition's elements, nested.

Lists come in several dialects.  Since R4 a choice keeps its path (``Observation.value[x]``) and
its types are slices of it; in STU3 one that was narrowed to a type is renamed
(``Observation.valueQuantity``).  Trees know the first form only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Any
Definition = Mapping[str, Json]

_CHOICE = "[x]"
#: Legitimate trees are far from as deep; deeper ones would make recursion overflow.
_MOST_LEVELS = 64
_MOST_RESLICES = 12


class Node:
    """An element of a snapshot with what is below it.

    Nodes are shared between trees and never changed once they are part of one.  ``name`` is the
    last part of the path, ``[x]`` included.  Without ``children`` the type has them.
    """

    __slots__ = ("children", "definition", "name", "slice_name", "slices")

    def __init__(
        self,
        definition: Definition,
        name: str,
        slice_name: str | None = None,
        children: Sequence[Node] = (),
        slices: Sequence[Node] = (),
    ) -> None:
        self.definition = definition
        self.name = name
        self.slice_name = slice_name
        self.children = children
        self.slices = slices

    @property
    def is_choice(self) -> bool:
        """Whether it has a name in JSON for each of its types."""
        return self.name.endswith(_CHOICE)

    def child(self, name: str) -> Node | None:
        """The child with a name."""
        for child in self.children:
            if child.name == name:
                return child
        return None


def find(root: Node, identity: str) -> Node | None:
    """The element with an id such as ``Composition.section:codeA.title``."""
    found: Node | None = root
    for part in identity.split(".")[1:]:
        name, _, slice_name = part.partition(":")
        found = found.child(name) if found is not None else None
        if slice_name and found is not None:
            found = _slice(found, slice_name)
    return found


def _slice(node: Node, name: str) -> Node | None:
    host: Node | None = node
    while host is not None:
        for slice_ in host.slices:
            if slice_.slice_name == name:
                return slice_
        host = host_of(host.slices, name)
    return None


class _Growing:
    """A node while its list is read, with the tables that finding its kin needs."""

    __slots__ = ("by_name", "choices", "node", "path", "renamed")

    def __init__(self, node: Node, path: str, *, renamed: bool = False) -> None:
        self.node = node
        self.path = path
        #: Its children that are no slices, by name.
        self.by_name: dict[str, _Growing] = {}
        self.choices: list[_Growing] = []
        #: Whether it is a choice under the name of its only type.
        self.renamed = renamed


def grow(elements: Iterable[Json]) -> Node | None:
    """The tree of a list of ElementDefinitions; ``None`` if there is no usable root.

    Elements that have no place in the tree are passed over.
    """
    stack: list[_Growing] = []
    for definition in elements:
        path = definition.get("path") if isinstance(definition, dict) else None
        if not isinstance(path, str):
            continue
        if not stack:
            stack.append(_Growing(Node(definition, path, None, [], []), path))
            continue
        depth = path.count(".")
        if depth == 0 or depth > len(stack) or depth > _MOST_LEVELS:
            continue
        parent = stack[depth - 1]
        above, _, name = path.rpartition(".")
        if above != parent.path and not _same_choice(above, parent.path):
            continue
        del stack[depth:]
        stack.append(_add(parent, definition, path, name))
    return stack[0].node if stack else None


def stem(name: str) -> str:
    """A choice's name without ``[x]``; other names as they are."""
    return name.removesuffix(_CHOICE)


def type_of(choice: str, name: str) -> str | None:
    """The capitalised type in the name of one type of a choice: ``Quantity`` of valueQuantity."""
    start = stem(choice)
    rest = name[len(start) :]
    if choice.endswith(_CHOICE) and name.startswith(start) and rest[:1].isupper():
        return rest
    return None


def codes_of(definition: Definition) -> list[str]:
    """The codes of an element's types, as they stand."""
    types = definition.get("type")
    if not isinstance(types, list):
        return []
    codes = [entry.get("code") for entry in types if isinstance(entry, dict)]
    return [code for code in codes if isinstance(code, str)]


def host_of(slices: Sequence[Node], name: str) -> Node | None:
    """The slice that a re-slice (``a/b``) belongs to, if it is among ``slices``."""
    if not 0 < name.count("/") <= _MOST_RESLICES:
        return None
    for candidate in slices:
        if candidate.slice_name and name.startswith(candidate.slice_name + "/"):
            return candidate
    return None


def _same_choice(path: str, known: str) -> bool:
    """Whether children are listed under the name of a type of the choice they belong to."""
    above, _, choice = known.rpartition(".")
    other, _, name = path.rpartition(".")
    return above == other and type_of(choice, name) is not None


def _add(parent: _Growing, definition: Definition, path: str, name: str) -> _Growing:
    slice_name = definition.get("sliceName")
    if not isinstance(slice_name, str) or not slice_name:
        slice_name = None
    choice = None if name.endswith(_CHOICE) else _choice_of(parent, definition, name)
    if choice is not None:
        return _add_renamed(parent, definition, path, choice, slice_name or name)
    if slice_name is None:
        grown = _Growing(Node(definition, name, None, [], []), path)
        return _keep(parent, grown)
    return _add_slice(parent, definition, path, name, slice_name)


def _choice_of(parent: _Growing, definition: Definition, name: str) -> str | None:
    """The name of the choice that an element is a type of, if it is one."""
    base = definition.get("base")
    original = base.get("path") if isinstance(base, dict) else None
    if isinstance(original, str):
        choice = original.rpartition(".")[2]
        return choice if type_of(choice, name) else None
    for known in parent.choices:
        rest = type_of(known.node.name, name)
        if rest and rest in map(_capital, codes_of(known.node.definition)):
            return known.node.name
    return None


def _capital(code: str) -> str:
    return code[:1].upper() + code[1:]


def _keep(parent: _Growing, grown: _Growing) -> _Growing:
    parent.by_name.setdefault(grown.node.name, grown)
    if grown.node.is_choice:
        parent.choices.append(grown)
    _list(parent.node.children).append(grown.node)
    return grown


def _list(nodes: Sequence[Node]) -> list[Node]:
    """The list that a growing node has."""
    assert isinstance(nodes, list)  # noqa: S101 - made by this module
    return nodes


def _add_renamed(
    parent: _Growing, definition: Definition, path: str, choice: str, slice_name: str
) -> _Growing:
    """Add a type of a choice: the choice itself while it is the only one, else a slice."""
    known = parent.by_name.get(choice)
    if known is None:
        node = Node(definition, choice, None, [], [])
        return _keep(parent, _Growing(node, path, renamed=True))
    if known.renamed:
        _split(known)
        types = [*_types(known.node.definition), *_types(definition)]
        known.node.definition = {**known.node.definition, "type": types}
    node = Node(definition, choice, slice_name, [], [])
    _list(known.node.slices).append(node)
    return _Growing(node, path)


def _split(known: _Growing) -> None:
    """Make a renamed choice the slice of one that is not: a second type follows."""
    node = known.node
    if node.slices:
        return
    own = node.definition
    name = own.get("sliceName") or str(own.get("path")).rpartition(".")[2]
    first = Node(own, node.name, str(name), node.children, [])
    node.children = []
    node.slices = [first]
    node.definition = {
        "path": f"{known.path.rpartition('.')[0]}.{node.name}",
        "base": own.get("base"),
        "min": 0,
        "max": own.get("max"),
        "type": _types(own),
        "slicing": {"discriminator": [{"type": "type", "path": "$this"}], "rules": "closed"},
    }


def _types(definition: Definition) -> list[Json]:
    types = definition.get("type")
    return types if isinstance(types, list) else []


def _add_slice(
    parent: _Growing, definition: Definition, path: str, name: str, slice_name: str
) -> _Growing:
    known = parent.by_name.get(name)
    if known is None:
        known = _keep(parent, _Growing(Node(_unsliced(definition), name, None, [], []), path))
    host = known.node
    while (found := host_of(host.slices, slice_name)) is not None:
        host = found
    node = Node(definition, name, slice_name, [], [])
    _list(host.slices).append(node)
    return _Growing(node, path)


def _unsliced(definition: Definition) -> Definition:
    """What a list that starts with a slice leaves unsaid: the element before it was sliced."""
    base = definition.get("base")
    largest = base.get("max") if isinstance(base, dict) else None
    made: dict[str, Json] = {"path": definition.get("path"), "min": 0}
    made["max"] = largest or definition.get("max") or "*"
    made["base"] = base
    made["type"] = [{"code": code} for code in dict.fromkeys(codes_of(definition))]
    return made


__all__ = ["Definition", "Node", "codes_of", "find", "grow", "host_of", "stem", "type_of"]
