"""Functions that ask for types (FHIRPath 2.0, 6.3, and its reflection in 10.2)."""

from __future__ import annotations

from collections.abc import Mapping

from conformance_cli.fhir.path.functions.function import Function, plain, typed
from conformance_cli.fhir.path.runtime import EvaluationError, Frame, Items, single
from conformance_cli.fhir.path.types import (
    Node,
    is_known_type,
    is_of_type,
    is_taken_as,
    type_name,
)


def only_of(frame: Frame, focus: Items, specifier: str) -> Items:
    """Those items that are of a type."""
    if not is_known_type(specifier, frame.run.model):
        raise EvaluationError(f"there is no type {specifier}")
    return [item for item in focus if is_taken_as(item, specifier, frame.run.model)]


def cast(frame: Frame, focus: Items, specifier: str) -> Items:
    """The item, if it is of a type; several are an error, unless casts are loose."""
    if not frame.run.casts_loosely:
        single(focus, "one item")
        return only_of(frame, focus, specifier)
    loose = specifier[:1].lower() + specifier[1:]
    kept = only_of(frame, focus, specifier)
    return kept or (only_of(frame, focus, loose) if frame.run.model.is_primitive(loose) else [])


def is_a(frame: Frame, focus: Items, specifier: str) -> Items:
    """Whether the item is of a type; of no System type that does not exist."""
    if not is_known_type(specifier, frame.run.model):
        if not specifier.startswith("System."):
            raise EvaluationError(f"there is no type {specifier}")
        return [False] if focus else []
    return [is_of_type(single(focus, "one item"), specifier, frame.run.model)] if focus else []


def _type(_: Frame, focus: Items) -> Items:
    """Namespace and name of each item's type."""
    return [Node(dict(zip(("namespace", "name"), type_name(item), strict=True))) for item in focus]


TYPES: Mapping[str, Function] = {
    "ofType": typed(only_of),
    "is": typed(is_a),
    "as": typed(cast),
    "type": plain(_type),
}
