"""The official R4 examples, written as XML and read again: nothing is lost or changed."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance_cli.fhir import Library, Options, open_packages
from conformance_cli.fhir.source.narrative import narrative_problems
from conformance_cli.fhir.source.xml_reader import read_xml
from tests.fhir.source.xml_writer import write_xml

PACKAGES = Path(__file__).parents[3] / "shared" / "fhir" / "packages"
CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"
EXAMPLES = PACKAGES / "hl7.fhir.r4.examples-4.0.1.tgz"
#: Larger examples are much of the same, and there are some thousands of others.
LARGEST = 50_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EXAMPLES.exists(), reason=f"{EXAMPLES} is not at hand"),
]


@pytest.fixture(scope="module")
def library() -> Library:
    return open_packages([str(CORE)])


def examples() -> Iterator[dict[str, Any]]:
    with tarfile.open(EXAMPLES) as archive:
        for number, member in enumerate(archive):
            if number % 5 == 0 and member.size < LARGEST:
                data = archive.extractfile(member).read()
                resource = json.loads(data, parse_float=Decimal)
                if isinstance(resource, dict) and "resourceType" in resource:
                    yield resource


def test_official_examples_survive(library: Library) -> None:
    count = 0
    for resource in examples():
        reading = read_xml(write_xml(resource, library).encode(), library, Options())
        assert reading.problems == ()
        assert _without_narratives(reading.resource) == _without_narratives(resource)
        for before, after in zip(_narratives(resource), _narratives(reading.resource), strict=True):
            assert narrative_problems(before) == narrative_problems(after)
        count += 1
    assert count > 700


def _without_narratives(value: Any) -> Any:
    """Narratives come back equal in meaning, not letter by letter: entities are resolved."""
    if isinstance(value, dict):
        return {key: _without_narratives(item) for key, item in value.items() if key != "div"}
    if isinstance(value, list):
        return [_without_narratives(item) for item in value]
    return value


def _narratives(value: Any) -> Iterator[str]:
    for key, item in value.items() if isinstance(value, dict) else ():
        if key == "div" and isinstance(item, str):
            yield item
        else:
            yield from _narratives(item)
    for item in value if isinstance(value, list) else ():
        yield from _narratives(item)
