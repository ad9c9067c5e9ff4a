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


@pytest.mark.parametrize(
    "pattern",
    [
        "(.*a){20}$",
        "(a{1,30}){1,30}$",
        "([a-z]{2,3})*!",
        "(a|a){30}$",
        "(a|a){99}$",
        "(a|ab){20}c",
        r"(\w{1,30}\s?){1,30}$",
        "((a{1,2}){1,2}){1,9}b",
        "(?:a?){30}a{30}",
        "a?" * 25 + "a" * 25,
    ],
)
def test_finite_repetitions_may_not_share_out_a_text_in_countless_ways(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"([0-9]{1,3}\.){3}[0-9]{1,3}", "192.168.0.1"),
        (r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", "LS1 4AP"),
        ("[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", "2024-02-29"),
        ("(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "0" * 8 + "-0000" * 4 + "0" * 8),
        (r"(a|b|c){1,20}", "abcabc"),
        (r"([a-z]{1,9}:){2,5}x", "ab:cd:x"),
    ],
)  # fmt: skip
def test_those_that_are_told_apart_by_the_next_character_may(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).matches(text)


def test_the_more_ways_there_are_the_less_text_is_searched() -> None:
    plain, several = compile_pattern("a[a-z]*b"), compile_pattern("a[a-z]*b(c?d?e?f?){1,2}")
    assert several.ways > 1
    assert several.longest < plain.longest
