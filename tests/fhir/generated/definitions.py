"""Base definitions as a package has them, written from the shapes that need no package.

So profiles can be made, loaded and judged by where no published package is at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from conformance_cli.fhir.definitions.schema import Element, Structure, TypeRef
from conformance_cli.fhir.definitions.shapes import shape_library
from conformance_cli.fhir.packages.library import PackageLibrary
from conformance_cli.fhir.packages.manifest import Manifest
from conformance_cli.fhir.packages.package import ResourcePackage
from conformance_cli.fhir.validation.shape import element_by_id

Json = Any
Object = dict[str, Json]

_DATATYPES = (
    "Address", "Age", "Annotation", "Attachment", "BackboneElement", "CodeableConcept", "Coding",
    "ContactDetail", "ContactPoint", "Contributor", "Count", "DataRequirement", "Distance",
    "Dosage", "Duration", "Element", "ElementDefinition", "Expression", "Extension", "HumanName",
    "Identifier", "Meta", "Money", "Narrative", "ParameterDefinition", "Period", "Quantity",
    "Range", "Ratio", "RatioRange", "Reference", "RelatedArtifact", "SampledData", "Signature",
    "Timing", "TriggerDefinition", "UsageContext", "CodeableReference", "DomainResource",
    "Resource", "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal",
    "id", "instant", "integer", "markdown", "oid", "positiveInt", "string", "time",
    "unsignedInt", "uri", "url", "uuid", "xhtml",
)  # fmt: skip


@cache
def defined_library(*resources: str) -> PackageLibrary:
    """Data types and some resources of R4, with neither rules nor codes."""
    shapes = shape_library("4.0.1")
    found = [shapes.type(name) for name in (*_DATATYPES, *resources)]
    package = ResourcePackage([definition(one) for one in found if one is not None])
    package.manifest = Manifest("made.up.core", type="fhir.core", fhir_versions=("4.0.1",))
    return PackageLibrary((package,))


def definition(structure: Structure) -> Object:
    """A StructureDefinition with a snapshot that says what a structure says."""
    made = {
        "resourceType": "StructureDefinition",
        "url": structure.url,
        "name": structure.name,
        "status": "active",
        "kind": structure.kind,
        "abstract": structure.abstract,
        "type": structure.type,
        "snapshot": {"element": list(_elements(structure.root, structure.root))},
    }
    if structure.base:
        made |= {"baseDefinition": structure.base, "derivation": "specialization"}
    return made


def _elements(element: Element, root: Element) -> Iterator[Object]:
    most = "*" if element.max is None else str(element.max)
    path = element.path
    made: Object = {"id": path, "path": path, "min": element.min, "max": most}
    made["base"] = {"path": path, "min": element.min, "max": "*" if element.repeats else most}
    if element.content_reference:
        assert element_by_id(root, element.content_reference) is not None
        made["contentReference"] = element.content_reference
    elif element.types:
        made["type"] = [_type(ref) for ref in element.types]
    if element.representation:
        made["representation"] = list(element.representation)
    yield made
    for child in element.children:
        yield from _elements(child, root)


def _type(ref: TypeRef) -> Object:
    return {"code": ref.code, **({"targetProfile": list(ref.targets)} if ref.targets else {})}
