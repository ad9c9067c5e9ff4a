"""What damaged inputs are made from, and judged by."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from conformance_cli.fhir import Library
from conformance_cli.fhir.definitions.shapes import shape_library
from tests.fhir.generated.bundles import bundle
from tests.fhir.generated.generator import Generator
from tests.fhir.generated.responses import response
from tests.fhir.generated.value_sets import ValueSets

Json = Any
Object = dict[str, Json]


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
        self._by_type: dict[str, list[Object]] = {}
        for one in self.examples:
            self._by_type.setdefault(one["resourceType"], []).append(one)
        #: The URLs of profiles by the type that they are for.
        self.profiles: dict[str, list[str]] = {}
        for one in self.definitions:
            if one["resourceType"] == "StructureDefinition" and one["type"] != "Extension":
                self.profiles.setdefault(one["type"], []).append(one["url"])

    def seed(self, source: Random) -> Object:
        """A sound resource."""
        how = source.randrange(8)
        if how == 0:
            return response(source)
        generator = Generator(self.library, self.value_sets, source)
        if how == 1:
            return bundle(generator)
        if how == 2 or not self._by_type:
            return generator.resource(source.choice(self.types))
        return source.choice(self._by_type[source.choice(list(self._by_type))])


def shapes() -> World:
    """The world without packages."""
    return World("shapes", shape_library("4.0.1"))
