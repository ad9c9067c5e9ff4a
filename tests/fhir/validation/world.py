"""A small world of R4 types with profiles of a test's own, and what a validator says in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.packages.library import PackageLibrary
from conformance_cli.fhir.packages.package import ResourcePackage
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.validator import Outcome, Validator
from tests.fhir.definitions.kit import CORE, definition

Json = Any

PROFILES = "https://a.example/StructureDefinition/"
#: A value set that is not there: its codes are not checked.
GENDERS = "https://a.example/ValueSet/genders"
_ABSTRACT = frozenset({"Element", "BackboneElement", "Resource", "DomainResource"})
_RESOURCE = "id 0..1 string", "meta 0..1 Meta", "implicitRules 0..1 uri", "language 0..1 code"
_DOMAIN = (
    *_RESOURCE,
    "contained 0..* Resource",
    "extension 0..* Extension",
    "modifierExtension 0..* Extension",
)
_ELEMENT = "id 0..1 string", "extension 0..* Extension"
_BASES = {"Element": _ELEMENT, "Resource": _RESOURCE, "DomainResource": _DOMAIN}
_TYPES = """
Element

BackboneElement < Element
  modifierExtension 0..* Extension

Extension < Element
  url 1..1 uri
  value[x] 0..1 boolean|code|string|CodeableConcept|Quantity|Reference

boolean < Element
  value 0..1 boolean

integer < Element
  value 0..1 integer

decimal < Element
  value 0..1 decimal

string < Element
  value 0..1 string

code < string
  value 0..1 string

id < string
  value 0..1 string

uri < Element
  value 0..1 uri

canonical < uri
  value 0..1 uri

dateTime < Element
  value 0..1 dateTime

Meta < Element
  versionId 0..1 id
  profile 0..* canonical
  security 0..* Coding
  tag 0..* Coding

Coding < Element
  system 0..1 uri
  version 0..1 string
  code 0..1 code
  display 0..1 string

CodeableConcept < Element
  coding 0..* Coding
  text 0..1 string

Quantity < Element
  value 0..1 decimal
  comparator 0..1 code
  unit 0..1 string
  system 0..1 uri
  code 0..1 code

Range < Element
  low 0..1 Quantity
  high 0..1 Quantity

Identifier < Element
  use 0..1 code
  system 0..1 uri
  value 0..1 string

HumanName < Element
  use 0..1 code
  text 0..1 string
  family 0..1 string
  given 0..* string

Reference < Element
  reference 0..1 string
  type 0..1 uri
  identifier 0..1 Identifier
  display 0..1 string

Resource

DomainResource < Resource

Patient < DomainResource
  identifier 0..* Identifier
  active 0..1 boolean
  name 0..* HumanName
  gender 0..1 code
  deceased[x] 0..1 boolean|dateTime
  contact 0..* BackboneElement
  contact.id 0..1 string
  contact.extension 0..* Extension
  contact.modifierExtension 0..* Extension
  contact.name 0..1 HumanName
  contact.gender 0..1 code
  managingOrganization 0..1 Reference(Organization)

Organization < DomainResource
  identifier 0..* Identifier
  name 0..1 string

Observation < DomainResource
  identifier 0..* Identifier
  status 1..1 code
  category 0..* CodeableConcept
  code 1..1 CodeableConcept
  subject 0..1 Reference(Patient,Organization)
  focus 0..* Reference(Resource)
  definition 0..1 canonical
  value[x] 0..1 boolean|string|CodeableConcept|Quantity|Range
  component 0..* BackboneElement
  component.id 0..1 string
  component.extension 0..* Extension
  component.modifierExtension 0..* Extension
  component.code 1..1 CodeableConcept
  component.value[x] 0..1 boolean|string|CodeableConcept|Quantity

Questionnaire < DomainResource
  status 1..1 code
  item 0..* BackboneElement
  item.id 0..1 string
  item.extension 0..* Extension
  item.modifierExtension 0..* Extension
  item.linkId 1..1 string
  item.text 0..1 string
  item.item 0..* #Questionnaire.item

Parameters < Resource
  parameter 0..* BackboneElement
  parameter.id 0..1 string
  parameter.extension 0..* Extension
  parameter.modifierExtension 0..* Extension
  parameter.name 1..1 string
  parameter.value[x] 0..1 boolean|string|Quantity
  parameter.resource 0..1 Resource
  parameter.part 0..* #Parameters.parameter

Bundle < Resource
  type 1..1 code
  link 0..* BackboneElement
  link.id 0..1 string
  link.extension 0..* Extension
  link.modifierExtension 0..* Extension
  link.relation 1..1 string
  link.url 1..1 uri
  entry 0..* BackboneElement
  entry.id 0..1 string
  entry.extension 0..* Extension
  entry.modifierExtension 0..* Extension
  entry.fullUrl 0..1 uri
  entry.resource 0..1 Resource
"""


@cache
def types() -> tuple[Mapping[str, Json], ...]:
    """The definitions of the types."""
    made: dict[str, dict[str, Json]] = {}
    for block in _TYPES.strip().split("\n\n"):
        head, *lines = block.splitlines()
        match = re.fullmatch(r"(\w+)(?: < (\w+))?", head)
        assert match
        name, base = match[1], match[2]
        inherited = _BASES.get(base or name, _ELEMENT)
        made[name] = definition(name, base, [*inherited, *lines])
        is_resource = base in ("Resource", "DomainResource") or name == "Resource"
        made[name]["kind"] = "resource" if is_resource else made[name]["kind"]
        made[name]["abstract"] = name in _ABSTRACT
        for element in made[name]["snapshot"]["element"]:
            is_id = element["path"].endswith(".id") and not is_resource
            if is_id or element["path"] == "Extension.url":
                element["representation"] = ["xmlAttr"]
            if element["path"] in ("Range.low", "Range.high"):
                element["type"][0]["profile"] = [f"{CORE}SimpleQuantity"]
            if element["path"].endswith(".gender"):
                element["binding"] = {"strength": "required", "valueSet": GENDERS}
    simple = {"id": "Quantity.comparator", "path": "Quantity.comparator", "max": "0"}
    made["SimpleQuantity"] = {
        **{key: made["Quantity"][key] for key in ("resourceType", "kind", "abstract", "type")},
        "id": "SimpleQuantity",
        "url": f"{CORE}SimpleQuantity",
        "name": "SimpleQuantity",
        "derivation": "constraint",
        "baseDefinition": f"{CORE}Quantity",
        "differential": {"element": [simple]},
    }
    return tuple(made.values())


class World(PackageLibrary):
    """The types, and further definitions."""

    fhir_version = "4.0.1"


@cache
def _bare() -> World:
    return World((ResourcePackage(types()),))


def library(*definitions: Mapping[str, Json]) -> World:
    """The types, and further definitions."""
    if not definitions:
        return _bare()
    return World((ResourcePackage(types()), ResourcePackage(definitions)))


def validator(*definitions: Mapping[str, Json], **options: Any) -> Validator:
    """A validator in this world; best practice is left out unless a test asks for it."""
    chosen = Options(**{"best_practice": None, **options})
    return Validator(library(*definitions), chosen)


def profile(
    *elements: Mapping[str, Json], of: str = "Observation", name: str = "one", **facts: Json
) -> dict[str, Json]:
    """A profile with a differential; ``of`` is a type."""
    known = next(one for one in types() if one["name"] == of)
    return {
        "resourceType": "StructureDefinition",
        "url": PROFILES + name,
        "version": "1.0.0",
        "name": name,
        "status": "active",
        "kind": known["kind"],
        "abstract": False,
        "type": of,
        "derivation": "constraint",
        "baseDefinition": CORE + of,
        "differential": {"element": list(elements)},
        **facts,
    }


def check(
    resource: Json, *definitions: Mapping[str, Json], by: str | None = "one", **options: Any
) -> Outcome:
    """The outcome of a validation, by the profile ``one`` if there are definitions."""
    profiles = [PROFILES + by] if definitions and by else []
    return validator(*definitions, **options).validate(resource, profiles=profiles)


def problems(*arguments: Any, **how: Any) -> list[tuple[str, str]]:
    """Message and expression of all errors and warnings of a validation."""
    return [
        (issue.id, issue.expression)
        for issue in check(*arguments, **how).issues
        if issue.severity is not Severity.INFORMATION
    ]


def observation(**content: Json) -> dict[str, Json]:
    """A sound Observation, changed by ``content``."""
    made = {"resourceType": "Observation", "status": "final", "code": {"text": "made up"}}
    return {key: value for key, value in {**made, **content}.items() if value is not None}


def patient(**content: Json) -> dict[str, Json]:
    """A Patient."""
    return {"resourceType": "Patient", **content}
