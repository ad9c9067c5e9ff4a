"""Resources made from the definitions of R4, and official examples with single faults."""

from __future__ import annotations

import json
import tarfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir import open_packages
from tests.fhir.generated.claims import EXAMPLES, Claims, Profiled
from tests.fhir.generated.profiling import Profiling

PACKAGES = Path(__file__).parents[3] / "shared" / "fhir" / "packages"
CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"
OFFICIAL = PACKAGES / "hl7.fhir.r4.examples-4.0.1.tgz"
#: Every so many examples are taken, and none of more bytes than these.
STEP, LARGE = 5, 20_000
PROFILED = ("Composition", "Encounter", "MedicationRequest", "Observation", "Patient")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORE.exists(), reason=f"{CORE} is not at hand"),
]
SOURCES = st.randoms(use_true_random=False)


@cache
def claims() -> Claims:
    return Claims(open_packages([str(CORE)]))


@cache
def examples() -> list[tuple[str, Any]]:
    """Official examples without errors."""
    found = []
    with tarfile.open(OFFICIAL) as archive:
        for number, member in enumerate(archive):
            if number % STEP == 0 and member.size < LARGE and member.name.endswith(".json"):
                resource = json.loads(archive.extractfile(member).read(), parse_float=Decimal)
                if "resourceType" in resource:
                    found.append((member.name, resource))
    return [one for one in found if claims().validator.validate(one[1]).is_valid]


@given(st.data(), SOURCES)
@EXAMPLES
def test_any_resource_made_from_the_definitions_is_sound(data, source):
    name = data.draw(st.sampled_from(claims().types))
    made = claims().resource(name, source)
    claims().is_sound(made)
    claims().is_sound_in_xml(made)


def test_resources_of_every_type_are_sound():
    for name in claims().types:
        for seed in range(8):
            made = claims().resource(name, Random(f"{name} {seed}"))
            claims().is_sound(made)
            claims().is_sound_in_xml(made)


def test_nearly_all_keep_the_constraints_in_fhirpath_too():
    kept = total = 0
    for name in claims().types:
        for seed in range(8):
            made = claims().resource(name, Random(f"{name} {seed}"))
            total += 1
            kept += claims().validator.validate(made).is_valid
    assert kept > 0.97 * total


@pytest.mark.parametrize(
    "kind",
    ["drop required", "wrong type", "extra property", "bad code", "bad date", "broken reference"],
)
class TestASingleFaultIsFoundAtItsOwnPlace:
    def test_in_what_is_made_from_the_definitions(self, kind):
        tried = 0
        for name in claims().types:
            for seed in range(6):
                source = Random(f"{name} {seed}")
                made = claims().resource(name, source)
                fault = claims().mutations.fault(made, kind, source)
                if fault is not None:
                    claims().is_found(made, fault)
                    tried += 1
        assert tried > 80

    @pytest.mark.skipif(not OFFICIAL.exists(), reason=f"{OFFICIAL} is not at hand")
    def test_in_official_examples(self, kind):
        tried = 0
        for name, resource in examples():
            fault = claims().mutations.fault(resource, kind, Random(name))
            if fault is not None:
                claims().is_found(resource, fault)
                tried += 1
        assert tried > 80


@given(st.sampled_from(PROFILED), SOURCES)
@EXAMPLES
def test_a_resource_conforms_to_a_profile_that_was_read_off_it(name, source):
    profiling = Profiling(claims().library, claims().resource(name, source, 40), source)
    profiled = Profiled(claims(), profiling)
    profiled.conforms()
    for step in profiling.steps():
        profiled.is_told(step)
