"""A library of definitions written by hand, and a session that needs nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.fhir.definitions.schema import Element, Structure, TypeRef
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Found, Scope, Session


def element(path: str, *types: str, repeats: bool = False, **facts: Any) -> Element:
    """An element with types; ``facts`` are fields of ``Element``."""
    name = path.rpartition(".")[2]
    choice = name.endswith("[x]")
    refs = tuple(TypeRef(code) for code in types)
    return Element(
        path, path, name.removesuffix("[x]"), choice=choice, repeats=repeats, types=refs, **facts
    )


def structure(name: str, kind: str, *children: Element, abstract: bool = False) -> Structure:
    """A base definition."""
    root = Element(name, name, name, children=children)
    url = f"http://hl7.org/fhir/StructureDefinition/{name}"
    return Structure(url, name, name, kind, root, abstract=abstract, derivation="specialization")


class FakeLibrary:
    """Definitions by type name."""

    has_definitions = True

    def __init__(self, *structures: Structure, fhir_version: str = "4.0.1") -> None:
        self.fhir_version = fhir_version
        self._known = {one.name: one for one in structures}

    def structure(self, url: str) -> Structure | None:
        return self._known.get(url.rpartition("/")[2])

    def type(self, name: str) -> Structure | None:
        return self._known.get(name)

    def is_a(self, name: str, ancestor: str) -> bool:
        found = self._known.get(name)
        return name == ancestor or (
            found is not None and found.kind == "resource" and ancestor == "Resource"
        )

    def resource_types(self) -> frozenset[str]:
        return frozenset(n for n, one in self._known.items() if one.kind == "resource")

    def resource(self, url: str, *types: str) -> Mapping[str, Any] | None:
        return None

    def global_profiles(self, type_name: str) -> tuple[str, ...]:
        return ()

    def resources(self, type_name: str) -> Iterator[Mapping[str, Any]]:
        return iter(())


def session(version: str = "4.0.1", **options: Any) -> Session:
    return Session(FakeLibrary(fhir_version=version), Options(**options), None)


def scope(resource: Mapping[str, Any] | None = None) -> Scope:
    given = resource or {"resourceType": "Patient"}
    return Scope(given, Place(None, str(given["resourceType"])))


def shown(found: list[Found]) -> list[tuple[str, str, str]]:
    """Severity, message id and place of what was found."""
    return [(str(one.severity), one.message.id, one.place.expression) for one in found]
