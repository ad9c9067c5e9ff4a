"""``body``, ``resource-type``, ``json-schema``, and bodies made to do harm."""

import pytest

from conformance_cli.checks.parsing import parse_body
from conformance_cli.model.exchange import FailureKind, TransportFailure
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import REFUSED, exchange, judge

FAULTY = [
    (b"", "the body is empty"),
    (b" \n", "the body is empty"),
    (b"{", "not JSON: Expecting property name"),
    (b'{"a": NaN}', "not JSON: NaN is no JSON number"),
    (b"[Infinity, -Infinity]", "not JSON: Infinity is no JSON number"),
    (b'{"a": 1, "b": {"c": 1, "c": 2}}', 'not JSON: the name "c" stands twice in one object'),
    (b'{"a": "\xff"}', "not UTF-8: byte 7 is wrong"),
    ('{"a": "é"}'.encode("latin-1"), "not UTF-8"),
    ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
    (b'{"a": "\\ud800"}', "not Unicode: a text holds half a surrogate pair"),
    (b'{"\\udc00": 1}', "not Unicode"),
    (b'{"a": "\x00"}', "not JSON: Invalid control character"),
    (b"{}\x00", "not JSON: Extra data"),
    (b"<html></html>", "not JSON: Expecting value at line 1 column 1"),
    (b"{'a': 1}", "not JSON"),
    (b'{"a": 01}', "not JSON"),
    (b'{"a": 1,}', "not JSON"),
]
BEYOND = [
    (b"[" * 100_000 + b"]" * 100_000, "nests more than 200 deep"),
    (b'{"a":' * 100_000, "nests more than 200 deep"),
    (b"[" * 201 + b"]" * 201, "nests more than 200 deep"),
    (b"[" + b"9" * 1001 + b"]", "more than 1000 digits"),
    (b"[1e999]", "which no double can hold"),
    (b"[" + b"{}," * 300_000 + b"{}]", "holds more than 250000 values"),
]


@pytest.mark.parametrize(("raw", "problem"), FAULTY, ids=range(len(FAULTY)))
def test_a_faulty_body_fails_and_says_why(raw, problem):
    finding = judge("body", "json", exchange(raw))
    assert finding.verdict is Verdict.FAIL
    assert finding.expected == "well-formed JSON without duplicate names"
    assert finding.actual.startswith(problem)
    assert finding.where == "body"


@pytest.mark.parametrize(("raw", "problem"), BEYOND, ids=range(len(BEYOND)))
def test_a_body_beyond_our_bounds_is_our_error(raw, problem):
    finding = judge("body", "json", exchange(raw))
    assert finding.verdict is Verdict.ERROR
    assert finding.reason.cause is Cause.TOOL
    assert problem in finding.reason.text


@pytest.mark.parametrize("raw", [case[0] for case in FAULTY + BEYOND], ids=lambda raw: raw[:12])
@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        ("resource-type", "Bundle"),
        ("fhirpath", "Bundle.id.exists()"),
        ("each", {"in": "Bundle.entry", "satisfies": "true"}),
        ("none", {"in": "Bundle.entry"}),
        ("unique", {"in": "Bundle.entry"}),
        ("references-resolve", {"in": "Bundle.entry"}),
        ("operation-outcome", {"code": "X"}),
        ("json-schema", "s"),
        ("no-match", {"in": "Bundle.id", "patterns": ["x"]}),
    ],
)
def test_no_check_passes_or_breaks_on_a_body_that_is_no_json(kind, argument, raw):
    finding = judge(kind, argument, exchange(raw), schema=lambda _: {})
    assert finding.verdict in (Verdict.FAIL, Verdict.ERROR)
    assert len(finding.actual) <= 300


@pytest.mark.parametrize(
    "raw",
    [b"null", b"5", b'"text"', b"[]", b"{}", b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\\\ud800"'],
)
def test_any_json_value_is_well_formed(raw):
    assert judge("body", "json", exchange(raw)).verdict is Verdict.PASS


def test_200_levels_are_within_bounds():
    assert judge("body", "json", exchange(b"[" * 200 + b"]" * 200)).verdict is Verdict.PASS


def test_a_byte_order_mark_is_a_fault_that_other_checks_pass_over():
    raw = b'\xef\xbb\xbf{"resourceType": "Bundle"}'
    assert judge("body", "json", exchange(raw)).actual == "begins with a byte order mark"
    assert judge("resource-type", "Bundle", exchange(raw)).verdict is Verdict.PASS


def test_numbers_stay_as_they_were():
    value = parse_body(b'{"a": 1, "b": 1.0, "c": -0.5e2, "d": 12345678901234567890}').value
    assert [type(v) for v in value.values()] == [int, float, float, int]
    assert value["d"] == 12345678901234567890


def test_a_huge_text_is_read_in_no_time():
    raw = b'{"resourceType": "Bundle", "id": "' + b"x" * 5_000_000 + b'"}'
    finding = judge("fhirpath", "Bundle.id.length() = 5000000", exchange(raw))
    assert finding.verdict is Verdict.PASS


def test_a_body_is_read_once():
    from tests.checks.exchanges import subject

    looked_at = subject(exchange({"a": 1}))
    assert looked_at.body() is looked_at.body(looked_at.exchange)


@pytest.mark.parametrize(
    ("argument", "raw", "verdict", "actual"),
    [
        ("present", b"x", Verdict.PASS, "1 bytes"),
        ("present", b"", Verdict.FAIL, "no body"),
        ("present", b"  ", Verdict.FAIL, "2 bytes"),
        ("absent", b"", Verdict.PASS, "no body"),
        ("absent", b"{}", Verdict.FAIL, "2 bytes"),
    ],
)
def test_a_body_is_there_or_not(argument, raw, verdict, actual):
    finding = judge("body", argument, exchange(raw))
    assert (finding.verdict, finding.actual) == (verdict, actual)


@pytest.mark.parametrize(
    ("body", "actual"),
    [
        ({"resourceType": "OperationOutcome"}, "OperationOutcome"),
        ({"a": 1}, "an object without resourceType"),
        ({"resourceType": ["Bundle"]}, "an object without resourceType"),
        ([], "a list of 0"),
        ("Bundle", '"Bundle"'),
        (None, "nothing"),
    ],
)
def test_another_resource_fails_with_what_it_is(body, actual):
    finding = judge("resource-type", ["Bundle", "Patient"], exchange(body))
    assert finding.verdict is Verdict.FAIL
    assert (finding.expected, finding.actual) == ("Bundle or Patient", actual)
    assert finding.where == "resourceType"


SCHEMA = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": {"enum": ["free", "busy"]},
        "ids": {"uniqueItems": True, "items": {"pattern": "^[a-z]+$"}},
        "remote": {"$ref": "https://elsewhere.test/schema.json"},
        "slow": {"pattern": "(a+)+$"},
    },
}


@pytest.mark.parametrize(
    ("body", "actual", "where"),
    [
        ({"status": "held"}, "/status: 'held' is not one of ['free', 'busy']", "/status"),
        ({}, "the body: 'status' is a required property", "the body"),
        (
            {"status": "free", "ids": ["a", "B"]},
            "/ids/1: does not match '^[a-z]+$'",
            "/ids/1",
        ),
        ({"status": "free", "ids": ["a", "a"]}, "/ids: has non-unique items", "/ids"),
    ],
)
def test_a_body_that_breaks_its_schema_is_told_where(body, actual, where):
    finding = judge("json-schema", "slot", exchange(body), schema=lambda _: SCHEMA)
    assert finding.verdict is Verdict.FAIL
    assert (finding.actual, finding.where) == (actual, where)
    assert finding.expected == "valid against slot"


def test_a_valid_body_passes_its_schema():
    finding = judge("json-schema", "slot", exchange({"status": "free"}), schema=lambda _: SCHEMA)
    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize("body", [{"status": "free", "remote": 1}, {"status": "free", "slow": "a"}])
def test_a_schema_fetches_nothing_and_cannot_run_away(body):
    finding = judge("json-schema", "slot", exchange(body), schema=lambda _: SCHEMA)
    assert finding.verdict is Verdict.ERROR
    assert finding.reason.cause is Cause.TOOL


def test_a_missing_schema_is_an_error():
    assert judge("json-schema", "slot", exchange({})).verdict is Verdict.ERROR


def test_many_equal_items_are_found_quickly():
    body = {"status": "free", "ids": ["a"] * 100_000}
    finding = judge("json-schema", "slot", exchange(body), schema=lambda _: SCHEMA)
    assert finding.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        ("body", "json"),
        ("resource-type", "Bundle"),
        ("fhirpath", "true"),
        ("header", {"A": "present"}),
        ("media-type", "a/b"),
        ("operation-outcome", {}),
        ("no-match", {"patterns": ["x"]}),
        ("none", {"in": "a"}),
    ],
)
@pytest.mark.parametrize(
    "failure",
    [REFUSED, TransportFailure(FailureKind.TOO_LARGE, "the body has more than 32 MiB")],
)
def test_without_a_response_every_check_is_an_error(kind, argument, failure):
    finding = judge(kind, argument, exchange(failure=failure))
    assert finding.verdict is Verdict.ERROR
    assert finding.reason.cause is Cause.TRANSPORT
