"""Published packages, and the official examples that go with them, to make damaged inputs of."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from conformance_cli.fhir import open_packages
from tests.fhir.generated.worlds import World

Json = Any
Object = dict[str, Json]

PACKAGES = Path(__file__).parents[3] / "shared" / "fhir" / "packages"
EXAMPLES = PACKAGES / "hl7.fhir.r4.examples-4.0.1.tgz"
UK = PACKAGES / "fhir.r4.ukcore.stu2-2.0.1-repo.20250224.tgz"
_EXTENSIONS = PACKAGES / "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz"
#: The packages that the resources are validated by.
LOADED = (
    PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz",
    _EXTENSIONS,
    PACKAGES / "hl7.terminology.r4-7.0.1.tgz",
    UK,
)
#: Bytes of the largest example that is damaged, every so many of which are taken.
_LARGEST, _STEP = 30_000, 9
_DEFINING = ("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap")


def are_at_hand() -> bool:
    """Whether published packages are on this machine."""
    return all(path.exists() for path in (*LOADED, EXAMPLES))


def packaged() -> World:
    """The world of published packages, UK Core among them."""
    definitions = [
        one
        for package in (UK, _EXTENSIONS)
        for one in _resources(package)
        if one["resourceType"] in _DEFINING and isinstance(one.get("url"), str)
    ]
    examples = [*_resources(EXAMPLES, _STEP), *_resources(UK)]
    named = [one for one in examples if isinstance(one.get("url"), str)]
    library = open_packages([str(path) for path in LOADED]).with_resources(named)
    return World("packages", library, examples, definitions)


def _resources(package: Path, step: int = 1) -> Iterator[Object]:
    """Every so many of the smaller resources of a package."""
    with tarfile.open(package) as archive:
        for number, member in enumerate(archive):
            if number % step or member.size > _LARGEST or not member.name.endswith(".json"):
                continue
            file = archive.extractfile(member)
            resource = json.loads(file.read(), parse_float=Decimal) if file else None
            if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
                yield resource
