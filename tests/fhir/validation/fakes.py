"""A small library and tools, to test rules alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import (
    Element,
    ExtensionContext,
    Pinned,
    Structure,
    TypeRef,
)
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.resolution import Resolver
from conformance_cli.fhir.validation.session import Found, Scope, Session

Json = Any

BASE = "http://hl7.org/fhir/StructureDefinition/"
MISFIT = error("misfit", "structure", "It does not fit {url}", "Made up for tests.")
_PARENTS = {
    "Resource": None,
    "DomainResource": "Resource",
    "Bundle": "Resource",
    "Binary": "Resource",
    "Parameters": "Resource",
    "Element": None,
    "Extension": "Element",
    "BackboneElement": "Element",
    "HumanName": "Element",
    "Quantity": "Element",
    "Age": "Quantity",
    "boolean": "Element",
    "string": "Element",
    "code": "string",
    "date": "Element",
}
_DOMAIN = (
    "CodeSystem",
    "Composition",
    "Condition",
    "Device",
    "Encounter",
    "Group",
    "MessageHeader",
    "Observation",
    "OperationOutcome",
    "Organization",
    "Patient",
    "Practitioner",
    "Provenance",
    "Questionnaire",
    "ValueSet",
)
_PARENTS |= dict.fromkeys(_DOMAIN, "DomainResource")
_CANONICAL = {"CodeSystem", "Questionnaire", "ValueSet"}


def _type(name: str) -> Structure:
    parent = _PARENTS[name]
    kind = "primitive-type" if name[0].islower() else "complex-type"
    if parent in ("Resource", "DomainResource") or name == "Resource":
        kind = "resource"
    children = tuple(
        Element(f"{name}.{child}", f"{name}.{child}", child)
        for child in ("url", "version", "status")
        if name in _CANONICAL
    )
    return Structure(
        BASE + name,
        name,
        name,
        kind,
        Element(name, name, name, children=children),
        derivation="specialization",
        base=BASE + parent if parent else None,
    )


class FakeLibrary:
    """Types with nothing but names and parents, and what a test adds."""

    fhir_version = "4.0.1"
    has_definitions = True

    def __init__(
        self,
        structures: tuple[Structure, ...] = (),
        resources: tuple[Mapping[str, Json], ...] = (),
        fhir_version: str = "4.0.1",
    ) -> None:
        self.fhir_version = fhir_version
        self._structures = {one.url: one for one in structures}
        self._resources = resources

    def structure(self, url: str) -> Structure | None:
        name = url.removeprefix(BASE)
        return self._structures.get(url) or (_type(name) if name in _PARENTS else None)

    def type(self, name: str) -> Structure | None:
        return _type(name) if name in _PARENTS else None

    def is_a(self, name: str, ancestor: str) -> bool:
        current: str | None = name
        while current is not None and current != ancestor:
            current = _PARENTS.get(current)
        return current is not None

    def resource_types(self) -> frozenset[str]:
        return frozenset({*_DOMAIN, "Bundle", "Binary", "Parameters"})

    def resource(self, url: str, *types: str) -> Mapping[str, Json] | None:
        plain, _, version = url.partition("|")
        for one in self._resources:
            is_meant = one.get("url") == plain and version in ("", one.get("version"))
            if is_meant and (not types or one.get("resourceType") in types):
                return one
        return None


class FakeTools:
    """Tools whose ``validate`` finds what a test says, and whose FHIRPath is a table."""

    def __init__(
        self,
        supporting: Mapping[str, Mapping[str, Json]] | None = None,
        misfits: Callable[[Json, str], bool] = lambda value, url: False,
        expressions: Mapping[str, bool] | None = None,
    ) -> None:
        self.resolver = Resolver(supporting)
        self.memo: dict[Any, Any] = {}
        self.validated: list[str] = []
        self._misfits = misfits
        self._expressions = expressions or {}

    def resolve(self, reference: str, scope: Scope) -> Scope | None:
        return self.resolver.resolve(reference, scope)

    def validate(self, value: Json, url: str, place: Place, scope: Scope) -> list[Found]:
        self.validated.append(url)
        if not self._misfits(value, url):
            return []
        return [Found(MISFIT, place, MISFIT.severity, None, {"url": url})]

    def holds(self, expression: str, node: Any, scope: Scope) -> bool:
        return self._expressions.get(expression, False)


def session(
    *,
    structures: tuple[Structure, ...] = (),
    resources: tuple[Mapping[str, Json], ...] = (),
    tools: FakeTools | None = None,
    fhir_version: str = "4.0.1",
    **options: Any,
) -> Session:
    """A session over a fake library."""
    library = FakeLibrary(structures, resources, fhir_version)
    return Session(library, Options(**options), tools or FakeTools())


def lone(resource: Mapping[str, Json]) -> Scope:
    """A resource that nothing holds."""
    return Scope(resource, Place(None, str(resource.get("resourceType"))))


def contained(container: Scope, index: int = 0) -> Scope:
    """A contained resource."""
    place = container.place.child("contained", index)
    return Scope(container.resource["contained"][index], place, container, "contained")


def entry(bundle: Scope, index: int) -> Scope:
    """The resource of an entry."""
    one = bundle.resource["entry"][index]
    place = bundle.place.child("entry", index).child("resource")
    return Scope(one["resource"], place, bundle, "entry", one.get("fullUrl"))


def parameter(holder: Scope, index: int) -> Scope:
    """The resource of a parameter."""
    place = holder.place.child("parameter", index).child("resource")
    return Scope(holder.resource["parameter"][index]["resource"], place, holder, "parameter")


def bundle(kind: str, *entries: Mapping[str, Json], **more: Json) -> Scope:
    """A Bundle."""
    return lone({"resourceType": "Bundle", "type": kind, "entry": list(entries), **more})


def told(found: Session) -> list[tuple[str, str]]:
    """Message and place of all that was reported."""
    return [(one.message.id, one.place.expression) for one in found.found]


def errors(found: Session) -> list[tuple[str, str]]:
    """Message and place of all errors."""
    return [(one.message.id, one.place.expression) for one in found.found if one.severity.rank <= 1]


def profile(url: str, of: str) -> Structure:
    """A profile that says nothing."""
    return Structure(url, url, of, "resource", Element(of, of, of), derivation="constraint")


def reference_element(*targets: str, **more: Any) -> Element:
    """An element of type Reference."""
    urls = tuple(t if "://" in t else BASE + t for t in targets)
    return Element("A.b", "A.b", "b", types=(TypeRef("Reference", targets=urls, **more),))


def extension(
    url: str,
    *types: str,
    contexts: tuple[tuple[str, str], ...] = (("element", "Element"),),
    parts: tuple[str, ...] = (),
    modifier: bool = False,
    invariants: tuple[str, ...] = (),
    value_min: int = 0,
) -> Structure:
    """The definition of an extension."""
    root = "Extension"
    slices = tuple(
        Element(
            f"{root}.extension:{part}",
            f"{root}.extension",
            "extension",
            slice_name=part,
            children=(
                Element(f"{root}.extension:{part}.url", "", "url", fixed=Pinned("uri", part)),
            ),
        )
        for part in parts
    )
    children = (
        Element(f"{root}.extension", f"{root}.extension", "extension", slices=slices),
        Element(
            f"{root}.value[x]",
            f"{root}.value[x]",
            "value",
            min=value_min,
            max=1 if types else 0,
            choice=True,
            types=tuple(TypeRef(name) for name in types),
        ),
    )
    return Structure(
        url,
        url,
        "Extension",
        "complex-type",
        Element(root, root, root, children=children, is_modifier=modifier),
        version="1.0.0",
        derivation="constraint",
        base=BASE + "Extension",
        context=tuple(ExtensionContext(*one) for one in contexts),
        context_invariants=invariants,
    )
