"""Responses against the structure of their Questionnaire: nesting, order, presence."""

from __future__ import annotations

from typing import Any

import pytest

from conformance_cli.fhir.resources.questionnaires.response import check_questionnaire_response
from conformance_cli.fhir.validation.session import Session
from tests.fhir.resources.fakes import a_scope, a_session, errors, found, texts_of

URL = "http://forms.example/Questionnaire/q"


def a_questionnaire(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Questionnaire", "url": URL, "item": list(items), **more}


def a_response(*items: dict[str, Any], status: str = "completed", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": URL,
        "status": status,
        "item": list(items),
        **more,
    }


def held(questionnaire: dict[str, Any], response: dict[str, Any]) -> Session:
    session = a_session(questionnaire)
    check_questionnaire_response(session, a_scope(response))
    assert all(texts_of(session)) or not session.found
    return session


def question(link: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"linkId": link, "type": kind, **more}


def group(link: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"linkId": link, "type": "group", "item": list(items), **more}


def answered(link: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"linkId": link, "answer": [{"valueString": value} for value in values], **more}


def inside(link: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"linkId": link, "item": list(items)}


def test_a_response_that_has_what_its_questionnaire_asks_is_fine() -> None:
    form = a_questionnaire(group("g", question("a", required=True), question("b", repeats=True)))
    assert (
        found(held(form, a_response(inside("g", answered("a", "x"), answered("b", "y", "z")))))
        == []
    )


def test_a_response_that_names_no_questionnaire_is_noted() -> None:
    session = a_session()
    check_questionnaire_response(session, a_scope({"resourceType": "QuestionnaireResponse"}))
    assert found(session) == [("response-questionnaire-missing", "QuestionnaireResponse")]
    assert errors(session) == []


@pytest.mark.parametrize(
    ("url", "severity"),
    [("http://forms.example/none", "warning"), ("http://example.org/none", "information")],
)
def test_a_questionnaire_that_is_not_at_hand_is_no_error(url: str, severity: str) -> None:
    session = held(a_questionnaire(), a_response(questionnaire=url))
    assert [one.severity for one in session.found] == [severity]


def test_the_version_that_the_response_names_is_the_one_it_is_held_against() -> None:
    old = a_questionnaire(question("old"), version="1")
    new = a_questionnaire(question("new"), version="2")
    session = a_session(old, new)
    response = a_response(answered("new", "x"), questionnaire=f"{URL}|2")
    check_questionnaire_response(session, a_scope(response))
    assert found(session) == []


def test_a_contained_questionnaire_is_found() -> None:
    form = {"resourceType": "Questionnaire", "id": "q", "item": [question("a", required=True)]}
    assert errors(held(a_questionnaire(), a_response(questionnaire="#q", contained=[form]))) == [
        ("response-item-missing", "QuestionnaireResponse")
    ]


def test_a_questionnaire_in_the_same_bundle_is_found() -> None:
    form = a_questionnaire(question("a", required=True))
    bundle = a_scope({"resourceType": "Bundle", "entry": [{"resource": form}]})
    session = a_session()
    check_questionnaire_response(session, a_scope(a_response(), bundle, relation="entry"))
    assert errors(session) == [("response-item-missing", "Bundle.resource")]


@pytest.mark.parametrize(
    ("status", "severity"),
    [("completed", "error"), ("amended", "error"), ("in-progress", "warning")],
)
def test_a_required_answer_may_be_missing_only_while_a_response_is_in_progress(
    status: str, severity: str
) -> None:
    form = a_questionnaire(question("a", required=True), group("g", required=True))
    session = held(form, a_response({"linkId": "a"}, status=status))
    assert [one.severity for one in session.found] == [severity, severity]
    assert found(session) == [
        ("response-item-missing", "QuestionnaireResponse.item[0]"),
        ("response-item-missing", "QuestionnaireResponse"),
    ]


def test_a_required_group_has_to_hold_something() -> None:
    form = a_questionnaire(group("g", question("a"), required=True))
    assert errors(held(form, a_response({"linkId": "g"}))) == [
        ("response-group-empty", "QuestionnaireResponse.item[0]")
    ]


def test_an_item_that_the_questionnaire_does_not_have_is_refused_where_it_stands() -> None:
    form = a_questionnaire(group("g", question("a")))
    session = held(form, a_response(inside("g", answered("z", "x"))))
    assert errors(session) == [("response-item-unknown", "QuestionnaireResponse.item[0]")]
    # its line in the text is its own
    assert [one.place.pointer for one in session.found] == [("item", 0, "item", 0)]


def test_an_item_in_the_wrong_place_is_refused_and_still_looked_into() -> None:
    form = a_questionnaire(group("g", question("a", "boolean")))
    assert errors(held(form, a_response(answered("a", "x")))) == [
        ("response-item-misplaced", "QuestionnaireResponse"),
        ("response-answer-type", "QuestionnaireResponse.item[0].answer[0].value.ofType(string)"),
    ]


def test_items_come_in_the_order_of_the_questionnaire() -> None:
    form = a_questionnaire(question("a"), question("b"))
    assert errors(held(form, a_response(answered("b", "x"), answered("a", "y")))) == [
        ("response-item-order", "QuestionnaireResponse")
    ]


def test_only_repeating_items_repeat() -> None:
    form = a_questionnaire(group("once"), group("often", repeats=True), question("a"))
    response = a_response(
        inside("once"), inside("once"), inside("often"), inside("often"), answered("a", "x", "y")
    )
    assert errors(held(form, response)) == [
        ("response-item-repeated", "QuestionnaireResponse"),
        ("response-item-answers", "QuestionnaireResponse.item[4]"),
    ]


def test_groups_and_displays_take_no_answers_and_questions_nest_in_answers() -> None:
    form = a_questionnaire(
        group("g"), question("d", "display"), question("q", item=[question("i")])
    )
    response = a_response(
        answered("g", "x"),
        {**answered("d", "x"), **inside("d", answered("d", "y"))},
        {**answered("q", "x"), **inside("q", answered("i", "y"))},
    )
    assert errors(held(form, response)) == [
        ("response-item-no-answers", "QuestionnaireResponse.item[0]"),
        ("response-item-no-answers", "QuestionnaireResponse.item[1]"),
        ("response-item-no-items", "QuestionnaireResponse.item[1]"),
        ("response-item-no-items", "QuestionnaireResponse.item[2]"),
    ]


def test_items_nested_in_answers_are_checked_for_each_answer() -> None:
    form = a_questionnaire(question("q", repeats=True, item=[question("i", required=True)]))
    full = {"valueString": "x", "item": [answered("i", "y")]}
    response = a_response({"linkId": "q", "answer": [full, {"valueString": "z"}]})
    assert errors(held(form, response)) == [
        ("response-item-missing", "QuestionnaireResponse.item[0].answer[1]")
    ]


def test_the_text_of_an_item_is_that_of_the_question_or_a_translation() -> None:
    translation = {
        "url": "http://hl7.org/fhir/StructureDefinition/translation",
        "extension": [
            {"url": "lang", "valueCode": "de"},
            {"url": "content", "valueString": "Wie alt?"},
        ],
    }
    form = a_questionnaire(question("a", text="How old?", _text={"extension": [translation]}))
    assert found(held(form, a_response(answered("a", "1", text="Wie alt?")))) == []
    assert errors(held(form, a_response(answered("a", "1", text="How young?")))) == [
        ("response-item-text", "QuestionnaireResponse.item[0]")
    ]


@pytest.mark.parametrize(("count", "message"), [(1, "few"), (2, None), (3, None), (4, "many")])
def test_minimum_and_maximum_occurrences_include_their_limits(
    count: int, message: str | None
) -> None:
    core = "http://hl7.org/fhir/StructureDefinition/questionnaire-"
    limits = [
        {"url": core + "minOccurs", "valueInteger": 2},
        {"url": core + "maxOccurs", "valueInteger": 3},
    ]
    form = a_questionnaire(question("a", repeats=True, extension=limits))
    session = held(form, a_response(answered("a", *"vwxyz"[:count])))
    expected = [(f"response-item-{message}", "QuestionnaireResponse.item[0]")] if message else []
    assert errors(session) == expected


def test_a_response_is_authored_while_the_questionnaire_is_in_effect() -> None:
    form = a_questionnaire(effectivePeriod={"start": "2024-02", "end": "2024-04-01"})
    for day, places in (("2024-01-31", 1), ("2024-03-01T10:00:00Z", 0), ("2024-04-02", 1)):
        session = held(form, a_response(authored=day))
        assert (
            found(session)
            == [("response-authored-outside", "QuestionnaireResponse.authored")] * places
        )


def test_nothing_that_is_malformed_raises() -> None:
    broken: list[Any] = [None, 1, "x", [], {}, [None], [[]], [{}], {"item": 3}]
    for item in broken:
        for answer in broken:
            form = {"resourceType": "Questionnaire", "url": URL, "item": item}
            given = {"linkId": "a", "answer": answer, "item": item}
            held(form, a_response(given))
            held(a_questionnaire(question("a"), question("b", item)), a_response(given))


def test_items_may_nest_as_deep_as_they_like() -> None:
    form: dict[str, Any] = question("leaf")
    given: dict[str, Any] = answered("leaf", "x")
    for depth in range(500):
        form = group(f"g{depth}", form)
        given = inside(f"g{depth}", given)
    assert errors(held(a_questionnaire(form), a_response(given))) == []
