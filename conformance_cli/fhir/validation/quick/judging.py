"""What the quick look leaves for the end: references and narratives, which depend on more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.validation.references import check_reference, names_plainly
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

#: The invariant ref-1 of R4, which is judged here: contained resources are looked for once.
LEADS_SOMEWHERE = (
    "reference.startsWith('#').not() or "
    "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))"
)


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """What references of an element may lead to; ``types`` is ``None`` for anything."""

    element: Element
    types: frozenset[str] | None
    #: Whether a reference may be told to be fine by its text, in a resource alone.
    is_simple: bool


#: A reference with what it may lead to; ``None`` for a narrative.
Left = tuple[str, Aim] | None


def is_fine_alone(left: list[Left], resource: Mapping[str, Json]) -> bool:
    """Whether references and narratives of a resource that nothing holds are surely fine."""
    for one in left:
        if one is None:
            if "language" in resource:
                return False
            continue
        reference, aim = one
        if not (aim.is_simple and names_plainly(reference, aim.types)):
            return False
    return True


def is_fine_inside(left: list[Left], session: Session, scope: Scope) -> bool:
    """The same, of any resource; what is no text is in doubt already."""
    if not left:
        return True
    if "language" in scope.resource and None in left:
        return False
    before = len(session.found)
    known = _settled(session, scope)
    for one in left:
        if one is None or type(one[0]) is not str or one in known:
            continue
        reference, aim = one
        if reference[0] == "#" and not _is_contained(reference[1:], scope.root):
            return False
        check_reference(session, {"reference": reference}, scope.place, scope, aim.element)
        if len(session.found) != before:
            del session.found[before:]
            return False
        if reference[0] != "#":
            known.add(one)
    return True


def _is_contained(wanted: str, scope: Scope) -> bool:
    contained = scope.resource.get("contained")
    return type(contained) is list and any(
        type(one) is dict and one.get("id") == wanted for one in contained
    )


def _settled(session: Session, scope: Scope) -> set[Any]:
    """The references that led nowhere wrong, from other entries with the same base too."""
    bundle = scope.container
    if bundle is None or bundle.container is not None or scope.relation != "entry":
        return set()
    index = session.tools.resolver.index(bundle)
    held = index.item_of(scope.resource)
    return set() if held is None else index.settled.setdefault(held.base, set())
