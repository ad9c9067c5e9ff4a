"""Damaged official examples, judged by published definitions, some of them damaged as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.corpora.packaged import are_at_hand, packaged
from tests.fhir.generated.bombs import OBJECTS
from tests.fhir.generated.bombs_in_definitions import DEFINITIONS, JUDGED, PROFILE
from tests.fhir.generated.fuzz import Fuzz
from tests.fhir.generated.inputs import Input
from tests.fhir.generated.judging import Judge
from tests.fhir.generated.worlds import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not are_at_hand(), reason="the published packages are not at hand"),
]


@pytest.fixture(scope="module")
def world() -> World:
    return packaged()


def test_nothing_fails(world: World) -> None:
    fuzz = Fuzz([world], 3)
    fuzz.run(2_000)
    assert list(fuzz.shown()) == []


def test_nothing_is_exhausted(world: World) -> None:
    judge = Judge(world)
    given = [Input("resource", make()) for make in OBJECTS.values()]
    asked = Input("definition", JUDGED, (PROFILE,))
    given += [replace(asked, definitions=make()) for make in DEFINITIONS.values()]
    found = [judge.failure(one, 2) for one in given]
    assert [one.signature for one in found if one is not None] == []
