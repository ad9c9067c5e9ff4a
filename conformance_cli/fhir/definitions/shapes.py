"""Base structures where no package is at hand: shapes made from models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance_cli.fhir.definitions.models import FAMILIES, Field, Models
from conformance_cli.fhir.definitions.schema import Binding, Element, Structure, TypeRef

Json = Any

_CORE = "http://hl7.org/fhir/StructureDefinition/"
#: Value sets and code systems that are made from the codes that models list.
_LISTED = "urn:x-fhir-resources:"
#: Primitive types with what they are derived from (http://hl7.org/fhir/R4/datatypes.html).
_PRIMITIVES = {
    "base64Binary": "Element",
    "boolean": "Element",
    "canonical": "uri",
    "code": "string",
    "date": "Element",
    "dateTime": "Element",
    "decimal": "Element",
    "id": "string",
    "instant": "Element",
    "integer": "Element",
    "integer64": "Element",
    "markdown": "string",
    "oid": "uri",
    "positiveInt": "integer",
    "string": "Element",
    "time": "Element",
    "unsignedInt": "integer",
    "uri": "Element",
    "url": "uri",
    "uuid": "uri",
    "xhtml": "Element",
}
#: By version, the models and the version that they stand in for.
_VERSIONS = {
    "3.0": ("STU3", "3.0.2"),
    "4.0": ("R4B", "4.0.1"),
    "4.3": ("R4B", "4.3.0"),
    "5.0": ("R5", "5.0.0"),
    "STU3": ("STU3", "3.0.2"),
    "R3": ("STU3", "3.0.2"),
    "R4": ("R4B", "4.0.1"),
    "R4B": ("R4B", "4.3.0"),
    "R5": ("R5", "5.0.0"),
}


def shape_library(fhir_version: str = "4.0.1") -> ModelLibrary:
    """The shapes of a FHIR version; see ``ModelLibrary``."""
    return ModelLibrary(fhir_version)


class ModelLibrary:
    """The base types of FHIR as far as the models of ``fhir.resources`` know them.

    Known are elements with their order, types, cardinality, choices, targets of references,
    and the codes of elements whose definition lists all of them.  Not known are invariants,
    all other bindings, regular expressions, which elements are modifiers, profiles and
    extensions; ``BackboneElement.id`` and the like are as every type has them.  The models of
    R4B stand in for R4: types that R4B dropped are missing, and those that it added or changed
    (Citation, Evidence, the medicinal products, ...) are those of R4B.
    """

    def __init__(self, fhir_version: str = "4.0.1") -> None:
        """Shapes of a version such as ``4.0.1``, ``4.0`` or ``R4``.

        Raises:
            ValueError: there are no models of that version.

        """
        known = _VERSIONS.get(fhir_version) or _VERSIONS.get(".".join(fhir_version.split(".")[:2]))
        if known is None:
            raise ValueError(f"There are no models of FHIR {fhir_version[:40]}")
        family, self._version = known
        self._models = Models(family)
        self._types: dict[str, Structure | None] = {}

    @property
    def fhir_version(self) -> str:
        """The version that was asked for, in full."""
        return self._version

    @property
    def has_definitions(self) -> bool:
        """False: these are shapes only."""
        return False

    def structure(self, url: str) -> Structure | None:
        """The structure of a base type, by its canonical URL; profiles are not known."""
        plain = url.partition("|")[0]
        return self.type(plain[len(_CORE) :]) if plain.startswith(_CORE) else None

    def type(self, name: str) -> Structure | None:
        """The shape of a type."""
        if name not in self._types:
            self._types[name] = self._make(name)
        return self._types[name]

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a type is another one, or is derived from it."""
        while name in _PRIMITIVES:
            if name == ancestor:
                return True
            name = _PRIMITIVES[name]
        return name == ancestor or ancestor in self._models.ancestors(name)

    def resource_types(self) -> frozenset[str]:
        """The names of all concrete resource types."""
        return self._models.resources

    def resource(self, url: str, *types: str) -> Mapping[str, Json] | None:
        """A value set or code system of codes that a model lists; there are no others."""
        wanted = types or ("ValueSet", "CodeSystem")
        head, _, path = url.rpartition(":")
        kind, _, path = path.partition("/")
        if head + ":" != _LISTED or kind not in wanted:
            return None
        codes = self._codes(path)
        return _listed(kind, path, codes, self._models.family) if codes else None

    def global_profiles(self, type_name: str) -> tuple[str, ...]:  # noqa: ARG002
        """None: there are no guides."""
        return ()

    def resources(self, type_name: str) -> Iterator[Mapping[str, Json]]:  # noqa: ARG002
        """None: models hold no conformance resources."""
        return iter(())

    def _codes(self, path: str) -> tuple[str, ...]:
        structure = self.type(path.partition(".")[0])
        if structure is None:
            return ()
        model, codes = structure.type, tuple[str, ...]()
        for name in path.split(".")[1:]:
            field = next((item for item in self._models.fields(model) if item.name == name), None)
            if field is None:
                return ()
            model, codes = field.type, field.codes
        return codes

    def _make(self, name: str) -> Structure | None:
        if name in _PRIMITIVES:
            return self._primitive(name)
        if name not in self._models.names:
            return None
        ancestors = self._models.ancestors(name)
        is_resource = "Resource" in ancestors
        root = Element(
            id=name, path=name, name=name, max=None, repeats=True,
            children=_Shape(self._models, is_resource).children(name, name),
        )  # fmt: skip
        base = ancestors[1] if len(ancestors) > 1 else None
        kind = "resource" if is_resource else "complex-type"
        return self._structure(name, kind, base, root, abstract=self._models.is_abstract(name))

    def _primitive(self, name: str) -> Structure:
        value = Element(
            id=f"{name}.value", path=f"{name}.value", name="value",
            types=(TypeRef(name),), representation=("xmlAttr",),
        )  # fmt: skip
        children = (*_Shape(self._models, is_resource=False).children("Element", name), value)
        root = Element(id=name, path=name, name=name, max=None, repeats=True, children=children)
        return self._structure(name, "primitive-type", _PRIMITIVES[name], root, abstract=False)

    def _structure(
        self, name: str, kind: str, base: str | None, root: Element, *, abstract: bool
    ) -> Structure:
        return Structure(
            url=_CORE + name,
            name=name,
            type=name,
            kind=kind,
            root=root,
            version=FAMILIES[self._models.family],
            abstract=abstract,
            derivation="specialization" if base else "",
            base=_CORE + base if base else None,
            status="active",
            fhir_version=self._version,
        )


class _Shape:
    """Makes the elements of one structure; what is there twice is there by reference."""

    def __init__(self, models: Models, is_resource: bool) -> None:  # noqa: FBT001
        self._models = models
        self._is_resource = is_resource
        self._placed: dict[str, str] = {}

    def children(self, model: str, path: str) -> tuple[Element, ...]:
        """The elements of a model."""
        choices: dict[str, list[Field]] = {}
        made: list[Field | str] = []
        for field in self._models.fields(model):
            if field.choice is None:
                made.append(field)
            elif field.choice in choices:
                choices[field.choice].append(field)
            else:
                choices[field.choice] = [field]
                made.append(field.choice)
        return tuple(
            self._choice(item, choices[item], path)
            if isinstance(item, str)
            else self._element(item, path)
            for item in made
        )

    def _choice(self, name: str, fields: Iterable[Field], parent: str) -> Element:
        members = list(fields)
        path = f"{parent}.{name}[x]"
        return Element(
            id=path,
            path=path,
            name=name,
            min=int(any(field.required for field in members)),
            choice=True,
            types=tuple(_ref(field) for field in members),
        )

    def _element(self, field: Field, parent: str) -> Element:
        path = f"{parent}.{field.name}"
        types: tuple[TypeRef, ...] = (_ref(field),)
        children: tuple[Element, ...] = ()
        reference = None
        if self._models.is_backbone(field.type):
            reference = self._placed.get(field.type)
            if reference is None:
                self._placed[field.type] = path
                children = self.children(field.type, path)
                types = (TypeRef(self._backbone(field.type)),)
            else:
                types = ()
        binding = None
        if field.codes and field.type == "code":
            binding = Binding("required", f"{_LISTED}ValueSet/{path}")
        return Element(
            id=path,
            path=path,
            name=field.name,
            min=int(field.required),
            max=None if field.repeats else 1,
            repeats=field.repeats,
            types=types,
            content_reference=f"#{reference}" if reference else None,
            binding=binding,
            representation=self._representation(field, parent),
            children=children,
        )

    def _backbone(self, model: str) -> str:
        ancestors = self._models.ancestors(model)
        return "BackboneElement" if "BackboneElement" in ancestors else "Element"

    def _representation(self, field: Field, parent: str) -> tuple[str, ...]:
        """How XML writes it: ids of anything but resources, and URLs of extensions."""
        if field.type == "xhtml":
            return ("xhtml",)
        is_own = self._is_resource and "." not in parent
        if (field.name == "id" and not is_own) or f"{parent}.{field.name}" == "Extension.url":
            return ("xmlAttr",)
        return ()


def _ref(field: Field) -> TypeRef:
    return TypeRef(field.type, targets=tuple(_CORE + name for name in field.targets))


def _listed(kind: str, path: str, codes: Iterable[str], family: str) -> dict[str, Json]:
    """The codes of an element as a resource."""
    system = f"{_LISTED}CodeSystem/{path}"
    made: dict[str, Json] = {
        "resourceType": kind,
        "url": f"{_LISTED}{kind}/{path}",
        "version": FAMILIES[family],
        "name": path.replace(".", ""),
        "status": "active",
    }
    concepts = [{"code": code} for code in codes]
    if kind == "CodeSystem":
        return {**made, "content": "complete", "concept": concepts}
    return {**made, "compose": {"include": [{"system": system, "concept": concepts}]}}
