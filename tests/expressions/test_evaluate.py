"""What expressions mean."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from conformance_cli.expressions import (
    Duration,
    ExpressionError,
    Lazy,
    MissingValue,
    evaluate,
    parse,
    truth,
)

NOW = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
SCOPE = {
    "now": NOW,
    "today": date(2026, 11, 23),
    "uuid": lambda: "0d2b5c1e",
    "fixture": {"patient-1": "9000000009"},
    "option": {"booking": True, "referral": False},
    "each": {"days": 15, "value": None},
    "slot": {"id": "s1", "in": "keyword", "tags": ["a", "b"], "a key": 1},
    "empty": {"text": "", "list": [], "mapping": {}, "zero": 0},
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1", 1),
        ("1.5", 1.5),
        ("-2 + 5 - 1", 2),
        ("1 - 2 - 3", -4),
        ("'a' + 'b' + 'c'", "abc"),
        (r"'it\'s'", "it's"),
        (r'"a\\b\n"', "a\\b\n"),
        ("''", ""),
        ("true and not false", True),
        ("false or null or ''", False),
        ("not 1 == 2", True),
        ("not false and false", False),
        ("true or true and false", True),
        ("1 < 2", True),
        ("2 <= 2 and 2 >= 2", True),
        ("'a' < 'b'", True),
        ("1 == true", False),
        ("0 == false", False),
        ("[1, [2]] == [1, [2]]", True),
        ("[1] == [true]", False),
        ("2 in [1, 2]", True),
        ("2 not in [1, 2]", False),
        ("'b' in 'abc'", True),
        ("'id' in slot", True),
        ("'a' if option.booking else 'b'", "a"),
        ("1 if false else 2 if false else 3", 3),
        ("(1 if true else 2) + 1", 2),
        ("fixture.patient-1", "9000000009"),
        ("fixture['patient-1']", "9000000009"),
        ("slot.in", "keyword"),
        ('slot["a key"]', 1),
        ("slot.tags[0]", "a"),
        ("slot.tags[-1]", "b"),
        ("[10, 20][1]", 20),
        ("each.value", None),
        ("default(each.value, 7)", 7),
        ("default(slot.nothing.below, 7)", 7),
        ("default(nothing, null)", None),
        ("default(slot.id, 7)", "s1"),
        ("uuid()", "0d2b5c1e"),
    ],
)
def test_an_expression_has_its_value(source, value):
    result = evaluate(source, SCOPE)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("now + days(14)", NOW + timedelta(days=14)),
        ("days(1) + now", NOW + timedelta(days=1)),
        ("now - hours(1) + minutes(2) - seconds(3)", NOW - timedelta(minutes=58, seconds=3)),
        ("today + days(each.days)", date(2026, 12, 8)),
        ("today + hours(48)", date(2026, 11, 25)),
        ("now - now", Duration(timedelta())),
        ("days(1) - hours(23) == hours(1)", True),
        ("now - instant('2026-11-22T10:00:00Z') > days(1)", True),
        ("now < now + seconds(1)", True),
        ("instant('2026-11-23T10:00:00.9+01:00')", datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        ("instant('2026-11-23')", datetime(2026, 11, 23, tzinfo=UTC)),
        ("instant(today)", datetime(2026, 11, 23, tzinfo=UTC)),
        ("instant(now)", NOW.replace(microsecond=0)),
        ("date(now)", date(2026, 11, 23)),
        ("date('2026-11-23T23:30:00-02:00')", date(2026, 11, 23)),
        ("-days(1)", Duration(timedelta(days=-1))),
    ],
)
def test_times_move_by_durations(source, value):
    assert evaluate(source, SCOPE) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("format(now, '%Y%m%dT%H:%M:%S%:z')", "20261123T10:00:00+00:00"),
        ("format(today, '%d %B %Y, 100%%')", "23 November 2026, 100%"),
        ("base64('{\"a\":1}')", "eyJhIjoxfQ=="),
        ("unbase64('w6k=')", "é"),
        ("json(slot.tags)", '["a","b"]'),
        ("json([today, null, true, 1.0])", '["2026-11-23",null,true,1.0]'),
        ("upper('aé') + lower('É')", "AÉé"),
        ("replace('a-b-c', '-', '')", "abc"),
        ("length('abc') + length([1]) + length(slot)", 8),
        ("text(1) + text(true) + text(1.5) + text(today)", "1true1.52026-11-23"),
        ("text(now)", "2026-11-23T10:00:00+00:00"),
        ("number('15') + number('0.5') + number(' -1 ')", 14.5),
        ("urlencode('a b/é|')", "a%20b%2F%C3%A9%7C"),
        ("sha256('')", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("basic('me', 'pa:ss')", "Basic bWU6cGE6c3M="),
    ],
)
def test_functions_give_text_and_numbers(source, value):
    assert evaluate(source, SCOPE) == value


def test_a_year_before_1000_keeps_four_digits():
    assert evaluate("format(x, '%Y')", {"x": date(33, 4, 3)}) == "0033"


def test_an_offset_from_utc_is_kept_when_a_time_moves():
    zone = timezone(timedelta(hours=5, minutes=30))
    moved = evaluate("text(t + days(1))", {"t": datetime(2026, 1, 1, tzinfo=zone)})
    assert moved == "2026-01-02T00:00:00+05:30"


def test_decimals_and_floats_add_up_to_a_decimal():
    assert evaluate("a + 0.2", {"a": Decimal("0.1")}) == Decimal("0.3")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("now + 1", "+ cannot join a time and a number"),
        ("'2026-11-23' + days(1)", "instant(x) makes a time of a text"),
        ("'a' + 1", "text(x) makes a text"),
        ("1 + true", "+ cannot join a number and a truth value"),
        ("'a' - 'a'", "- cannot take a text from a text"),
        ("today + hours(5)", "whole days"),
        ("-'a'", "- needs a number, not a text"),
        ("'it''s'", "unexpected"),
        ("1 < 'a'", "a number and a text have no order"),
        ("today < now", "a date and a time have no order"),
        ("null < 1", "no order"),
        ("1 in 2", "nothing can be in a number"),
        ("1 in 'a'", "a number cannot be in a text"),
        ("slot[0]", "its keys are texts"),
        ("days('1')", "days() needs a number, not a text"),
        ("days(1e9)", '"e9"'),
        ("days(99999999999)", "out of range"),
        ("now + days(99999999)", "out of range"),
        ("instant('yesterday')", "not an ISO 8601 time"),
        ("instant('2026-11-23T10:00:00')", "no offset"),
        ("date(1)", "date() needs"),
        ("format('a', '%Y')", "format() needs a time"),
        ("format(now, '%999999999Y')", "format() does not know"),
        ("format(now, '%')", "format() does not know"),
        ("unbase64('***')", "needs base64"),
        ("unbase64('/w==')", "needs base64 of UTF-8"),
        ("number('1e5')", "is not a number"),
        ("number(null)", "needs a text, not null"),
        ("replace('a', '', 'b')", "a text to look for"),
        ("length(1)", "length() needs"),
        ("basic('a:b', 'c')", "RFC 7617"),
        ("text([1])", "json(x) makes text of it"),
        ("json(days(1))", "a duration cannot stand in a document"),
        ("uuid", "write uuid()"),
    ],
)
def test_a_senseless_expression_says_what_is_wrong_with_it(source, told):
    with pytest.raises(ExpressionError) as caught:
        evaluate(source, SCOPE)
    assert told in str(caught.value)
    assert source in str(caught.value)


@pytest.mark.parametrize(
    ("source", "name", "hint"),
    [
        ("fixtur.patient-1", "fixtur", 'did you mean "fixture"?'),
        ("fixture.patient-2", "fixture.patient-2", 'did you mean "patient-1"?'),
        ("slot.tags[2]", "slot.tags.2", ""),
        ("slot.id.nothing", "slot.id.nothing", ""),
        ("each.value.x", "each.value.x", ""),
        ("slot.tags.x", "slot.tags.x", ""),
        ("1 + (2 - qqq)", "qqq", ""),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest_match(source, name, hint):
    with pytest.raises(MissingValue) as caught:
        evaluate(source, SCOPE)
    assert (caught.value.name, caught.value.hint) == (name, hint)


def test_a_minus_without_spaces_is_explained():
    with pytest.raises(MissingValue, match="operators need spaces"):
        evaluate("a-b", {"a": 1, "b": 2})


def test_uuid_needs_a_scope_that_offers_it():
    with pytest.raises(MissingValue):
        evaluate("uuid()", {})


def test_the_branch_not_taken_is_not_evaluated():
    assert evaluate("1 if true else nothing", {}) == 1
    assert evaluate("false and nothing", {}) is False
    assert evaluate("true or nothing", {}) is True


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("", True),
        ("  ", True),
        ("option.booking", True),
        ("option.referral", False),
        ("slot", True),
        ("each.value", False),
        ("empty.text or empty.list or empty.mapping or empty.zero", False),
        ("-1", True),
    ],
)
def test_a_condition_holds_unless_it_is_empty_or_null(source, holds):
    assert truth(source, SCOPE) is holds


def test_a_lazy_value_is_computed_at_each_use():
    numbers = iter(range(10))
    scope = {"n": Lazy(lambda: next(numbers)), "m": {"k": Lazy(lambda: Lazy(lambda: "end"))}}
    assert evaluate("[n, n, m.k]", scope) == [0, 1, "end"]


def test_lazy_values_in_a_circle_are_an_error():
    scope = {}
    scope["a"] = Lazy(lambda: evaluate("b", scope))
    scope["b"] = Lazy(lambda: evaluate("a", scope))
    with pytest.raises(ExpressionError, match="circle"):
        evaluate("a", scope)


def test_lazy_values_that_multiply_are_stopped():
    scope = {"v0": "x"}
    for level in range(1, 30):
        scope[f"v{level}"] = Lazy(
            lambda below=level - 1: evaluate(f"length([v{below}, v{below}, v{below}])", scope)
        )
    with pytest.raises(ExpressionError, match="too often"):
        evaluate("v29", scope)


def test_the_names_of_an_expression_are_known_without_evaluating_it():
    source = "a.b.c + d if e[0].f in [g['h'], i[j.k]] else default(now, uuid())"
    assert parse(source).names == {"a.b", "d", "e", "g.h", "i", "j.k", "now"}
