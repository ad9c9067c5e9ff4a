"""What an element allows its references and canonicals to point at."""

from __future__ import annotations

from msgspec import Struct

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element, Structure, TypeRef
from conformance_cli.fhir.validation.addresses import tail
from conformance_cli.fhir.validation.session import Session

#: Where the definitions of FHIR's own types are.
BASE = "http://hl7.org/fhir/StructureDefinition/"
_ANY = frozenset({"Resource", "Any"})


class Targets(Struct, frozen=True):
    """The target profiles of an element, looked up.

    ``types`` is empty where any resource will do.  ``profiles`` are those that constrain a
    type; ``bases`` the types that are allowed as they are; ``unknown`` the URLs of which
    no definition is loaded.
    """

    types: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    profiles: tuple[Structure, ...] = ()
    unknown: tuple[str, ...] = ()
    aggregation: tuple[str, ...] = ()
    versioning: str | None = None

    @property
    def is_any(self) -> bool:
        """Whether nothing is said about the type of the target."""
        return not self.types and not self.unknown

    @property
    def is_particular(self) -> bool:
        """Whether it matters where the target is, or which version of it is meant."""
        return bool(self.aggregation or self.versioning)

    @property
    def shown(self) -> str:
        """The allowed types and profiles, for a message."""
        names = sorted(self.bases) + [one.url for one in self.profiles] + list(self.unknown)
        return ", ".join(names)

    def allows(self, name: str, library: Library) -> bool:
        """Whether a type is one of those allowed, or comes from one."""
        return (
            not self.types or name in self.types or any(library.is_a(name, t) for t in self.types)
        )


#: An element that says nothing.
ANYTHING = Targets()


def targets_of(session: Session, element: Element, code: str) -> Targets:
    """The targets of an element's type ``code`` (Reference, canonical); looked up once."""
    known: dict[int, tuple[Element, Targets]] = session.tools.memo.setdefault(f"{code}-targets", {})
    found = known.get(id(element))
    if found is None:
        # the element is kept beside its targets, so that no other one can get its id
        found = element, read_targets(session.library, element, code)
        known[id(element)] = found
    return found[1]


def read_targets(library: Library, element: Element, code: str) -> Targets:
    """The targets of an element's type ``code``; dear, see ``targets_of``."""
    return _read(library, [one for one in element.types if one.code == code])


def _read(library: Library, refs: list[TypeRef]) -> Targets:
    urls = list(dict.fromkeys(url for ref in refs for url in ref.targets))
    aggregation = tuple(dict.fromkeys(mode for ref in refs for mode in ref.aggregation))
    versioning = next((ref.versioning for ref in refs if ref.versioning), None)
    if any(url.removeprefix(BASE) in _ANY for url in urls) or not all(ref.targets for ref in refs):
        return Targets(aggregation=aggregation, versioning=versioning)
    bases: set[str] = set()
    profiles: list[Structure] = []
    unknown: list[str] = []
    for url in urls:
        structure = library.structure(url)
        if structure is not None and structure.is_profile:
            profiles.append(structure)
        elif structure is not None:
            bases.add(structure.type)
        elif url.startswith(BASE) and library.type(tail(url)) is not None:
            bases.add(tail(url))
        else:
            unknown.append(url)
    types = bases | {one.type for one in profiles}
    return Targets(
        frozenset(types),
        frozenset(bases),
        tuple(profiles),
        tuple(unknown),
        aggregation,
        versioning,
    )
