"""Filters select codes by hierarchy and by properties."""

import pytest

from tests.fhir.terminology.definitions import (
    BODY,
    COLOURS,
    body,
    code_system,
    filtering,
    members,
    standing,
    terminology,
    value_set,
)

VS = "http://clinic.test/ValueSet/chosen"
PARTS = ("arm", "hand", "finger", "elbow", "leg", "sleeve")


def painted(code, **properties):
    return {"code": code, "property": [{"code": n, **v} for n, v in properties.items()]}


PAINTS = code_system(
    COLOURS,
    painted("red", warm={"valueBoolean": True}, wave={"valueInteger": 700}),
    painted("green", warm={"valueBoolean": False}, wave={"valueInteger": 530}),
    painted("blue", near={"valueCoding": {"system": COLOURS, "code": "green"}}),
    painted("puce", inactive={"valueBoolean": True}, since={"valueDateTime": "2020-05-01"}),
    {"code": "white", "display": "White"},
    property=[
        {"code": "warm", "type": "boolean"},
        {"code": "wave", "type": "integer"},
        {"code": "near", "type": "Coding"},
        {"code": "since", "type": "dateTime"},
    ],
)
NAMES = ("red", "green", "blue", "puce", "white")


@pytest.mark.parametrize(
    ("operation", "value", "expected"),
    [
        ("is-a", "arm", ["arm", "hand", "finger", "elbow", "sleeve"]),
        ("descendent-of", "arm", ["hand", "finger", "elbow", "sleeve"]),
        ("is-not-a", "arm", ["leg"]),
        ("generalizes", "finger", ["arm", "hand", "finger"]),
        ("child-of", "arm", ["hand", "elbow", "sleeve"]),
        ("descendent-leaf", "arm", ["finger", "elbow", "sleeve"]),
        ("=", "leg", ["leg"]),
        ("in", "leg, arm", ["arm", "leg"]),
        ("not-in", "leg,arm,hand,finger", ["elbow", "sleeve"]),
        ("regex", "[a-f].*", ["arm", "finger", "elbow"]),
        ("is-a", "wing", []),
    ],
)
@pytest.mark.parametrize("name", ["concept", "code"])
def test_hierarchy_and_codes(name, operation, value, expected):
    held = terminology(body(), value_set(VS, filtering(BODY, (name, operation, value))))
    assert members(held, VS, BODY, *PARTS) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("warm", "=", "true"), ["red"]),
        (("wave", "=", "530"), ["green"]),
        (("wave", "=", "gt600"), ["red"]),
        (("wave", "=", "le530"), ["green"]),
        (("since", "=", "lt2021"), ["puce"]),
        (("wave", "in", "530,700"), ["red", "green"]),
        (("wave", "not-in", "530"), ["red", "blue", "puce", "white"]),
        (("wave", "regex", "5.*"), ["green"]),
        (("warm", "exists", "true"), ["red", "green"]),
        (("warm", "exists", "false"), ["blue", "puce", "white"]),
        (("near", "=", f"{COLOURS}#green"), ["blue"]),
        (("near", "=", "green"), ["blue"]),
        (("inactive", "=", "true"), ["puce"]),
        (("inactive", "=", "false"), ["red", "green", "blue", "white"]),
        (("display", "=", "White"), ["white"]),
    ],
)
def test_properties(condition, expected):
    held = terminology(PAINTS, value_set(VS, filtering(COLOURS, condition)))
    assert members(held, VS, COLOURS, *NAMES) == expected


def test_parents_and_children_are_properties():
    by_parent = terminology(body(), value_set(VS, filtering(BODY, ("parent", "=", "arm"))))
    assert members(by_parent, VS, BODY, *PARTS) == ["hand", "elbow", "sleeve"]
    by_child = terminology(body(), value_set(VS, filtering(BODY, ("child", "exists", "true"))))
    assert members(by_child, VS, BODY, *PARTS) == ["arm", "hand"]


def test_all_filters_must_hold():
    both = filtering(COLOURS, ("warm", "exists", "true"), ("wave", "=", "530"))
    held = terminology(PAINTS, value_set(VS, both))
    assert members(held, VS, COLOURS, *NAMES) == ["green"]


@pytest.mark.parametrize(
    "condition",
    [
        ("scent", "=", "x"),
        ("concept", "resembles", "red"),
        ("wave", "is-a", "530"),
        ("code", "regex", "(a+)+$"),
        ("warm", "exists", "perhaps"),
    ],
)
def test_what_cannot_be_decided_is_open(condition):
    held = terminology(PAINTS, value_set(VS, filtering(COLOURS, condition)))
    assert standing(held, VS, "red", COLOURS) == "unknown"
    assert held.codes_of(VS) is None


def test_a_circle_in_the_hierarchy_ends():
    round_about = code_system(
        BODY,
        {"code": "a", "property": [{"code": "parent", "valueCode": "b"}]},
        {"code": "b", "property": [{"code": "parent", "valueCode": "a"}]},
        "c",
    )
    held = terminology(round_about, value_set(VS, filtering(BODY, ("concept", "is-a", "a"))))
    assert members(held, VS, BODY, "a", "b", "c") == ["a", "b"]


@pytest.mark.parametrize(
    ("system", "condition", "inside", "outside"),
    [
        ("urn:iso:std:iso:3166", ("code", "regex", "[A-Z]{2}"), "GB", "GBR"),
        ("http://unitsofmeasure.org", ("canonical", "=", "m"), "km", "kg"),
        ("urn:ietf:bcp:47", ("code", "in", "en,fr"), "en", "de"),
    ],
)
def test_systems_with_a_grammar_can_be_filtered_by_code(system, condition, inside, outside):
    held = terminology(value_set(VS, filtering(system, condition)))
    assert members(held, VS, system, inside, outside) == [inside]


def test_other_filters_of_such_systems_are_open():
    held = terminology(value_set(VS, filtering("urn:ietf:bcp:47", ("region", "=", "GB"))))
    assert standing(held, VS, "en-GB", "urn:ietf:bcp:47") == "unknown"
