"""A small world of definitions, and short ways to write and to read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.definitions.read import read_structure
from conformance_cli.fhir.definitions.schema import Element, Problem, Structure
from conformance_cli.fhir.definitions.snapshot import Generator

Json = Any

CORE = "http://hl7.org/fhir/StructureDefinition/"
PROFILES = "http://example.org/StructureDefinition/"

_TYPES = """
Element
  id 0..1 string
  extension 0..* Extension

BackboneElement < Element
  id 0..1 string
  extension 0..* Extension
  modifierExtension 0..* Extension

Extension < Element
  id 0..1 string
  extension 0..* Extension
  url 1..1 uri
  value[x] 0..1 boolean|code|string|CodeableConcept|Quantity|Reference

boolean < Element
  id 0..1 string
  extension 0..* Extension
  value 0..1 boolean

string < Element
  id 0..1 string
  extension 0..* Extension
  value 0..1 string

Identifier < Element
  id 0..1 string
  extension 0..* Extension
  use 0..1 code
  system 0..1 uri
  value 0..1 string

Quantity < Element
  id 0..1 string
  extension 0..* Extension
  value 0..1 decimal
  unit 0..1 string
  system 0..1 uri
  code 0..1 code

Coding < Element
  id 0..1 string
  extension 0..* Extension
  system 0..1 uri
  code 0..1 code

CodeableConcept < Element
  id 0..1 string
  extension 0..* Extension
  coding 0..* Coding
  text 0..1 string

Reference < Element
  id 0..1 string
  extension 0..* Extension
  reference 0..1 string
  display 0..1 string

Resource
  id 0..1 string
  language 0..1 code

DomainResource < Resource
  id 0..1 string
  language 0..1 code
  contained 0..* Resource
  extension 0..* Extension
  modifierExtension 0..* Extension

Other < DomainResource
  id 0..1 string
  contained 0..* Resource
  extension 0..* Extension

Thing < DomainResource
  id 0..1 string
  contained 0..* Resource
  extension 0..* Extension
  modifierExtension 0..* Extension
  identifier 0..* Identifier
  active 0..1 boolean
  code 1..1 CodeableConcept
  value[x] 0..1 string|CodeableConcept|Quantity
  parent 0..1 Reference(Thing,Other)
  part 0..* BackboneElement
  part.id 0..1 string
  part.extension 0..* Extension
  part.name 0..1 string
  part.value[x] 1..1 string|Quantity
  item 0..* BackboneElement
  item.id 0..1 string
  item.extension 0..* Extension
  item.label 0..1 string
  item.item 0..* #Thing.item
"""


def definition(name: str, base: str | None, lines: list[str]) -> dict[str, Json]:
    """The definition of a type, from lines such as ``identifier 0..* Identifier``."""
    root = {"id": name, "path": name, "min": 0, "max": "*"}
    elements = [root, *(_element(name, *line.split()) for line in lines)]
    resource = name in ("Resource", "DomainResource", "Other", "Thing")
    return {
        "resourceType": "StructureDefinition",
        "url": CORE + name,
        "name": name,
        "type": name,
        "kind": "resource"
        if resource
        else "primitive-type"
        if name[0].islower()
        else "complex-type",
        "abstract": name in ("Element", "Resource", "DomainResource"),
        "derivation": "specialization",
        "baseDefinition": CORE + base if base else None,
        "snapshot": {"element": elements},
    }


def _element(owner: str, name: str, cardinality: str, types: str) -> dict[str, Json]:
    least, most = cardinality.split("..")
    path = f"{owner}.{name}"
    made: dict[str, Json] = {"id": path, "path": path, "min": int(least), "max": most}
    made["base"] = {"path": path, "min": int(least), "max": most}
    if types.startswith("#"):
        made["contentReference"] = types
    else:
        made["type"] = [_type(item) for item in types.split("|")]
    return made


def _type(text: str) -> dict[str, Json]:
    code, _, targets = text.rstrip(")").partition("(")
    made: dict[str, Json] = {"code": code}
    if targets:
        made["targetProfile"] = [CORE + target for target in targets.split(",")]
    return made


def _read_types() -> dict[str, dict[str, Json]]:
    found = {}
    for block in _TYPES.strip().split("\n\n"):
        head, *lines = block.splitlines()
        match = re.fullmatch(r"(\w+)(?: < (\w+))?", head)
        assert match
        made = definition(match[1], match[2], lines)
        found[made["url"]] = made
    return found


TYPES = _read_types()


def profile(
    *elements: Mapping[str, Json], name: str = "profile", base: str = "Thing", **facts: Json
) -> dict[str, Json]:
    """A profile with a differential; ``base`` is a type or the name of another profile."""
    is_type = CORE + base in TYPES
    known = TYPES.get(CORE + base, {})
    return {
        "resourceType": "StructureDefinition",
        "url": PROFILES + name,
        "name": name,
        "status": "draft",
        "kind": known.get("kind", "resource"),
        "abstract": False,
        "type": known.get("type", "Thing"),
        "derivation": "constraint",
        "baseDefinition": (CORE if is_type else PROFILES) + base,
        "differential": {"element": list(elements)},
        **facts,
    }


def extension(*elements: Mapping[str, Json], name: str, **root: Json) -> dict[str, Json]:
    """An extension's definition."""
    first = {"id": "Extension", "path": "Extension", **root}
    url = {"id": "Extension.url", "path": "Extension.url", "fixedUri": PROFILES + name}
    return profile(first, *elements, url, name=name, base="Extension")


def ed(identity: str, **facts: Json) -> dict[str, Json]:
    """An element of a differential, its path and slice name taken from its id."""
    parts = [part.partition(":") for part in identity.split(".")]
    made: dict[str, Json] = {"id": identity, "path": ".".join(part[0] for part in parts)}
    if parts[-1][2]:
        made["sliceName"] = parts[-1][2]
    if "type" in facts:
        facts["type"] = [_type(item) for item in facts["type"].split("|")]
    return {**made, **facts}


def without_ids(sd: dict[str, Json]) -> dict[str, Json]:
    """The same definition, its differential as it was written before there were ids."""
    elements = [
        {key: value for key, value in element.items() if key != "id"}
        for element in sd["differential"]["element"]
    ]
    return {**sd, "differential": {"element": elements}}


def by(kind: str, path: str, **facts: Json) -> dict[str, Json]:
    """Slicing by one discriminator."""
    return {"discriminator": [{"type": kind, "path": path}], "rules": "open", **facts}


class Made:
    """What came of a profile: its structure and problems."""

    def __init__(self, sd: Mapping[str, Json], problems: tuple[Problem, ...]) -> None:
        self.sd = sd
        self.problems = [problem.id for problem in problems]
        self.texts = [problem.text for problem in problems]
        self.found = problems
        self.structure: Structure = read_structure(sd)

    def __getitem__(self, path: str) -> Element:
        return at(self.structure, path)

    def slices(self, path: str) -> list[str | None]:
        """The names of the slices of an element."""
        return [slice_.slice_name for slice_ in self[path].slices]


def made(sd: Mapping[str, Json], *others: Mapping[str, Json]) -> Made:
    """A profile with its snapshot; ``others`` are at hand for it."""
    known = {**TYPES, **{str(other["url"]): other for other in others}}
    return Made(*Generator(lambda url: known.get(url.partition("|")[0])).generate(sd))


def at(structure: Structure, path: str) -> Element:
    """The element at ``identifier:nhs.system``; choices with their ``[x]``."""
    found = structure.root
    for part in filter(None, path.split(".")):
        name, _, slice_name = part.partition(":")
        found = next(item for item in found.children if item.name == name.removesuffix("[x]"))
        if slice_name:
            found = _slice(found, slice_name)
    return found


def _slice(element: Element, name: str) -> Element:
    for slice_ in element.slices:
        if slice_.slice_name == name:
            return slice_
        if name.startswith(f"{slice_.slice_name}/"):
            return _slice(slice_, name)
    raise KeyError(name)
