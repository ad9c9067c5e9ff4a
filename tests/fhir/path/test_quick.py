"""Shortcuts are true only where the evaluation is, and know the usual constraints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_cli.fhir import FhirPathError
from conformance_cli.fhir.path.engine import Engine
from conformance_cli.fhir.path.quick import needs, shortcut, shortcuts
from conformance_cli.fhir.path.types import Node, type_model

ENGINE = Engine("4.0.1")
MODEL = type_model("4.0.1")
EXPRESSIONS = {
    "Patient": """
        name.exists() and name.given.exists()
        name.all(family.exists() or text.exists() or given.count() > 1)
        name.where(use = 'x').empty() or active
        name.exists(use = 'x' and family = 'y')
        name.given.all($this = 'x' or length() > 3)
        active.not() or gender.length() <= 1
        gender in ('x' | 'male') xor active = false
        gender.matches('^[a-z]+$') and gender != 'y'
        deceased.exists() implies active = false
        identifier.count() < name.count() or identifier.isDistinct()
        name.count() + identifier.count() <= 2
        extension('x').exists() or extension('y').empty()
        %resource.gender = gender or %ucum = 'x'
        Patient.gender = 'x' or Observation.exists()
        iif(active, gender.exists(), name.exists())
        contained.meta.profile.exists() or contained.text.empty()
        hasValue() or children().count() > id.count()
        (name | identifier).exists() = gender.exists()
        name.period.all(start.hasValue().not() or end.hasValue().not() or start <= end)
        true or nonsense.matches('(')
        link.other.reference.startsWith('#').not()
        communication.all(preferred.exists() implies preferred)
        multipleBirth.exists() or {}.empty().not()
        gender.toInteger() >= 1
        name.select(given).isDistinct() or name.select(use = 'x').exists()
        name.first().use = 'x' or name.tail().use.empty()
        identifier.select(period.start).exists() xor name.use.isDistinct()
    """,
    "Extension": """
        extension.exists() != value.exists()
        url.exists() and (value.exists() or extension.exists())
    """,
    "Period": """
        start.hasValue().not() or end.hasValue().not() or (start <= end)
        start < end
    """,
    "Reference": """
        reference.startsWith('#').not() or (reference.substring(1) in %resource.id)
    """,
    "Questionnaire.item": """
        type = 'x' implies item.exists()
        item.all(linkId.exists() and type.exists()) and item.item.empty()
        maxLength > 4 or maxLength <= -1 or required = false
    """,
}
REFERENCE = (
    "reference.startsWith('#').not() or (reference.substring(1).trace('url') in "
    "%rootResource.contained.id.trace('ids'))"
)
CASES = [(name, line.strip()) for name, text in EXPRESSIONS.items() for line in text.split("\n")]
CASES = [case for case in CASES if case[1]]
NAMES = [
    "name", "given", "family", "text", "use", "active", "gender", "deceasedBoolean", "identifier",
    "deceasedDateTime", "extension", "valueString", "valueCode", "url", "contained", "meta",
    "profile", "id", "period", "start", "end", "link", "other", "reference", "communication",
    "preferred", "multipleBirthInteger", "type", "item", "linkId", "maxLength", "required",
    "resourceType",
]  # fmt: skip
_ODD = [
    "x", "y", "male", "#a", "", "2020-01-01", "2020-02-01", "2020", "2020-01-01T10:00:00Z",
    "2020-01-01T10:00:01Z", "10:00:00.5", "2020-01T10", "1", "Patient", "Observation",
    None, True, False, 0, 1, 5, Decimal("1.50"),
]  # fmt: skip
_KEYS = st.one_of(st.sampled_from(NAMES), st.sampled_from(NAMES).map("_{}".format))
_JSON = st.recursive(
    st.sampled_from(_ODD),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=12,
)
_OBJECTS = st.dictionaries(_KEYS, _JSON, max_size=5)


def evaluated(expression: str, focus: Any, type_name: str) -> bool | str:
    node = Node(focus, type_name)
    try:
        return ENGINE.holds(expression, node, node, node)
    except FhirPathError as err:
        return str(err)


@pytest.mark.parametrize(("type_name", "expression"), CASES)
@settings(max_examples=60, deadline=None)
@given(focus=_OBJECTS)
def test_a_shortcut_is_true_only_where_the_evaluation_is(type_name, expression, focus):
    quick = shortcut(expression, type_name, MODEL)
    assert quick is not None
    if type_name == "Patient":
        focus["resourceType"] = "Patient"
    holds = quick(focus)
    assert type(holds) is bool
    if holds:
        assert evaluated(expression, focus, type_name) is True
    keys = needs(expression, type_name, MODEL)
    if keys is not None and keys.isdisjoint(focus):
        assert holds


@pytest.mark.parametrize(
    ("type_name", "expression", "focus"),
    [
        ("ContactPoint", "value.empty() or system.exists()", {"system": "phone", "value": "1"}),
        (
            "Period",
            "start.hasValue().not() or end.hasValue().not() or (start <= end)",
            {"start": "2020-01-01", "end": "2020-02-01"},
        ),
        ("Extension", "extension.exists() != value.exists()", {"url": "x", "valueCode": "y"}),
        (
            "Reference",
            REFERENCE,
            {"reference": "Patient/1"},
        ),
        ("Patient", "contained.contained.empty()", {"resourceType": "Patient"}),
        ("Patient", "text.`div`.exists()", {"text": {"status": "generated", "div": "<div/>"}}),
        ("HumanName", "hasValue() or (children().count() > id.count())", {"family": "X"}),
        (
            "Bundle",
            "entry.all(request.exists() = (%resource.type = 'batch'))",
            {"resourceType": "Bundle", "type": "x", "entry": [{"fullUrl": "y"}]},
        ),
        ("Linkage", "item.count()>1", {"item": [{}, {}]}),
    ],
)
def test_usual_constraints_are_decided_over_usual_objects(type_name, expression, focus):
    quick = shortcut(expression, type_name, MODEL)
    assert quick is not None
    assert quick(focus)


@pytest.mark.parametrize(
    "expression", ["", "a b", "nothing()", "a.empty() or nothing()", "a.empty() or first(1, 2)",
                   "a.empty() or @2020-99-99.exists()", "descendants().exists()", "a.b = a.c"]
)  # fmt: skip
def test_what_is_wrong_or_not_looked_into_has_no_shortcut(expression):
    assert shortcut(expression, "Patient", MODEL) is None


def test_texts_of_an_expression_stay_texts():
    told = "gender = 'x\\') or print(1) or (\\'' or `na'me)`.exists()"
    quick = shortcut(told, "Patient", MODEL)
    assert quick is not None
    assert not quick({"gender": "x"})
    assert quick({"gender": "x') or print(1) or ('"})


def test_a_deep_expression_is_refused_or_decided():
    deep = "(" * 35 + "name.exists()" + " xor name.empty())" * 35
    quick = shortcut(deep, "Patient", MODEL)
    assert quick is None or type(quick({})) is bool
    long = " or ".join(["name.exists()"] * 400)
    quick = shortcut(long, "Patient", MODEL)
    assert quick is None or quick({"name": [{}]})


def test_one_function_decides_for_many_expressions():
    usual = ["value.empty() or system.exists()", "htmlChecks()", "use.exists()"]
    quick, left = shortcuts(usual, "ContactPoint", MODEL)
    assert left == ("htmlChecks()",)
    assert quick is not None
    assert quick({"system": "phone", "value": "1", "use": "home"})
    assert not quick({"system": "phone", "value": "1"})


@pytest.mark.parametrize(
    ("expression", "keys"),
    [
        ("value.empty() or system.exists()", {"value", "_value", "system", "_system"}),
        ("value.exists()", None),
        ("children().count() >= 0", None),
        ("htmlChecks()", None),
    ],
)
def test_a_constraint_that_holds_without_some_keys_says_which(expression, keys):
    found = needs(expression, "ContactPoint", MODEL)
    assert found == (frozenset(keys) if keys else None)


def test_choices_are_those_of_the_type():
    keys = needs("value.empty()", "Extension", MODEL)
    assert keys is not None
    assert {"valueString", "_valueString", "valueQuantity"} <= keys
