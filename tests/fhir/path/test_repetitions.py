"""Patterns whose repetitions nest are allowed where a text is cut in one way only."""

import time

import pytest

from conformance_cli.fhir.path.patterns import PatternError, compile_pattern

_NAME = r"[^\s\.:\[\]]{1,64}"
DELIMITED = [
    rf"{_NAME}(\.{_NAME}(\[x\])?(\:[^\s\.]+)?)*",
    r"^[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x])?)*$",
    r"^(/[^/]*)*$",
    r"^(\.a+)*b+$",
]


@pytest.mark.parametrize("pattern", DELIMITED)
def test_a_repetition_that_begins_with_a_mark_of_its_own_may_hold_others(pattern: str) -> None:
    compiled = compile_pattern(pattern)
    for text in (".aaa" * 250, "A" + ".aaaa" * 200 + "!", "/aaaa" * 200 + "\n", "." * 1000):
        started = time.perf_counter()
        compiled.found_in(text)
        assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "pattern",
    [
        r"(\.a(\.a)?)*(\.a*)*(a*)*",
        r"(\.a*a*)*$",
        r"^(\.a+\.?)*$",
        r"(\.[a-z.]*)*",
        r"((\.a*)*b)*x",
        r"(\.a*(b*a)?)*$",
        r"(\.(a*)*)*",
        r"(\.A*a?)*$",
    ],
)
def test_one_whose_mark_may_stand_inside_or_whose_parts_overlap_may_not(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)
