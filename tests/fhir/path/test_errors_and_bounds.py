"""Wrong expressions say so, and no expression or body can hang the tool."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_cli.fhir import FhirPathError, default_fhirpath

FHIRPATH = default_fhirpath()


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", "an expression is missing"),
        ("Patient.name )", "column 14"),
        ("Patient.name given", "'given' does not belong there"),
        ("name.first(", "column 12"),
        ("1 +", "column 4"),
        ("'open", "a text is not closed"),
        ("a = = b", "column 5"),
        ("a\n. .b", "line 2"),
        ("a ? b", "column 3"),
        ("name.frist()", 'there is no function frist(); did you mean "first"?'),
        ("name.where()", "where() cannot have 0 arguments"),
        ("name.first(1)", "first() cannot have 1 arguments"),
        ("now() > @2020", "write ${now}"),
        ("name.ofType('Patient')", "the name of a type"),
        ("@2026-02-30", "is no date"),
        ("2 + 2 /* not finished", "column"),
        ("a" * 10_000, "longer than"),
        ("(" * 100 + "a" + ")" * 100, "nest more than"),
    ],
)
def test_check_says_what_is_wrong_and_where(expression, told):
    with pytest.raises(FhirPathError) as caught:
        FHIRPATH.check(expression)
    assert told in str(caught.value)
    with pytest.raises(FhirPathError):
        FHIRPATH.evaluate(expression, {})


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("%nothing", "there is no variable %nothing"),
        ("('a' | 'b').startsWith('a')", "one text is needed, and there are 2"),
        ("(1 | 2).single()", "one value is needed"),
        ("1 < 'a'", "have no order"),
        ("true > false", "have no order"),
        ("1 + 'a'", "+ needs two numbers"),
        ("(1 | 2) and true", "one Boolean"),
        ("1.startsWith('a')", "a text is needed"),
        ("'a'.matches('(a+)+')", "repetitions nest"),
        ("'a'.matches('(')", "bad pattern"),
        ("1 is Pateint", "there is no type Pateint"),
        ("ofType(Pateint)", "there is no type Pateint"),
        ("@2026 + 1 'mg'", "no unit of time"),
        ("@9999-12-31 + 1 day", "out of range"),
        ("@T10:00 < @2026", "time of day"),
        ("iif('text', 1, 2)", "iif() needs a Boolean"),
        ("(1 | 2).allTrue()", "must be a Boolean"),
        ("'zz'.decode('hex')", "is not hex"),
    ],
)
def test_an_error_while_evaluating_names_the_expression(expression, told):
    with pytest.raises(FhirPathError) as caught:
        FHIRPATH.evaluate(expression, {})
    assert told in str(caught.value)
    assert expression in str(caught.value)


@pytest.mark.parametrize(
    "expression",
    [
        "repeat(iif(true, $this.toString() & 'x', {}))",
        "('x').repeat($this & $this)",
        "Bundle.entry.where(%resource.entry.where(%resource.entry.exists(id = 'z')).exists())",
        "Bundle.entry.select(%resource.entry).select(%resource.entry).count()",
        "Bundle.entry.aggregate($total.combine($total | 'a' | 'b'), %resource.entry)",
        "Bundle.entry.aggregate($total & $total, 'xxxxxxxxxxxxxxxx')",
        "Bundle.entry.aggregate($total * $total, 3)",
    ],
)
def test_an_expression_that_would_go_on_for_ever_is_stopped(expression):
    bundle = {"resourceType": "Bundle", "entry": [{"id": str(i)} for i in range(3000)]}
    started = time.perf_counter()
    with pytest.raises(FhirPathError):
        FHIRPATH.evaluate(expression, bundle)
    assert time.perf_counter() - started < 20


def test_nested_criteria_cost_no_exponential_time():
    expression = "a" + ".where(a" * 20 + ".exists()" + ")" * 20
    body = {}
    inner = body
    for _ in range(25):
        inner["a"] = {}
        inner = inner["a"]
    started = time.perf_counter()
    FHIRPATH.evaluate(expression, body)
    assert time.perf_counter() - started < 5


def test_a_large_bundle_takes_linear_time():
    entry = {"resource": {"resourceType": "Slot", "identifier": [{"value": "x"}], "status": "free"}}
    bundle = {"resourceType": "Bundle", "entry": [entry] * 20_000}
    started = time.perf_counter()
    path = "Bundle.entry.resource.ofType(Slot).identifier.value.count()"
    assert FHIRPATH.evaluate(path, bundle) == [20_000]
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": 5, "id": {"a": []}},
        {"resourceType": ["Patient"], "name": "x"},
        {"resourceType": "Patient", "name": [None, 5, ["x"], {"given": {"a": 1}}]},
        {"resourceType": "Bundle", "entry": {"resource": "x"}},
        {"resourceType": "Bundle", "entry": [{"resource": [{"resourceType": "Slot"}]}]},
        {"resourceType": "Patient", "_name": [1], "extension": "x", "_birthDate": 7},
        {"resourceType": "Patient", "birthDate": "\ud800", "extension": [{"url": 5}]},
        {"resourceType": "NoSuchType", "a-b": 10**400},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "expression",
    [
        "descendants()",
        "Patient.name.given.first() | Bundle.entry.resource.ofType(Slot).id",
        "extension('x').value | birthDate.extension('y').value",
        "entry.resource.schedule.resolve()",
        "birthDate < @2026 or birthDate = id",
        "repeat(children()).isDistinct()",
        "type()",
    ],
)
def test_an_absurd_body_gives_a_result_or_a_fhirpath_error(body, expression):
    try:
        result = FHIRPATH.evaluate(expression, body)
    except FhirPathError:
        return
    assert isinstance(result, list)


_WORDS = """name . ( ) [ ] where first 'a' 1 1.5 @2026-11 = and or + - { } $this %x is Patient
| , ` ' \\ iif ~ !~ >= in contains mod @T10:00 %sct // /* */ 1 year"""
_PIECES = st.sampled_from(_WORDS.split())


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=15).map(" ".join)))
def test_any_text_evaluates_or_is_a_fhirpath_error(expression):
    try:
        result = FHIRPATH.evaluate(expression, {"resourceType": "Patient", "name": [{"a": "b"}]})
    except FhirPathError:
        return
    assert isinstance(result, list)
