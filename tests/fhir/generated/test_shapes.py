"""Resources made from shapes alone are sound; each single fault is told at its own place."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance_cli.fhir.definitions.shapes import shape_library
from conformance_cli.fhir.resources.rules import RESOURCE_RULES
from tests.fhir.generated.bundles import KINDS, bundle
from tests.fhir.generated.claims import EXAMPLES, Claims
from tests.fhir.generated.generator import Generator

pytestmark = pytest.mark.slow


@cache
def claims(version: str = "4.0.1") -> Claims:
    return Claims(shape_library(version))


SOURCES = st.randoms(use_true_random=False)
TYPES = st.sampled_from(claims().types)


@given(TYPES, SOURCES)
@EXAMPLES
def test_any_resource_made_from_shapes_is_sound(name, source):
    claims().is_sound(claims().resource(name, source))


@given(TYPES, SOURCES)
@EXAMPLES
def test_the_same_is_said_of_it_in_xml(name, source):
    claims().is_sound_in_xml(claims().resource(name, source))


@given(st.sampled_from(KINDS), SOURCES)
@EXAMPLES
def test_any_bundle_is_sound(kind, source):
    shapes = claims()
    made = bundle(Generator(shapes.library, shapes.value_sets, source), kind)
    shapes.is_sound(made)
    shapes.is_sound_in_xml(made)


@pytest.mark.parametrize("version", ["4.0.1", "3.0.2", "5.0.0"])
def test_resources_of_every_type_are_sound(version):
    shapes = claims(version)
    for name in shapes.types:
        # what these mean is not only in their shapes; the generator knows it for R4
        if version != "4.0.1" and (name in RESOURCE_RULES or name == "Bundle"):
            continue
        for seed in range(3):
            made = shapes.resource(name, Random(f"{name} {seed}"))
            shapes.is_sound(made)
            shapes.is_sound_in_xml(made)


@pytest.mark.parametrize("kind", claims().mutations.kinds)
@given(name=TYPES, source=SOURCES)
@EXAMPLES
def test_a_single_fault_is_found_at_its_own_place(kind, name, source):
    made = claims().resource(name, source)
    fault = claims().mutations.fault(made, kind, source)
    assume(fault is not None)
    claims().is_found(made, fault)
