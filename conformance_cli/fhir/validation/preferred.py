"""Whether a binding is FHIR's own, or a profile's."""

from __future__ import annotations

from conformance_cli.fhir.definitions.schema import Binding, Element
from conformance_cli.fhir.validation.session import Session


def is_of_base(session: Session, element: Element, binding: Binding) -> bool:
    """Whether the base definition binds an element just like this.

    Then the preference is FHIR's, which nobody needs to be told about in every resource.
    """
    known: dict[tuple[str, str], Binding | None] = session.tools.memo
    key = ("base-binding", element.path)
    if key not in known:
        known[key] = _base_binding(session, element.path)
    base = known[key]
    return (
        base is not None
        and base.strength == binding.strength
        and _unversioned(base.value_set) == _unversioned(binding.value_set)
    )


def _base_binding(session: Session, path: str) -> Binding | None:
    root, *names = path.split(".")
    structure = session.library.type(root)
    element = None if structure is None else structure.root
    for name in names:
        wanted = name.removesuffix("[x]")
        children = () if element is None else element.children
        element = next((child for child in children if child.name == wanted), None)
    return None if element is None else element.binding


def _unversioned(url: str | None) -> str:
    return (url or "").partition("|")[0]
