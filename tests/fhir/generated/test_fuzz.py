"""Damaged inputs raise nothing, take no time, open no socket, and are told the same each time."""

from __future__ import annotations

import pytest

from tests.fhir.generated.fuzz import Fuzz
from tests.fhir.generated.worlds import shapes

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_fails_by_shapes_alone(seed: int) -> None:
    fuzz = Fuzz([shapes()], seed)
    fuzz.run(1_000)
    assert list(fuzz.shown()) == []
