"""Units of measure, as https://ucum.org/ucum defines them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir.terminology.ucum import canonical, is_comparable, is_valid_unit


@pytest.mark.parametrize(
    "code",
    [
        "mg", "mm[Hg]", "10*3/uL", "10^3", "{score}", "/min", "1", "%", "mol/L", "[iU]/mL", "Cel",
        "10.uN.s/(cm5.m2)", "100/{cells}", "g/(8.h){shift}", "{CPM}/10*3{cell}", "4.[pi].N/A2",
        "B[10.nV]", "[m/s2/Hz^(1/2)]", "dar", "k[IU]", "'", "m2", "m+2", "m-2",
    ],
)  # fmt: skip
def test_a_code_of_the_grammar_is_a_unit(code: str) -> None:
    assert is_valid_unit(code)


@pytest.mark.parametrize(
    "code",
    [
        "", "0", "mmHg", "KG", "mg dL", " mg", "mg/", "m..s", "(m", "m)", "{a", "a}", "m{ü}", "day",
        "10*1000", "mg//L", "dadam", "k[in_i]", "(" * 40 + "m" + ")" * 40, "m." * 200 + "m",
    ],
)  # fmt: skip
def test_anything_else_is_none(code: str) -> None:
    assert not is_valid_unit(code)
    assert canonical(Decimal(1), code) is None


@pytest.mark.parametrize(
    ("value", "code", "amount", "base"),
    [
        ("1", "[in_i]", "0.0254", "m"),
        ("1", "mm[Hg]", "133322", "g.m-1.s-2"),
        ("37", "Cel", "310.15", "K"),
        ("212", "[degF]", "373.15", "K"),
        ("60", "/min", "1", "s-1"),
        ("3", "[iU]/L", "3000", "[iU].m-3"),
        ("5", "mg/dL", "50", "g.m-3"),
        ("90", "%", "0.9", "1"),
        ("3", "dB[SPL]", "0.3", "B[SPL]"),
    ],
)
def test_an_amount_is_given_in_base_units(value: str, code: str, amount: str, base: str) -> None:
    assert canonical(Decimal(value), code) == (Decimal(amount), base)


def test_only_what_measures_the_same_is_comparable() -> None:
    assert is_comparable("kg", "[lb_av]")
    assert is_comparable("N", "kg.m/s2")
    assert not is_comparable("kg", "m")
    assert not is_comparable("[iU]", "[arb'U]")
    assert not is_comparable("kg", "nonsense")


@given(st.text(alphabet="mgLs10*.^/()[]{}+-HPFa'%", max_size=30))
def test_no_text_is_too_much_for_it(code: str) -> None:
    assert (canonical(Decimal(2), code) is None) is (not is_valid_unit(code))
