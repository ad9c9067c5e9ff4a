"""From a tree back to the list that a snapshot is."""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.definitions.snapshot.bounds import MOST_ELEMENTS, TooLargeError
from conformance_cli.fhir.definitions.snapshot.merge import origin
from conformance_cli.fhir.definitions.tree import Node

Json = Any


def flatten(root: Node) -> list[dict[str, Json]]:
    """The ElementDefinitions of a tree in the order of a snapshot, ids and paths set.

    Raises:
        TooLargeError: there are too many.

    """
    elements: list[dict[str, Json]] = []
    _write(root, root.name, root.name, elements)
    return elements


def _write(node: Node, path: str, identity: str, elements: list[dict[str, Json]]) -> None:
    if len(elements) >= MOST_ELEMENTS:
        raise TooLargeError
    definition = node.definition
    elements.append({**definition, "id": identity, "path": path, "base": origin(definition)})
    for child in node.children:
        _write(child, f"{path}.{child.name}", f"{identity}.{child.name}", elements)
    unsliced = identity.removesuffix(f":{node.slice_name}") if node.slice_name else identity
    for slice_ in node.slices:
        _write(slice_, path, f"{unsliced}:{slice_.slice_name}", elements)
