"""What inputs are made from and judged by: published packages where they are at hand, or shapes."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from conformance_cli.fhir import Library, open_packages
from conformance_cli.fhir.definitions.shapes import shape_library
from tests.fhir.generated.bundles import bundle
from tests.fhir.generated.generator import Generator
from tests.fhir.generated.value_sets import ValueSets

Json = Any
Object = dict[str, Json]

SHARED = Path(__file__).parents[4] / "shared"
PACKAGES = SHARED / "fhir" / "packages"
CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"
EXAMPLES = PACKAGES / "hl7.fhir.r4.examples-4.0.1.tgz"
UK = PACKAGES / "fhir.r4.ukcore.stu2-2.0.1-repo.20250224.tgz"
#: The packages that the resources are validated by.
LOADED = (
    CORE,
    PACKAGES / "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz",
    PACKAGES / "hl7.terminology.r4-7.0.1.tgz",
    UK,
)
#: Bytes of the largest example that is damaged, every so many of which are taken.
_LARGEST, _STEP = 30_000, 9
_DEFINING = ("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap")


@dataclass
class World:
    """A library, sound resources to damage, and definitions that may be damaged as well."""

    name: str
    library: Library
    examples: list[Object] = field(default_factory=list)
    definitions: list[Object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.types = sorted(self.library.resource_types())
        self.value_sets = ValueSets(self.library)
        #: The URLs of profiles by the type that they are for.
        self.profiles: dict[str, list[str]] = {}
        for one in self.definitions:
            if one["resourceType"] == "StructureDefinition" and one["type"] != "Extension":
                self.profiles.setdefault(one["type"], []).append(one["url"])

    def seed(self, source: Random) -> Object:
        """A sound resource."""
        if self.examples and source.randint(0, 2):
            return source.choice(self.examples)
        name = source.choice([*self.types, *["Bundle"] * 20])
        generator = Generator(self.library, self.value_sets, source)
        return bundle(generator) if name == "Bundle" else generator.resource(name)


def worlds() -> list[World]:
    """All that there are on this machine."""
    found = [World("shapes", shape_library("4.0.1"))]
    return [*found, packaged()] if are_at_hand() else found


def are_at_hand() -> bool:
    """Whether published packages are on this machine."""
    return all(path.exists() for path in (*LOADED, EXAMPLES))


def packaged() -> World:
    """The world of published packages, UK Core among them."""
    definitions = [
        one
        for package in (UK, LOADED[1])
        for one in resources(package)
        if one["resourceType"] in _DEFINING and isinstance(one.get("url"), str)
    ]
    examples = [*resources(EXAMPLES, _STEP), *resources(UK), *definitions[::5]]
    library = open_packages([str(path) for path in LOADED])
    return World("packages", library, examples, definitions)


def resources(package: Path, step: int = 1) -> Iterator[Object]:
    """Every so many of the smaller resources of a package."""
    with tarfile.open(package) as archive:
        for number, member in enumerate(archive):
            if number % step or member.size > _LARGEST or not member.name.endswith(".json"):
                continue
            file = archive.extractfile(member)
            resource = json.loads(file.read(), parse_float=Decimal) if file else None
            if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
                yield resource
