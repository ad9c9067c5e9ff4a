"""Where an extension may stand: its contexts of use.

FHIR R4, 2.4.0.3 (http://hl7.org/fhir/R4/defining-extensions.html#context).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import ExtensionContext, Structure
from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_CONTEXT = "Contexts of use (http://hl7.org/fhir/R4/defining-extensions.html#context)."
MISPLACED = error(
    "extension-context",
    "structure",
    "The extension {url} must not be used here, which is {here}; it may be used on: {allowed}",
    _CONTEXT,
)
INVARIANT = error(
    "extension-context-invariant",
    "structure",
    "The extension {url} must not be used here: {expression} is not true of the element",
    "StructureDefinition.contextInvariant "
    "(http://hl7.org/fhir/R4/structuredefinition.html#StructureDefinition).",
)
NOT_EVALUATED = warning(
    "extension-context-not-evaluated",
    "processing",
    "Whether the extension {url} may be used here could not be told: {problem}",
    _CONTEXT,
)
OTHER_RELEASE = error(
    "extension-release",
    "business-rule",
    "The extension {url} is for FHIR {range}, and this is FHIR {release}",
    "The extension version-specific-use of its definition.",
)
_RANGE = "http://hl7.org/fhir/StructureDefinition/version-specific-use"
_HL7 = "http://hl7.org/fhir/StructureDefinition/"
#: Contexts that definitions should have named, and practice relies on (FHIR-13328 and others).
_ALSO: Mapping[str, tuple[str, ...]] = {
    f"{_HL7}structuredefinition-fhir-type": ("ElementDefinition.type",),
    f"{_HL7}regex": ("ElementDefinition.type",),
    f"{_HL7}structuredefinition-normative-version": ("Element",),
    f"{_HL7}capabilitystatement-expectation": ("Element",),
    f"{_HL7}capabilitystatement-prohibited": ("Element",),
}
#: Values of other definitions, in which any extension may turn up.
_VALUES = frozenset(
    {"ElementDefinition.example.value", "ElementDefinition.pattern", "ElementDefinition.fixed"}
)
_EVERYWHERE = frozenset({"Element", "Any", "*"})
#: Types of elements that have none of their own.
_NAMELESS = frozenset({"", "Element", "BackboneElement"})


class Host(Struct, frozen=True):
    """The element that carries extensions.

    ``paths`` are its definitional paths (``Patient.name``, ``HumanName``), ``types`` its
    type and the types that this comes from, nearest first; ``value`` is its JSON, which for
    a primitive is the companion that holds the extensions.
    """

    paths: tuple[str, ...]
    types: tuple[str, ...]
    place: Place
    value: Mapping[str, Json]

    @property
    def type(self) -> str:
        """The name of its type; empty where it has none of its own."""
        return self.types[0] if self.types else ""


class Contexts(Struct, frozen=True):
    """The contexts of an extension, sorted by how they are told."""

    url: str
    elements: frozenset[str]
    #: A profile, and a path in it.
    profiled: tuple[tuple[str, str], ...]
    extensions: frozenset[str]
    expressions: tuple[str, ...]
    invariants: tuple[str, ...]
    earliest: str = ""
    latest: str = ""

    @property
    def shown(self) -> str:
        """All of them, for a message."""
        names = sorted(self.elements | self.extensions)
        names += [f"{url}#{path}" for url, path in self.profiled]
        return shortened(", ".join([*names, *self.expressions]) or "nothing", 300)


def check_context(session: Session, contexts: Contexts, host: Host, scope: Scope) -> None:
    """Report, at the host, an extension that must not stand there."""
    key = contexts.url, host.paths, host.type
    settled: dict[Any, bool] = session.tools.memo.setdefault("extension-contexts", {})
    if settled.get(key):
        return
    is_meant = _is_in(session.library.fhir_version, contexts.earliest, contexts.latest)
    if not is_meant:
        _report_release(session, contexts, host)
    if _is_named(session.library, contexts, names_of(session, host), host):
        if is_meant and not contexts.invariants:
            settled[key] = True
    elif not _is_found(session, contexts, host, scope):
        here = _path(host.place, scope)
        session.report(MISPLACED, host.place, url=contexts.url, here=here, allowed=contexts.shown)
        return
    for invariant in contexts.invariants:
        if not _is_inside(host.place, scope) or not _holds(
            session, contexts, invariant, host, scope
        ):
            session.report(INVARIANT, host.place, url=contexts.url, expression=invariant)
            return


def is_settled(session: Session, contexts: Contexts, host: Host) -> bool:
    """Whether it is known that an extension may stand on elements of this kind anywhere."""
    settled: dict[Any, bool] = session.tools.memo.get("extension-contexts", {})
    return settled.get((contexts.url, host.paths, host.type), False)


def contexts_of(library: Library, structure: Structure) -> Contexts:
    """The contexts of an extension that count for the FHIR version at hand."""
    release = library.fhir_version
    raw = library.resource(structure.url, "StructureDefinition") or {}
    outer = _range(raw)
    # STU3 has no objects here, so that none is limited to a release
    is_plain = "contextType" in raw or not raw.get("context")
    found = list(structure.context) if is_plain else list(_usable(raw, release))
    elements = {one.expression for one in found if one.type == "element"}
    elements.update(_ALSO.get(structure.url, ()))
    return Contexts(
        structure.url,
        frozenset(name for name in elements if "#" not in name),
        tuple(_split(name) for name in sorted(elements) if "#" in name),
        frozenset(one.expression for one in found if one.type == "extension"),
        tuple(one.expression for one in found if one.type == "fhirpath"),
        structure.context_invariants,
        *outer,
    )


def _split(name: str) -> tuple[str, str]:
    url, _, path = name.partition("#")
    return url, path


def _usable(raw: Mapping[str, Json], release: str) -> Iterator[ExtensionContext]:
    """Contexts, without those that are for other releases of FHIR."""
    contexts = raw.get("context")
    for one in contexts if isinstance(contexts, list) else ():
        expression = one.get("expression") if isinstance(one, dict) else None
        if isinstance(expression, str) and _is_in(release, *_range(one)):
            yield ExtensionContext(str(one.get("type")), expression)


def _range(raw: Mapping[str, Json]) -> tuple[str, str]:
    """The first and the last release that something is for; empty where it has no bounds."""
    bounds = {"startFhirVersion": "", "endFhirVersion": ""}
    for one in _extensions(raw):
        if one.get("url") == _RANGE:
            for part in _extensions(one):
                value = part.get("valueCode") or part.get("valueString")
                if isinstance(value, str) and part.get("url") in bounds:
                    bounds[part["url"]] = value
    return bounds["startFhirVersion"], bounds["endFhirVersion"]


def _extensions(value: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    found = value.get("extension")
    yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def _is_in(release: str, earliest: str, latest: str) -> bool:
    own = _numbers(release)
    return (not earliest or own >= _numbers(earliest)) and (not latest or own <= _numbers(latest))


def _numbers(version: str) -> tuple[int, ...]:
    """Major and minor: 4.0.1 counts as 4.0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:2])


def _report_release(session: Session, contexts: Contexts, host: Host) -> None:
    release = session.library.fhir_version
    shown = " to ".join((contexts.earliest or "the first", contexts.latest or "the latest"))
    session.report(OTHER_RELEASE, host.place, url=contexts.url, range=shown, release=release)


def names_of(session: Session, host: Host) -> frozenset[str]:
    """All names by which a context may mean an element: its paths and types, and those above."""
    known: dict[Any, frozenset[str]] = session.tools.memo.setdefault("extension-hosts", {})
    key = host.paths, host.type
    if key not in known:
        names = set(host.types)
        for path in host.paths:
            head, dot, rest = path.partition(".")
            for name in _ancestors(session.library, head):
                names.update(_variants(f"{name}{dot}{rest}", host.type))
        known[key] = frozenset(names)
    return known[key]


def _variants(path: str, type_name: str) -> Iterator[str]:
    """How a choice may be written: value[x], value, valueQuantity, value.ofType(Quantity)."""
    yield path
    if path.endswith("[x]"):
        plain = path.removesuffix("[x]")
        yield plain
        yield f"{plain}{type_name[:1].upper()}{type_name[1:]}"
        yield f"{plain}.ofType({type_name})"


def _ancestors(library: Library, name: str) -> list[str]:
    found: list[str] = []
    current = name
    while current and current not in found:
        found.append(current)
        structure = library.type(current)
        current = (structure.base or "").rpartition("/")[2] if structure else ""
    return found


def _is_named(library: Library, contexts: Contexts, names: frozenset[str], host: Host) -> bool:
    wanted = contexts.elements
    if not wanted.isdisjoint(_EVERYWHERE) or not wanted.isdisjoint(names):
        return True
    if not names.isdisjoint(_VALUES):
        return True
    is_canonical = not wanted.isdisjoint({"CanonicalResource", "MetadataResource"})
    return is_canonical and _is_canonical(library, host.type)


def _is_canonical(library: Library, name: str) -> bool:
    """Whether a type is a canonical resource: one with a url, a version and a status.

    R4 names no such type; R5 (http://hl7.org/fhir/R5/canonicalresource.html) asks for these.
    """
    structure = library.type(name)
    if structure is None or structure.kind != "resource":
        return False
    return {"url", "version", "status"} <= {child.name for child in structure.root.children}


def _is_found(session: Session, contexts: Contexts, host: Host, scope: Scope) -> bool:
    """Whether the instance has to be looked at to see that an extension may stand here.

    What is only glanced at has no place in the resource; nothing is found for it.
    """
    if not _is_inside(host.place, scope):
        return False
    if contexts.elements and _is_below(contexts.elements, _path(host.place, scope)):
        return True
    if contexts.extensions and _extension_around(host, scope) in contexts.extensions:
        return True
    if any(_is_profiled(session, url, path, host, scope) for url, path in contexts.profiled):
        return True
    return any(_selects(session, contexts, one, host, scope) for one in contexts.expressions)


def _is_inside(place: Place, scope: Scope) -> bool:
    """Whether a place is in the resource, rather than one that stands for any."""
    current: Place | None = place
    while current is not None and current is not scope.place:
        current = current.parent
    return current is not None


def _is_below(wanted: frozenset[str], path: str) -> bool:
    """Whether a context names the element by a way through several types."""
    for name in wanted:
        _, dot, rest = name.replace("[x]", "").partition(".")
        if name == path or ("." in rest and path.endswith(f"{dot}{rest}")):
            return True
    return False


def _path(place: Place, scope: Scope) -> str:
    """The way from the resource to an element, without positions: Patient.name.family."""
    steps: list[str] = []
    current: Place | None = place
    while current is not None and current is not scope.place:
        steps.append(current.shown or current.key)
        current = current.parent
    name = scope.resource.get("resourceType")
    return ".".join([str(name), *reversed(steps)])


def _extension_around(host: Host, scope: Scope) -> str | None:
    """The URL of the extension that the host is, or whose value it is."""
    holder: Json = host.value
    if host.type != "Extension" and host.place.parent is not None:
        holder = _json_at(host.place.parent, scope)
    url = holder.get("url") if isinstance(holder, Mapping) else None
    return url if isinstance(url, str) else None


def _json_at(place: Place, scope: Scope) -> Json:
    """What stands at a place in a resource."""
    current: Json = scope.resource
    for step in place.pointer[len(scope.place.pointer) :]:
        try:
            current = current[step]
        except (KeyError, IndexError, TypeError):
            return None
    return current


def _is_profiled(session: Session, url: str, path: str, host: Host, scope: Scope) -> bool:
    """Whether the host is an element of a resource that conforms to a profile."""
    structure = session.library.structure(url)
    if structure is None:
        problem = f"the profile {url} is not loaded"
        session.report(NOT_EVALUATED, host.place, url=url, problem=problem)
        return True
    if path not in names_of(session, host):
        return False
    found = session.tools.validate(scope.resource, url, scope.place, scope)
    return not any(one.severity.rank <= 1 for one in found)


def _selects(
    session: Session, contexts: Contexts, expression: str, host: Host, scope: Scope
) -> bool:
    """Whether an expression, evaluated on the resource, yields the host."""
    node = _node(host, scope)
    if node.data is None:
        return True  # nothing to tell a primitive without a value by
    for test in (f"(%resource.select({expression})) contains $this", f"({expression}) = true"):
        try:
            if session.tools.holds(test, node, scope):
                return True
        except FhirPathError as err:
            session.report(NOT_EVALUATED, host.place, url=contexts.url, problem=err.problem)
            return True
    return False


def _holds(session: Session, contexts: Contexts, expression: str, host: Host, scope: Scope) -> bool:
    try:
        return bool(session.tools.holds(expression, _node(host, scope), scope))
    except FhirPathError as err:
        session.report(NOT_EVALUATED, host.place, url=contexts.url, problem=err.problem)
        return True


def _node(host: Host, scope: Scope) -> Node:
    key = host.place.key
    if not key.startswith("_"):
        return Node(host.value, host.paths[0] if host.type in _NAMELESS else host.type)
    value = Place(host.place.parent, key[1:], host.place.index)
    return Node(_json_at(value, scope), host.type, host.value)
