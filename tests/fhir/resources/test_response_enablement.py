"""Which questions are to be answered, as other answers decide."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.resources.questionnaires.response import check_questionnaire_response
from tests.fhir.resources.fakes import FakeTools, a_scope, a_session, errors, found
from tests.fhir.resources.test_response_structure import (
    a_questionnaire,
    a_response,
    answered,
    group,
    held,
    inside,
    question,
)


def when(target: str, operator: str, **answer: Any) -> dict[str, Any]:
    return {"question": target, "operator": operator, **answer}


def is_enabled(condition: dict[str, Any], kind: str, *values: dict[str, Any]) -> bool:
    """Whether a question is asked, given the answers to the one that it depends on."""
    form = a_questionnaire(
        question("source", kind, repeats=True),
        question("target", required=True, enableWhen=[condition]),
    )
    given = [{"linkId": "source", "answer": list(values)}] if values else []
    return errors(held(form, a_response(*given))) == [
        ("response-item-missing", "QuestionnaireResponse")
    ]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("=", [False, True, False]),
        ("!=", [True, False, True]),
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        (">", [False, False, True]),
        (">=", [False, True, True]),
    ],
)
@pytest.mark.parametrize(
    ("kind", "key", "values", "middle"),
    [
        ("integer", "Integer", [1, 2, 3], 2),
        ("decimal", "Decimal", [Decimal("1.9"), 2, Decimal("2.1")], Decimal("2.0")),
        ("date", "Date", ["2023", "2024-01-01", "2024-02"], "2024-01-01"),
        ("time", "Time", ["09:00:00", "10:00:00", "10:00:01"], "10:00:00"),
        ("string", "String", ["a", "b", "c"], "b"),
    ],
)
def test_answers_are_compared_by_their_order(
    operator: str, expected: list[bool], kind: str, key: str, values: list[Any], middle: Any
) -> None:
    condition = when("source", operator, **{f"answer{key}": middle})
    enabled = [is_enabled(condition, kind, {f"value{key}": value}) for value in values]
    assert enabled == expected


def test_existence_asks_for_an_answer_or_for_none() -> None:
    for wanted in (True, False):
        condition = when("source", "exists", answerBoolean=wanted)
        assert is_enabled(condition, "string", {"valueString": "x"}) is wanted
        assert is_enabled(condition, "string") is not wanted


def test_one_of_several_answers_is_enough() -> None:
    condition = when("source", "=", answerString="b")
    assert is_enabled(condition, "string", {"valueString": "a"}, {"valueString": "b"})


def test_codes_are_the_same_by_system_and_code() -> None:
    condition = when("source", "=", answerCoding={"system": "http://s", "code": "a"})
    for system, code, expected in (
        ("http://s", "a", True),
        ("http://s", "b", False),
        ("http://t", "a", False),
    ):
        value = {"valueCoding": {"system": system, "code": code, "display": "Whatever"}}
        assert is_enabled(condition, "choice", value) is expected
    greater = when("source", ">", answerCoding={"system": "http://s", "code": "a"})
    assert not is_enabled(greater, "choice", {"valueCoding": {"system": "http://s", "code": "b"}})


def test_quantities_are_compared_by_their_units() -> None:
    metre = {"value": 1, "system": "http://unitsofmeasure.org", "code": "m"}
    condition = when("source", ">", answerQuantity=metre)
    for value, code, expected in ((101, "cm", True), (99, "cm", False), (5, "kg", False)):
        quantity = {**metre, "value": value, "code": code}
        assert is_enabled(condition, "quantity", {"valueQuantity": quantity}) is expected


@pytest.mark.parametrize(
    ("behaviour", "expected"), [("all", [True, False, False]), ("any", [True, True, False])]
)
def test_conditions_are_joined_as_the_item_says(behaviour: str, expected: list[bool]) -> None:
    conditions = [when(name, "exists", answerBoolean=True) for name in "ab"]
    target = question("t", required=True, enableBehavior=behaviour, enableWhen=conditions)
    form = a_questionnaire(question("a"), question("b"), target)
    enabled = [
        errors(held(form, a_response(*(answered(name, "x") for name in given)))) != []
        for given in ("ab", "a", "")
    ]
    assert enabled == expected


def test_a_question_that_nobody_asks_has_no_answer() -> None:
    for wanted in (True, False):
        target = question(
            "t", required=True, enableWhen=[when("z", "exists", answerBoolean=wanted)]
        )
        assert bool(errors(held(a_questionnaire(target), a_response()))) is not wanted


def test_conditions_that_nothing_joins_decide_nothing() -> None:
    conditions = [when(name, "exists", answerBoolean=True) for name in "ab"]
    target = question("t", required=True, enableWhen=conditions)
    form = a_questionnaire(question("a"), question("b"), target)
    assert errors(held(form, a_response(answered("t", "x")))) == []
    assert errors(held(form, a_response())) != []


def test_a_disabled_item_has_no_content() -> None:
    target = question("t", enableWhen=[when("s", "=", answerString="yes")])
    form = a_questionnaire(question("s"), target)
    assert errors(held(form, a_response(answered("s", "no"), answered("t", "x")))) == [
        ("response-item-disabled", "QuestionnaireResponse.item[1]")
    ]
    assert errors(held(form, a_response(answered("s", "no"), {"linkId": "t"}))) == []
    assert errors(held(form, a_response(answered("s", "yes"), answered("t", "x")))) == []


def test_what_is_inside_a_disabled_group_is_not_required() -> None:
    condition = [when("s", "exists", answerBoolean=True)]
    form = a_questionnaire(
        question("s"), group("g", question("i", required=True), enableWhen=condition)
    )
    assert errors(held(form, a_response(inside("g")))) == []
    assert errors(held(form, a_response(answered("s", "x"), inside("g")))) == [
        ("response-item-missing", "QuestionnaireResponse.item[1]")
    ]


def test_each_repetition_of_a_group_has_its_own_answers() -> None:
    target = question("t", required=True, enableWhen=[when("s", "=", answerString="yes")])
    form = a_questionnaire(group("g", question("s"), target, repeats=True))
    response = a_response(
        inside("g", answered("s", "yes"), answered("t", "x")),
        inside("g", answered("s", "no"), answered("t", "x")),
        inside("g", answered("s", "yes")),
        inside("g", answered("s", "no")),
    )
    assert errors(held(form, response)) == [
        ("response-item-disabled", "QuestionnaireResponse.item[1].item[1]"),
        ("response-item-missing", "QuestionnaireResponse.item[2]"),
    ]


def test_a_question_may_depend_on_the_one_that_it_is_nested_in() -> None:
    nested = question("t", required=True, enableWhen=[when("s", "=", answerString="yes")])
    form = a_questionnaire(question("s", item=[nested]))
    assert errors(held(form, a_response(answered("s", "no")))) == []
    assert errors(held(form, a_response(answered("s", "yes")))) == [
        ("response-item-missing", "QuestionnaireResponse.item[0].answer[0]")
    ]


def test_stu3_has_no_operators_and_takes_any_condition() -> None:
    conditions = [{"question": "a", "hasAnswer": True}, {"question": "b", "answerString": "x"}]
    target = question("t", required=True, enableWhen=conditions)
    form = a_questionnaire(question("a"), question("b"), target)
    assert errors(held(form, a_response(answered("b", "x")))) != []
    assert errors(held(form, a_response(answered("b", "y")))) == []


def expression(source: str, language: str = "text/fhirpath") -> dict[str, Any]:
    url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
    return {"url": url, "valueExpression": {"language": language, "expression": source}}


def test_an_expression_may_decide() -> None:
    form = a_questionnaire(question("t", required=True, extension=[expression("item.exists()")]))
    for truth in (True, False):
        tools = FakeTools(truth=lambda source, node, truth=truth: truth)  # type: ignore[misc]
        session = a_session(form, tools=tools)
        check_questionnaire_response(session, a_scope(a_response()))
        assert bool(errors(session)) is truth


def test_an_expression_that_cannot_be_evaluated_is_noted() -> None:
    def fails(source: str, node: Node) -> bool:
        raise FhirPathError(source, "it is broken")

    for rule in (expression("item.where("), expression("x", "text/cql")):
        session = a_session(
            a_questionnaire(question("t", extension=[rule])), tools=FakeTools(truth=fails)
        )
        check_questionnaire_response(session, a_scope(a_response()))
        assert found(session) == [("response-enablement-undecided", "QuestionnaireResponse")]


def test_many_answers_and_conditions_take_bounded_time() -> None:
    count = 1500
    conditions = [when("s", "=", answerString=f"no{index}") for index in range(count)]
    target = question("t", required=True, enableBehavior="any", enableWhen=conditions)
    form = a_questionnaire(question("s", repeats=True), target)
    response = a_response(answered("s", *(f"x{index}" for index in range(count))))
    assert len(held(form, response).found) <= 2
