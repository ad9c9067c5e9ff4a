"""Inputs made to exhaust a validator are answered soon, and with nothing but issues."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.fhir.generated.bombs import OBJECTS
from tests.fhir.generated.bombs_in_definitions import DEFINITIONS, JUDGED, PROFILE
from tests.fhir.generated.bombs_in_text import TEXTS
from tests.fhir.generated.definitions import defined_library
from tests.fhir.generated.inputs import Input
from tests.fhir.generated.judging import Judge
from tests.fhir.generated.worlds import World

pytestmark = pytest.mark.slow

RESOURCES = (
    "Bundle", "CodeSystem", "MessageHeader", "Observation", "Parameters", "Patient",
    "Questionnaire", "QuestionnaireResponse", "OperationOutcome", "Organization",
)  # fmt: skip


@cache
def judge() -> Judge:
    return Judge(World("defined", defined_library(*RESOURCES)))


def given(**facts: Any) -> Any:
    return judge().failure(Input("bomb", **facts), 1)


@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS)
def test_a_resource_exhausts_nothing(make: Callable[[], Any]) -> None:
    assert given(data=make()) is None


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS)
def test_a_text_exhausts_nothing(make: Callable[[], bytes]) -> None:
    assert given(data=make()) is None


@pytest.mark.parametrize("make", DEFINITIONS.values(), ids=DEFINITIONS)
def test_definitions_exhaust_nothing(make: Callable[[], Any]) -> None:
    assert given(data=JUDGED, profiles=(PROFILE,), definitions=make()) is None
