"""What ``${...}`` does inside texts and structures."""

from datetime import UTC, date, datetime

import pytest

from conformance_cli.expressions import (
    ExpressionError,
    MissingValue,
    names_in,
    render,
    render_text,
    resolve,
)

SCOPE = {
    "now": datetime(2026, 11, 23, 10, tzinfo=UTC),
    "today": date(2026, 11, 23),
    "slot": {"id": "s1", "start": None},
    "n": 3,
    "yes": True,
}


def test_a_string_that_is_one_expression_keeps_its_type():
    assert render({"a": "${n}", "b": ["${slot}", "${slot.start}"]}, SCOPE) == {
        "a": 3,
        "b": [{"id": "s1", "start": None}, None],
    }


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("", ""),
        ("n=${n}", "n=3"),
        ("${n}${n}", "33"),
        ("${yes}!", "true!"),
        ("ge${now}", "ge2026-11-23T10:00:00+00:00"),
        ("${today}.", "2026-11-23."),
        ("$${n}", "${n}"),
        ("a$${b}${n}", "a${b}3"),
        ("${n}$${n}", "3${n}"),
        ("cost $5 {x} }", "cost $5 {x} }"),
        ("${'}'}.", "}."),
        (r"${'\'}'}.", "'}."),
        ('${"{"}}', "{}"),
    ],
)
def test_text_around_an_expression_stays(text, rendered):
    assert render_text(text, SCOPE) == rendered
    assert render([text], SCOPE) == [rendered]


def test_a_time_becomes_text_in_json_but_stays_a_time_for_other_expressions():
    assert render({"at": "${now}"}, SCOPE) == {"at": "2026-11-23T10:00:00+00:00"}
    assert resolve({"at": "${now}"}, SCOPE) == {"at": SCOPE["now"]}


def test_null_inside_a_text_is_a_missing_value():
    with pytest.raises(MissingValue, match="null cannot be put into a text"):
        render("start: ${slot.start}", SCOPE)


def test_a_mapping_inside_a_text_is_an_error():
    with pytest.raises(ExpressionError, match="json"):
        render("slot: ${slot}", SCOPE)


def test_keys_are_templates_too():
    assert render({"${slot.id}": 1}, SCOPE) == {"s1": 1}


def test_what_is_not_text_is_left_alone():
    assert render({"a": [1, 1.5, True, None]}, SCOPE) == {"a": [1, 1.5, True, None]}


def test_a_rendered_value_is_not_rendered_again():
    assert render("${x}", {"x": "${y}"}) == "${y}"


def test_literals_of_another_language_replace_every_value():
    assert (
        render({"in": "where(id = ${slot.id} and n = ${n})"}, SCOPE, literal=repr)["in"]
        == "where(id = 's1' and n = 3)"
    )
    assert render("${slot.id}", SCOPE, literal=repr) == "'s1'"


@pytest.mark.parametrize("text", ["${", "${n", "${'}", "x ${n} ${", "${}", "${ }"])
def test_an_unfinished_template_is_an_error(text):
    with pytest.raises(ExpressionError):
        render(text, SCOPE)


def test_names_are_found_in_every_corner_of_a_structure():
    structure = {"${k.one}": ["${fixture.patient-1}", {"x": "ge${now + days(each.d)}"}, 3, None]}
    assert names_in(structure) == {"k.one", "fixture.patient-1", "now", "each.d"}


def test_a_name_in_an_escaped_template_is_none():
    assert names_in("$${a.b}") == frozenset()


def test_a_value_without_a_literal_is_an_expression_error():
    def literal(value):
        raise TypeError("FHIRPath has no literal for a dict")

    with pytest.raises(ExpressionError, match="no literal for a dict"):
        render("id = ${slot}", SCOPE, literal)
