"""Answers against what their questions say of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.resources.questionnaires.response import check_questionnaire_response
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Found, Session
from tests.fhir.resources.fakes import (
    FakeLibrary,
    FakeTerminology,
    FakeTools,
    a_scope,
    a_session,
    errors,
    found,
)
from tests.fhir.resources.test_response_structure import a_questionnaire, a_response, question

CORE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
ANSWER = "QuestionnaireResponse.item[0].answer[0]"
UCUM = "http://unitsofmeasure.org"


def asked(item: dict[str, Any], *values: dict[str, Any], tools: FakeTools | None = None) -> Session:
    """A session after a question was answered with these values."""
    session = a_session(a_questionnaire({"linkId": "a", "repeats": True, **item}), tools=tools)
    response = a_response({"linkId": "a", "answer": list(values)})
    check_questionnaire_response(session, a_scope(response))
    return session


def limit(name: str, **value: Any) -> dict[str, Any]:
    url = name if "/" in name else CORE + name
    return {"url": url, **value}


def coding(code: str, system: str | None = "http://codes.example", **more: Any) -> dict[str, Any]:
    return {"valueCoding": {"code": code, **({"system": system} if system else {}), **more}}


def option(code: str, *extensions: dict[str, Any]) -> dict[str, Any]:
    return {**coding(code, display=code.upper()), "extension": list(extensions)}


VALUES: dict[str, dict[str, Any]] = {
    "boolean": {"valueBoolean": True},
    "decimal": {"valueDecimal": Decimal("1.5")},
    "integer": {"valueInteger": 1},
    "date": {"valueDate": "2024-01-01"},
    "dateTime": {"valueDateTime": "2024-01-01"},
    "time": {"valueTime": "10:00:00"},
    "string": {"valueString": "x"},
    "text": {"valueString": "x"},
    "url": {"valueUri": "http://x.example"},
    "attachment": {"valueAttachment": {"contentType": "text/plain"}},
    "reference": {"valueReference": {"reference": "Patient/1"}},
    "quantity": {"valueQuantity": {"value": 1}},
    "choice": coding("a"),
    "open-choice": coding("a"),
    "coding": coding("a"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_each_type_of_question_takes_answers_of_its_own_type(kind: str) -> None:
    for other, value in VALUES.items():
        key = next(iter(value))
        suits = key in VALUES[kind] or (
            kind in ("choice", "open-choice", "coding")
            and key in ("valueDate", "valueTime", "valueInteger", "valueString", "valueCoding")
        )
        session = asked(question("a", kind), value)
        assert bool(errors(session)) is not suits, (kind, other, found(session))


@pytest.mark.parametrize(
    ("kind", "least", "most", "inside", "outside"),
    [
        ("integer", {"valueInteger": 2}, {"valueInteger": 4}, (2, 3, 4), (1, 5)),
        (
            "decimal",
            {"valueDecimal": Decimal("1.5")},
            {"valueDecimal": Decimal(2)},
            (Decimal("1.5"), 2),
            (Decimal("1.49"), Decimal("2.001")),
        ),
        (
            "date",
            {"valueDate": "2024-02"},
            {"valueDate": "2024-03-15"},
            ("2024-02-01", "2024-03", "2024-03-15"),
            ("2024-01-31", "2024-03-16", "2025"),
        ),
        (
            "dateTime",
            {"valueDateTime": "2024-02-01T10:00:00+02:00"},
            {"valueDateTime": "2024-02-01T10:00:00Z"},
            ("2024-02-01T08:00:00Z", "2024-02-01T12:00:00+02:00"),
            ("2024-02-01T07:59:59Z", "2024-02-01T10:00:01Z"),
        ),
        (
            "time",
            {"valueTime": "09:00:00"},
            {"valueTime": "17:30:00"},
            ("09:00:00", "17:30:00"),
            ("08:59:59", "17:30:01"),
        ),
    ],
)
def test_values_stay_between_the_least_and_the_greatest(
    kind: str, least: Any, most: Any, inside: Any, outside: Any
) -> None:
    item = question("a", kind, extension=[limit("minValue", **least), limit("maxValue", **most)])
    key = "value" + kind[0].upper() + kind[1:]
    assert found(asked(item, *({key: value} for value in inside))) == []
    for value in outside:
        ((message, place),) = errors(asked(item, {key: value}))
        assert message in ("response-value-low", "response-value-high")
        assert place == f"{ANSWER}.value.ofType({kind})"


@pytest.mark.parametrize(
    ("value", "is_fine"),
    [("1.66", True), ("1.660", False), ("17", True), ("1E-3", False), ("0.5", True)],
)
def test_decimal_places_count_as_they_are_written(value: str, is_fine: bool) -> None:
    item = question("a", "decimal", extension=[limit("maxDecimalPlaces", valueInteger=2)])
    assert (errors(asked(item, {"valueDecimal": Decimal(value)})) == []) is is_fine


def test_texts_have_a_length_a_form_and_no_line_breaks() -> None:
    limits = [
        limit("minLength", valueInteger=2),
        limit("regex", valueString="[a-z]+"),
        limit("entryFormat", valueString="small letters"),
    ]
    item = question("a", "string", maxLength=3, extension=limits)
    assert found(asked(item, {"valueString": "abc"})) == []
    for value, expected in (
        ("a", "response-text-short"),
        ("abcd", "response-text-long"),
        ("ab1", "response-text-form"),
    ):
        place = f"{ANSWER}.value.ofType(string)"
        assert found(asked(item, {"valueString": value})) == [(expected, place)]
    (told,) = asked(item, {"valueString": "ab1"}).found
    assert "small letters" in told.text
    broken = asked(question("a", "string"), {"valueString": "a\nb"})
    assert [one.severity for one in broken.found] == ["warning"]
    assert found(asked(question("a", "text"), {"valueString": "a\nb"})) == []


def test_a_pattern_that_could_run_for_ever_is_not_applied() -> None:
    item = question("a", "string", extension=[limit("regex", valueString="(a+)+$")])
    session = asked(item, {"valueString": "a" * 40 + "!"})
    assert [one.message.id for one in session.found] == ["response-text-form-unchecked"]
    assert errors(session) == []


def kilograms(value: int, code: str = "kg", **more: Any) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "system": UCUM, "code": code, **more}}


def test_quantities_are_compared_by_their_units() -> None:
    limits = [
        limit(SDC + "minQuantity", **kilograms(1)),
        limit(SDC + "maxQuantity", **kilograms(2)),
    ]
    item = question("a", "quantity", extension=limits)
    place = f"{ANSWER}.value.ofType(Quantity)"
    assert found(asked(item, kilograms(1500, "g"))) == []
    assert errors(asked(item, kilograms(999, "g"))) == [("response-value-low", place)]
    assert errors(asked(item, kilograms(3))) == [("response-value-high", place)]
    for other in (kilograms(1, "m"), {"valueQuantity": {"value": 1, "unit": "kg"}}):
        assert errors(asked(item, other)) == [("response-quantity-not-comparable", place)] * 2


def test_units_are_among_those_that_the_question_offers() -> None:
    url = CORE + "questionnaire-unitOption"
    unit = {"url": url, "valueCoding": {"system": UCUM, "code": "kg", "display": "kilogram"}}
    item = question("a", "quantity", extension=[unit])
    assert found(asked(item, kilograms(1, unit="kilo"))) == []
    assert [one for one, _ in errors(asked(item, kilograms(1, "g")))] == ["response-quantity-unit"]


def test_units_are_in_the_value_set_of_the_question() -> None:
    url = CORE + "questionnaire-unitValueSet"
    item = question("a", "quantity", extension=[{"url": url, "valueCanonical": "http://vs"}])
    tools = FakeTools(FakeTerminology({"http://vs": {(UCUM, "kg")}}))
    assert found(asked(item, kilograms(1), tools=tools)) == []
    (message, _), *_ = errors(asked(item, kilograms(1, "g"), tools=tools))
    assert message == "response-quantity-unit-value-set"
    assert [one for one, _ in found(asked(item, kilograms(1)))] == ["response-value-set-unknown"]


def test_attachments_have_an_allowed_type_and_size() -> None:
    limits = [
        limit("mimeType", valueCode="image/*"),
        limit("mimeType", valueCode="application/pdf"),
        limit("maxSize", valueDecimal=Decimal(4)),
    ]
    item = question("a", "attachment", extension=limits)

    def attached(**attachment: Any) -> list[str]:
        return [one for one, _ in errors(asked(item, {"valueAttachment": attachment}))]

    assert attached(contentType="image/png", data="AAAAAA==") == []
    assert attached(contentType="application/pdf", size=4) == []
    assert attached(contentType="application/pdf", size=5) == ["response-attachment-size"]
    assert attached(contentType="text/plain") == ["response-attachment-type"]
    assert attached(data="AAAAAAA=") == [
        "response-attachment-type-missing",
        "response-attachment-size",
    ]


def referred(reference: str, *allowed: str, tools: FakeTools | None = None) -> list[str]:
    url = CORE + "questionnaire-referenceResource"
    extension = [{"url": url, "valueCode": name} for name in allowed]
    item = question("a", "reference", extension=extension)
    return [
        one
        for one, _ in found(asked(item, {"valueReference": {"reference": reference}}, tools=tools))
    ]


def test_references_point_at_types_that_the_question_allows() -> None:
    assert referred("Patient/1", "Patient", "Group") == []
    assert referred("https://server.example/fhir/Patient/1/_history/2", "Patient") == []
    assert referred("Organization/1", "Patient") == ["response-reference-type"]
    assert referred("Chicken/1") == ["response-reference-no-resource"]
    assert referred("urn:uuid:8ad1e2ee-8b6e-4c77-9f1d-a4b9b7e2a3c1", "Patient") == [
        "response-reference-type-unknown"
    ]
    here = FakeTools(targets={"#p": a_scope({"resourceType": "Organization"})})
    assert referred("#p", "Patient", tools=here) == ["response-reference-type"]


def test_what_a_reference_points_at_conforms_to_one_of_the_profiles() -> None:
    url = CORE + "questionnaire-referenceProfile"
    item = question(
        "a", "reference", extension=[{"url": url, "valueCanonical": f"http://p/{n}"} for n in "ab"]
    )
    broken = error("x", "invalid", "x", "x")
    fault = Found(broken, Place(None, "Patient"), broken.severity, None)
    tools = FakeTools(targets={"Patient/1": a_scope({"resourceType": "Patient"})})
    library = FakeLibrary([a_questionnaire({**item, "linkId": "a"})])
    library.structures = {"http://p/a": object(), "http://p/b": object()}  # type: ignore[dict-item]
    given = {"linkId": "a", "answer": [{"valueReference": {"reference": "Patient/1"}}]}

    def conforming() -> list[str]:
        session = a_session(tools=tools, library=library)
        check_questionnaire_response(session, a_scope(a_response(given)))
        return [one for one, _ in found(session)]

    tools.faults = {"http://p/a": [fault]}
    assert conforming() == []
    tools.faults["http://p/b"] = [fault]
    assert conforming() == ["response-reference-profile"]


def test_choices_are_among_the_options() -> None:
    item = question("a", "choice", answerOption=[option("x"), {"valueInteger": 7}])
    assert found(asked(item, coding("x"), {"valueInteger": 7})) == []
    for value in (coding("y"), coding("x", None), {"valueInteger": 8}, {"valueString": "x"}):
        assert errors(asked(item, value)) == [("response-option", ANSWER)]


def test_an_exclusive_option_stands_alone() -> None:
    exclusive = limit("questionnaire-optionExclusive", valueBoolean=True)
    item = question("a", "choice", answerOption=[option("none", exclusive), option("x")])
    assert errors(asked(item, coding("none"))) == []
    assert errors(asked(item, coding("none"), coding("x"))) == [
        ("response-option-exclusive", ANSWER)
    ]


def test_open_choices_also_take_free_text() -> None:
    item = question("a", "open-choice", answerOption=[option("x")])
    assert found(asked(item, {"valueString": "anything"})) == []
    assert found(asked(item, {"valueCoding": {"display": "anything"}})) == []
    assert found(asked(item, {"valueString": "x"})) == [("response-option-also-coded", ANSWER)]
    assert errors(asked(item, coding("y"))) == [("response-option", ANSWER)]


@pytest.mark.parametrize(
    ("constraint", "text_is_fine", "code_is_fine"),
    [
        ("optionsOnly", False, False),
        ("optionsOrString", True, False),
        ("optionsOrType", True, True),
    ],
)
def test_r5_says_how_closed_a_list_is(
    constraint: str, text_is_fine: bool, code_is_fine: bool
) -> None:
    item = question("a", "coding", answerConstraint=constraint, answerOption=[option("x")])
    assert (errors(asked(item, {"valueString": "y"})) == []) is text_is_fine
    assert (errors(asked(item, coding("y"))) == []) is code_is_fine


@pytest.mark.parametrize(
    ("kind", "key", "listed", "other"),
    [
        ("integer", "valueInteger", 1, 2),
        ("date", "valueDate", "2024-01-01", "2024-01-02"),
        ("time", "valueTime", "10:00:00", "11:00:00"),
        ("string", "valueString", "a", "b"),
    ],
)
def test_plain_types_may_have_options_too(kind: str, key: str, listed: Any, other: Any) -> None:
    item = question("a", kind, answerOption=[{key: listed}])
    assert found(asked(item, {key: listed})) == []
    assert errors(asked(item, {key: other})) == [
        ("response-option", f"{ANSWER}.value.ofType({kind})")
    ]


def test_choices_are_in_the_value_set() -> None:
    item = question("a", "choice", answerValueSet="http://vs")
    tools = FakeTools(FakeTerminology({"http://vs": {("http://codes.example", "x")}}))
    assert found(asked(item, coding("x"), tools=tools)) == []
    assert errors(asked(item, coding("y"), tools=tools)) == [("response-value-set", ANSWER)]
    for value in (coding("x", None), {"valueString": "x"}):
        assert errors(asked(item, value, tools=tools)) == []
        assert found(asked(item, value, tools=tools)) != []
    assert found(asked(item, coding("x"))) == [("response-value-set-unknown", ANSWER)]


def contained_value_set(**value_set: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A questionnaire with a contained value set, and the response that is still without one."""
    resource = {"resourceType": "ValueSet", "id": "vs", **value_set}
    item = question("a", "choice", answerValueSet="#vs")
    return a_questionnaire(item, contained=[resource]), resource


@pytest.mark.parametrize(
    ("compose", "expected"),
    [
        ({"include": [{"system": "http://codes.example", "concept": [{"code": "x"}]}]}, []),
        ({"include": [{"system": "http://codes.example", "concept": [{"code": "y"}]}]}, ["error"]),
        ({"include": [{"system": "http://other.example"}]}, ["error"]),
        ({"include": [{"system": "http://codes.example"}]}, ["warning"]),
        ({"include": [{"system": "http://codes.example", "filter": [{}]}]}, ["warning"]),
        ({"include": [{"valueSet": ["http://vs"]}]}, []),
        (
            {
                "include": [{"valueSet": ["http://vs"]}],
                "exclude": [{"system": "http://codes.example", "concept": [{"code": "x"}]}],
            },
            ["error"],
        ),
    ],
)
def test_contained_value_sets_are_read(compose: Any, expected: list[str]) -> None:
    form, _ = contained_value_set(compose=compose)
    tools = FakeTools(FakeTerminology({"http://vs": {("http://codes.example", "x")}}))
    session = a_session(form, tools=tools)
    response = a_response({"linkId": "a", "answer": [coding("x")]})
    check_questionnaire_response(session, a_scope(response))
    assert [one.severity for one in session.found] == expected


def test_a_contained_expansion_lists_codes_at_any_level() -> None:
    contains = [{"system": "http://codes.example", "code": "g", "contains": [{"code": "h"}]}]
    form, _ = contained_value_set(expansion={"contains": contains})
    for code, expected in (("g", []), ("x", [("response-value-set", ANSWER)])):
        session = a_session(form)
        check_questionnaire_response(
            session, a_scope(a_response({"linkId": "a", "answer": [coding(code)]}))
        )
        assert errors(session) == expected


def test_rules_of_the_questionnaire_are_evaluated() -> None:
    rule = limit(
        "questionnaire-constraint",
        extension=[
            {"url": "key", "valueId": "r-1"},
            {"url": "severity", "valueCode": "error"},
            {"url": "human", "valueString": "Must be so"},
            {"url": "expression", "valueString": "answer.exists()"},
        ],
    )
    tools = FakeTools(truth=lambda expression, node: node.data.get("linkId") != "a")
    session = asked(question("a", extension=[rule]), {"valueString": "x"}, tools=tools)
    assert errors(session) == [("response-constraint", "QuestionnaireResponse.item[0]")]


def test_many_options_and_many_answers_take_bounded_time() -> None:
    options = [option(f"o{index}") for index in range(3000)]
    item = question("a", "open-choice", answerOption=options)
    values = [coding(f"n{index}") for index in range(3000)]
    texts = [{"valueString": f"n{index}"} for index in range(3000)]
    assert len(errors(asked(item, *values, *texts))) == 3000
