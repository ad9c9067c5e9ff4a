"""``no-match``, NHS numbers, and patterns that endpoint text cannot turn against us."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.checks.nhs_number import is_nhs_number, nhs_numbers
from conformance_cli.fhir.path import patterns
from conformance_cli.fhir.path.patterns import PatternError, compile_pattern
from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import exchange, judge

NHS_NUMBER = "9434765919"
DIAGNOSTICS = "OperationOutcome.issue.diagnostics"


def outcome(*diagnostics):
    issues = [{"diagnostics": text} for text in diagnostics]
    return exchange({"resourceType": "OperationOutcome", "issue": issues})


def test_text_that_must_not_be_there_fails_without_being_repeated():
    body = outcome("fine", "Traceback (most recent call last): Smith")
    argument = {"in": DIAGNOSTICS, "patterns": ["Exception in", "Traceback"]}
    finding = judge("no-match", argument, body)
    assert finding.verdict is Verdict.FAIL
    assert finding.expected == 'no text matching "Exception in" or text matching "Traceback"'
    assert finding.actual == 'text matching "Traceback"'
    assert finding.where == f"{DIAGNOSTICS}[1]"


def test_other_text_passes():
    argument = {"in": DIAGNOSTICS, "patterns": ["Traceback"], "nhs-numbers": True}
    assert judge("no-match", argument, outcome("fine 1234567890")).verdict is Verdict.PASS
    assert judge("no-match", argument, outcome()).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "text", [f"for {NHS_NUMBER}.", "NHS 943 476 5919", "943-476-5919", f"Patient/{NHS_NUMBER}"]
)
def test_an_nhs_number_is_found_however_it_is_written_and_not_repeated(text):
    argument = {"in": DIAGNOSTICS, "nhs-numbers": True}
    finding = judge("no-match", argument, outcome(text))
    assert (finding.verdict, finding.actual) == (Verdict.FAIL, "a valid NHS number")
    assert "943" not in finding.actual + finding.title + finding.where


def test_the_whole_body_is_searched_even_where_it_is_no_json():
    argument = {"in": "whole", "patterns": ["at [a-z.]+\\([A-Za-z]+\\.java:"]}
    body = exchange(b"<pre>\xff at com.x(Y.java:3)</pre>", status=500)
    finding = judge("no-match", argument, body)
    assert (finding.verdict, finding.where) == (Verdict.FAIL, "body")


def test_an_element_is_not_named_by_its_id_for_that_may_be_the_very_number():
    body = exchange({"resourceType": "Bundle", "entry": [{"id": NHS_NUMBER}]})
    finding = judge("no-match", {"in": "Bundle.entry", "nhs-numbers": True}, body)
    assert (finding.verdict, finding.where) == (Verdict.FAIL, "Bundle.entry[0]")


def test_numbers_and_names_of_an_element_are_searched_too():
    body = exchange({"resourceType": "Basic", "x": {"secret-key": [9434765919]}})
    for argument in ({"in": "x", "patterns": ["secret"]}, {"in": "x", "nhs-numbers": True}):
        assert judge("no-match", argument, body).verdict is Verdict.FAIL


@pytest.mark.parametrize("number", [NHS_NUMBER, "9000000009", "9876544321"[:9] + "1", "4010232137"])
def test_a_number_with_the_right_check_digit_is_an_nhs_number(number):
    weighted = sum((10 - i) * int(d) for i, d in enumerate(number[:9]))
    assert is_nhs_number(number) == ((11 - weighted % 11) % 11 == int(number[9]))


def test_known_numbers_are_told_apart():
    assert is_nhs_number("9434765919")
    assert is_nhs_number("4010232137")
    assert not is_nhs_number("9434765918")
    assert not is_nhs_number("987654432")
    assert not is_nhs_number("٩٤٣٤٧٦٥٩١٩")


@given(st.integers(0, 999_999_999))
def test_at_most_one_check_digit_is_right(stem):
    valid = [d for d in range(10) if is_nhs_number(f"{stem:09d}{d}")]
    assert len(valid) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "1" + NHS_NUMBER,
        NHS_NUMBER + "1",
        "a" + NHS_NUMBER,
        "94 34 76 59 19",
        "943 476-5919",
        "9434-765919",
    ],
)
def test_digits_within_something_longer_are_no_nhs_number(text):
    assert list(nhs_numbers(text)) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        "([a-z]+)*$",
        "(?:a+b?)+",
        "(a|aa)+",
        "(a|a?)+",
        "(.*a){20,}",
        "((ab)+c)*",
        "(x+x+)+y",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "a.*b.*c.*d.*e",
        "(",
        "[",
        "a" * 3000,
        "(?P<x>a)(?P<x>b)",
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{10}",
        "https://fhir\\.nhs\\.uk/.*",
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "(?:GET|POST)(?:, (?:GET|POST))*",
        "Traceback|Exception in|at .*\\.java:",
        'W/"[^"]*"',
        "(?i)bearer [a-z0-9._-]+",
    ],
)
def test_an_ordinary_pattern_is_taken(pattern):
    assert compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a.*b", "a"),
        ("a.*a.*b", "a"),
        ("a.*a.*a.*b", "a"),
        ("a+a+b", "a"),
        ("[^,]*,[^,]*,[^,]*,[^,]*,z", ","),
        ("[a-z]+@[a-z]+\\.test", "a"),
        ("\\s+x", " "),
    ],
)
@pytest.mark.parametrize("attempt", ["occurs", "matches", "found_in"])
def test_endpoint_text_cannot_make_a_pattern_hang(monkeypatch, pattern, text, attempt):
    monkeypatch.setattr(patterns, "_PATIENCE", 0.1)
    compiled = compile_pattern(pattern)
    started = time.perf_counter()
    for size in (250, 1000, 1 << 18):
        with suppress(PatternError):
            assert not getattr(compiled, attempt)(text * size)
    assert time.perf_counter() - started < 30


def test_a_text_too_long_for_a_pattern_is_an_error_not_a_verdict():
    with pytest.raises(PatternError, match="too long for"):
        compile_pattern("a.*b.*c.*d").matches("a" * 2000)
    finding = judge("value", {"of": "a" * 2000, "matches": "a.*b.*c.*d"}, exchange())
    assert finding.verdict is Verdict.ERROR


def test_repetitions_that_end_at_one_place_only_do_not_multiply():
    assert compile_pattern("[^/]*/[^/]*/[^/]*/[^/]*/x").matches("a/" * 4 + "x")
    assert compile_pattern("[0-9]+-[0-9]+-[0-9]+").matches("1-2-3")


def test_a_match_across_two_pieces_is_found():
    compiled = compile_pattern("need+le")
    for offset in (16_380, 16_383, 14_334, 100_000):
        assert compiled.occurs("x" * offset + "needle" + "x" * 100_000)
    assert not compiled.occurs("x" * 300_000)
