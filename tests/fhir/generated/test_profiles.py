"""What conforms to a random profile is found to, and each single step out of line is told.

The profiles are read off generated resources, so that those conform by construction.
"""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fhir.generated.claims import EXAMPLES, Claims, Profiled
from tests.fhir.generated.definitions import defined_library
from tests.fhir.generated.profiling import Profiling

pytestmark = pytest.mark.slow

TYPES = ("Composition", "Encounter", "MedicationRequest", "Observation", "Patient", "Questionnaire")


@cache
def claims() -> Claims:
    return Claims(defined_library(*TYPES, "Basic", "OperationOutcome", "Organization"))


@given(st.sampled_from(TYPES), st.randoms(use_true_random=False))
@EXAMPLES
def test_a_resource_conforms_to_a_profile_that_was_read_off_it(name, source):
    resource = claims().resource(name, source, 40)
    profiling = Profiling(claims().library, resource, source)
    profiled = Profiled(claims(), profiling)
    profiled.conforms()
    for step in profiling.steps():
        profiled.is_told(step)
