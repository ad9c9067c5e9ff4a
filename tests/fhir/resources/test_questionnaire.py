"""Questionnaires: what their items depend on, offer, and derive from."""

from __future__ import annotations

from typing import Any

import pytest

from conformance_cli.fhir.resources.questionnaires.questionnaire import check_questionnaire
from conformance_cli.fhir.validation.session import Session
from tests.fhir.resources.fakes import a_scope, a_session, errors, found, texts_of
from tests.fhir.resources.test_response_structure import a_questionnaire, group, question


def checked(questionnaire: dict[str, Any], *others: dict[str, Any]) -> Session:
    session = a_session(*others)
    check_questionnaire(session, a_scope(questionnaire))
    assert all(texts_of(session)) or not session.found
    return session


def depends(target: str, **answer: Any) -> dict[str, Any]:
    operator = "=" if answer else "exists"
    return {"enableWhen": [{"question": target, "operator": operator, **answer}]}


def test_items_depend_on_earlier_questions() -> None:
    form = a_questionnaire(
        group("g", question("a")),
        question("b", **depends("a", answerString="x"), item=[question("c", **depends("b"))]),
    )
    assert found(checked(form)) == []


@pytest.mark.parametrize(
    ("items", "message", "place"),
    [
        ([question("a", **depends("z"))], "unknown", "Questionnaire.item[0]"),
        ([question("a", **depends("a"))], "self", "Questionnaire.item[0]"),
        (
            [group("g", group("h", question("a")), **depends("a"))],
            "inner",
            "Questionnaire.item[0]",
        ),
        (
            [group("g", question("a", **depends("b"))), question("b")],
            "later",
            "Questionnaire.item[0].item[0]",
        ),
    ],
)
def test_items_depend_on_nothing_else(
    items: list[dict[str, Any]], message: str, place: str
) -> None:
    session = checked(a_questionnaire(*items))
    assert found(session) == [(f"questionnaire-enable-when-{message}", place)]
    assert (errors(session) == []) is (message == "later")


def test_what_a_condition_expects_is_what_the_question_takes() -> None:
    form = a_questionnaire(
        question("a", "boolean"), question("b", **depends("a", answerString="x"))
    )
    assert found(checked(form)) == [("questionnaire-enable-when-type", "Questionnaire.item[1]")]


def test_options_and_initial_values_suit_their_item() -> None:
    fine = [
        question("a", "integer", answerOption=[{"valueInteger": 1}], initial=[{"valueInteger": 1}]),
        question("b", "choice", answerOption=[{"valueReference": {"reference": "Patient/1"}}]),
    ]
    assert found(checked(a_questionnaire(*fine))) == []
    odd = question(
        "a", "integer", answerOption=[{"valueString": "1"}], initial=[{"valueDate": "2"}]
    )
    assert found(checked(a_questionnaire(odd))) == [
        ("questionnaire-option-type", "Questionnaire.item[0].answerOption[0]"),
        ("questionnaire-initial-type", "Questionnaire.item[0].initial[0]"),
    ]


BASE = "http://forms.example/Questionnaire/base"


def derived(code: str | None, *items: dict[str, Any]) -> dict[str, Any]:
    """A questionnaire derived from another in a certain way."""
    url = "http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType"
    coding = {"system": "http://hl7.org/fhir/questionnaire-derivationType", "code": code}
    extension = [{"url": url, "valueCoding": coding}] if code else []
    return a_questionnaire(*items, derivedFrom=[BASE], _derivedFrom=[{"extension": extension}])


def base(*items: dict[str, Any]) -> dict[str, Any]:
    return {**a_questionnaire(*items), "url": BASE}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("compliesWith", "questionnaire-derived-item-new"),
        ("extends", None),
        ("inspiredBy", "questionnaire-derivation-type-open"),
        (None, "questionnaire-derivation-type-missing"),
    ],
)
def test_only_an_extension_may_add_items(code: str | None, expected: str | None) -> None:
    session = checked(derived(code, question("new")), base(question("a")))
    assert [one for one, _ in found(session)] == ([expected] if expected else [])


def test_an_origin_that_is_not_at_hand_is_noted() -> None:
    assert found(checked(derived("extends"))) == [
        ("questionnaire-origin-unknown", "Questionnaire.derivedFrom[0]")
    ]


def option(code: str) -> dict[str, Any]:
    return {"valueCoding": {"system": "http://s", "code": code}}


@pytest.mark.parametrize(
    ("old", "new", "message", "place"),
    [
        ({}, {"type": "text"}, "type", ".type"),
        ({}, {"repeats": True}, "repeats", ".repeats"),
        ({"required": True}, {}, "required", ""),
        ({"maxLength": 5}, {"maxLength": 6}, "max-length", ".maxLength"),
        ({"maxLength": 5}, {}, "max-length", ""),
        ({"answerOption": [option("a")]}, {}, "options-missing", ""),
        (
            {"answerOption": [option("a")]},
            {"answerOption": [option("a"), option("b")]},
            "option-new",
            ".answerOption[1]",
        ),
        ({"answerOption": [option("a")]}, {"answerValueSet": "http://vs"}, "list", ""),
        ({"answerValueSet": "http://vs"}, {"answerOption": [option("a")]}, "list", ""),
    ],
)
def test_a_derived_item_loosens_nothing(
    old: dict[str, Any], new: dict[str, Any], message: str, place: str
) -> None:
    kind = "choice" if "answerOption" in {**old, **new} else "string"
    theirs = {**question("a", kind), **old}
    session = checked(derived("extends", {**question("a", kind), **new}), base(theirs))
    assert errors(session) == [
        (f"questionnaire-derived-{message}", f"Questionnaire.item[0]{place}")
    ]
    assert found(checked(derived("extends", theirs), base(theirs))) == []


def test_nothing_that_is_malformed_raises() -> None:
    broken: list[Any] = [None, 1, "x", [], {}, [None], [{}], {"item": 3}]
    for value in broken:
        form = {"resourceType": "Questionnaire", "item": value, "derivedFrom": value}
        checked(form)
        checked(a_questionnaire({"linkId": value, "enableWhen": value, "answerOption": value}))
