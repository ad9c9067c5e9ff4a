"""Objects that somebody else read count as the JSON that they stand for."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

import pytest

from conformance_cli.fhir.source.given import read_given
from conformance_cli.fhir.source.reading import MAX_DEPTH, TOO_DEEP


class Status(str, Enum):  # noqa: UP042 - the kind whose str() is another one
    FINAL = "final"


def read(**elements: Any) -> Any:
    return read_given({"resourceType": "Observation", **elements}).resource


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def test_plain_json_is_taken_as_it_is():
    data = {"resourceType": "Observation", "valueInteger": 1, "note": [{"text": "x"}], "x": None}
    assert read_given(data).resource is data


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (1.5, Decimal("1.5")),
        (0.1, Decimal("0.1")),
        (1e22, Decimal("1E+22")),
        (-0.0, Decimal("-0.0")),
        (Decimal("1.50"), Decimal("1.50")),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (Decimal("NaN"), "NaN"),
        (Decimal("1E+999999999"), "1E+999999999"),
        pytest.param(1 << 9_999, "2**9999", id="monstrous"),
        (True, True),
        (Status.FINAL, "final"),
        ((1.5, {"a": 2.5}), [Decimal("1.5"), {"a": Decimal("2.5")}]),
        (MappingProxyType({"a": (1,)}), {"a": [1]}),
        ({1: 2}, {"1": 2}),
    ],
)
def test_what_is_not_json_becomes_what_it_stands_for(given: Any, found: Any):
    value = read(value=given)["value"]
    assert value == found
    assert type(value) is type(found)
    assert str(value) == str(found)


def test_it_nests_no_deeper_than_text():
    assert read_given(nested(MAX_DEPTH)).resource is not None
    too_deep = read_given(nested(MAX_DEPTH + 1))
    assert too_deep.resource is None
    assert [problem.message for problem in too_deep.problems] == [TOO_DEEP]


def test_circles_nest_too_deep():
    circle: list[Any] = []
    circle += [circle, circle]
    assert read_given({"a": circle}).resource is None
