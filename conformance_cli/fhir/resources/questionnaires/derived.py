"""What a question may take from the element definition that it names.

FHIR R4 Questionnaire.item.definition: the cardinality, the maximum length and the binding
of an ElementDefinition stand in for what the question itself does not say.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element


@dataclass(frozen=True, slots=True)
class Derived:
    """What an element definition says of a question."""

    is_required: bool = False
    repeats: bool = False
    max_length: int | None = None
    value_set: str | None = None


_NOTHING = Derived()


def derive(definition: str | None, library: Library) -> Derived:
    """What the definition (``canonical#elementId``) says; nothing if it cannot be found."""
    if not definition:
        return _NOTHING
    url, _, element_id = definition.partition("#")
    structure = library.structure(url)
    element = _find(structure.root, element_id) if structure is not None else None
    if element is None:
        return _NOTHING
    binding = element.binding
    closed = binding is not None and binding.strength == "required"
    return Derived(
        is_required=element.min > 0,
        repeats=element.max is None or element.max > 1,
        max_length=element.max_length,
        value_set=binding.value_set if binding is not None and closed else None,
    )


def _find(root: Element, element_id: str) -> Element | None:
    """The element with an id, found along its own path only."""
    if element_id in ("", root.id):
        return root
    current: Element | None = root
    while current is not None and current.id != element_id:
        current = next(
            (
                child
                for one in current.children
                for child in (one, *one.slices)
                if child.id == element_id or element_id.startswith((f"{child.id}.", f"{child.id}:"))
            ),
            None,
        )
    return current
