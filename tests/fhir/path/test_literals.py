"""A Python value becomes a FHIRPath literal that means the same, whatever it holds."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir import default_fhirpath, literal

FHIRPATH = default_fhirpath()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", r"'it\'s'"),
        ("a\\b\n\x00", r"'a\\b\n\u0000'"),
        ("2026-11-23", "'2026-11-23'"),
        (True, "true"),
        (5, "5"),
        (-5, "(-5)"),
        (1.5, "1.5"),
        (Decimal("1.50"), "1.50"),
        (1e21, "1000000000000000000000"),
        (date(2026, 11, 23), "@2026-11-23"),
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "@2026-11-23T10:00:00+00:00"),
        (None, "{}"),
        ([], "{}"),
        (["a", 1], "('a' | 1)"),
    ],
)
def test_a_value_has_its_literal(value, text):
    assert literal(value) == text


@pytest.mark.parametrize("value", [{"a": 1}, object(), float("nan"), float("inf")])
def test_what_has_no_literal_is_refused(value):
    with pytest.raises(TypeError):
        literal(value)


@given(st.text())
def test_a_text_cannot_break_out_of_its_literal(value):
    assert FHIRPATH.evaluate(literal(value), {}) == [value]


@given(st.integers(-(10**12), 10**12) | st.booleans())
def test_numbers_and_booleans_come_back_as_they_were(value):
    assert FHIRPATH.evaluate(literal(value), {}) == [value]


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_time_is_equal_to_its_own_text(value):
    value = value.replace(microsecond=0)
    body = {"at": value.isoformat()}
    assert FHIRPATH.evaluate(f"at = {literal(value)}", body) == [True]
