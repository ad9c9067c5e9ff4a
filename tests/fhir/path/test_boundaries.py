"""The least and greatest values that an imprecise one may stand for."""

import pytest

from conformance_cli.fhir import FhirPathError, default_fhirpath

FHIRPATH = default_fhirpath()


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1.587.lowBoundary()", [1.5865]),
        ("1.587.highBoundary(2)", [1.59]),
        ("(-1.587).lowBoundary(2)", [-1.59]),
        ("(-1.587).highBoundary(2)", [-1.58]),
        ("120.lowBoundary(2)", [119.5]),
        ("1.587.lowBoundary(32)", []),
        ("1.587.lowBoundary(-1)", []),
        ("1.587 'cm'.highBoundary(4)", [{"value": 1.5875, "unit": "cm"}]),
        ("@2014.lowBoundary()", ["2014-01-01"]),
        ("@2014.highBoundary()", ["2014-12-31"]),
        ("@2016-02.highBoundary(8)", ["2016-02-29"]),
        ("@2014.highBoundary(6)", ["2014-12"]),
        ("@2014-01-01T08.highBoundary()", ["2014-01-01T08:59:59.999-12:00"]),
        ("@2014-01-01T08:05+08:00.lowBoundary()", ["2014-01-01T08:05:00.000+08:00"]),
        ("@T10:30.highBoundary()", ["10:30:59.999"]),
        ("@T10:30.lowBoundary(4)", ["10:30"]),
        ("@2014.lowBoundary(5)", []),
        ("{}.lowBoundary()", []),
        ("1.58700.precision()", [5]),
        ("@2014-01-05T10:30:00.000.precision()", [17]),
        ("@T10:30.precision()", [4]),
        ("@2014.precision()", [4]),
        ("period.start.lowBoundary() < period.end.highBoundary()", [True]),
        ("birthDate.highBoundary()", ["1970-12-31"]),
        ("period.start.highBoundary()", ["2020-01-31T23:59:59.999-12:00"]),
    ],
)
def test_a_boundary_is_half_a_digit_or_a_whole_part_away(expression, result):
    body = {
        "resourceType": "Patient",
        "birthDate": "1970",
        "period": {"start": "2020-01", "end": "2020"},
    }
    # the type of an element that is not in the model is not known, so it is given here
    body = {**body, "identifier": [{"period": body.pop("period")}]}
    assert FHIRPATH.evaluate(expression.replace("period.", "identifier.period."), body) == result


@pytest.mark.parametrize(
    "expression", ["'a'.lowBoundary()", "(1 | 2).highBoundary()", "'a'.precision()"]
)
def test_only_single_numbers_quantities_and_times_have_boundaries(expression):
    with pytest.raises(FhirPathError):
        FHIRPATH.evaluate(expression, {})
