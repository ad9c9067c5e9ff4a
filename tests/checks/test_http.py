"""``status``, ``statuses``, ``header`` and ``media-type``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.model.exchange import FailureKind, TransportFailure
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import REFUSED, exchange, judge

OUTCOME = {"resourceType": "OperationOutcome"}


@pytest.mark.parametrize("argument", [400, "400", [400, 422], "4xx", ["5xx", "4XX"]])
def test_a_status_that_is_accepted_passes(argument):
    assert judge("status", argument, exchange(status=400)).verdict is Verdict.PASS


def test_a_status_that_is_not_accepted_fails_and_says_what_came():
    finding = judge("status", [400, 422], exchange(OUTCOME, status=404))
    assert finding.verdict is Verdict.FAIL
    assert finding.title == "The status is 400 or 422"
    assert finding.expected == "HTTP 400 or 422"
    assert finding.actual == "HTTP 404 (OperationOutcome)"
    assert finding.where == "status"


@given(st.integers(100, 599), st.sets(st.integers(100, 599), min_size=1, max_size=5))
def test_exactly_the_accepted_statuses_pass(status, accepted):
    finding = judge("status", sorted(accepted), exchange(status=status))
    assert (finding.verdict is Verdict.PASS) == (status in accepted)


@given(st.integers(100, 599), st.integers(1, 5))
def test_a_family_is_its_hundred(status, family):
    finding = judge("status", f"{family}xx", exchange(status=status))
    assert (finding.verdict is Verdict.PASS) == (status // 100 == family)


def test_no_response_is_an_error_and_never_a_failure():
    finding = judge("status", 200, exchange(failure=REFUSED))
    assert finding.verdict is Verdict.ERROR
    assert finding.reason.cause is Cause.TRANSPORT
    assert finding.reason.text == "no response (connect): connection refused"
    assert finding.reason.remedy == "is the endpoint running?"


def test_every_exchange_of_a_repeated_step_must_have_the_status():
    finding = judge("status", 200, exchange(), exchange(status=500), exchange())
    assert (finding.verdict, finding.exchange) == (Verdict.FAIL, 1)
    assert judge("status", 200, exchange(), exchange()).verdict is Verdict.PASS


def test_a_failure_outweighs_a_lost_exchange():
    lost = exchange(failure=REFUSED)
    assert judge("status", 200, lost, exchange(status=500)).verdict is Verdict.FAIL
    assert judge("status", 200, exchange(), lost).verdict is Verdict.ERROR


def test_statuses_of_a_race_may_come_in_any_order():
    race = exchange(status=409), exchange(status=201)
    assert judge("statuses", [[200, 409], [201, 409]], *race).verdict is Verdict.PASS
    assert judge("statuses", [["2xx", "4xx"]], *race).verdict is Verdict.PASS
    assert judge("statuses", [["4xx", "4xx"], [201]], *race).verdict is Verdict.FAIL


def test_a_race_that_both_win_fails():
    finding = judge("statuses", [[200, 409], [200, 425]], exchange(), exchange())
    assert finding.verdict is Verdict.FAIL
    assert finding.expected == "HTTP 200 and 409 or 200 and 425, in any order"
    assert finding.actual == "HTTP 200 and 200"


def test_a_race_with_a_lost_exchange_is_an_error_that_names_it():
    finding = judge("statuses", [[200, 409]], exchange(), exchange(failure=REFUSED))
    assert (finding.verdict, finding.exchange) == (Verdict.ERROR, 1)


@pytest.mark.parametrize(
    ("argument", "headers", "verdict", "actual", "where"),
    [
        ({"Allow": "present"}, [("allow", "GET")], Verdict.PASS, "Allow: GET", ""),
        ({"Allow": "present"}, [], Verdict.FAIL, "no Allow header", "Allow"),
        ({"Allow": "present"}, [("Allow", "")], Verdict.FAIL, "Allow:", "Allow"),
        ({"Server": "absent"}, [("Server", "x/1")], Verdict.FAIL, "Server: x/1", "Server"),
        ({"Server": "absent"}, [], Verdict.PASS, "no Server header", ""),
        ({"ETag": 'W/"1"'}, [("ETag", 'W/"1"')], Verdict.PASS, 'ETag: W/"1"', ""),
        ({"Content-Length": 0}, [("Content-Length", "0")], Verdict.PASS, "Content-Length: 0", ""),
        (
            {"Cache-Control": {"contains": "NO-STORE", "ignore-case": True}},
            [("Cache-Control", "no-cache"), ("cache-control", "no-store")],
            Verdict.PASS,
            "Cache-Control: no-cache, no-store",
            "",
        ),
        (
            {"A": "1", "B": "2"},
            [("A", "1"), ("B", "3")],
            Verdict.FAIL,
            "B: 3",
            "B",
        ),
    ],
)
def test_headers_match_by_name_in_any_case(argument, headers, verdict, actual, where):
    finding = judge("header", argument, exchange(headers=headers))
    assert (finding.verdict, finding.actual, finding.where) == (verdict, actual, where)


def test_a_header_finding_says_what_was_expected():
    finding = judge("header", {"Cache-Control": {"contains": "no-store"}}, exchange())
    assert finding.expected == 'Cache-Control: containing "no-store"'
    assert finding.title == 'The response has the header Cache-Control: containing "no-store"'


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("application/fhir+json", Verdict.PASS),
        ("Application/FHIR+json; charset=utf-8; version=1.0.0", Verdict.PASS),
        ("application/json", Verdict.FAIL),
        ("application/fhir+jsonx", Verdict.FAIL),
        ("text/html;application/fhir+json", Verdict.FAIL),
    ],
)
def test_a_media_type_is_compared_without_its_parameters(value, verdict):
    finding = judge(
        "media-type", "application/fhir+json", exchange(headers=[("Content-Type", value)])
    )
    assert finding.verdict is verdict
    assert finding.expected == "Content-Type application/fhir+json"
    assert finding.actual == f"Content-Type: {value}"


def test_a_missing_media_type_fails():
    finding = judge("media-type", ["a/b", "c/d"], exchange())
    assert (finding.actual, finding.where) == ("no Content-Type header", "Content-Type")
    assert finding.expected == "Content-Type a/b or c/d"


P50, P90 = {"under": 100, "percentile": 50}, {"under": 100, "percentile": 90}


@pytest.mark.parametrize(
    ("argument", "elapsed", "verdict", "actual"),
    [
        ({"under": 5000}, [4999.4], Verdict.PASS, "4999 ms"),
        ({"under": 5000}, [5000.0], Verdict.FAIL, "5000 ms"),
        ({"under": 100}, [50, 150, 120], Verdict.FAIL, "150 ms (of 3 requests)"),
        (P50, [50, 150, 60], Verdict.PASS, "60 ms (of 3 requests; 50th percentile)"),
        (P90, [*[80] * 18, 150, 160], Verdict.PASS, "80 ms (of 20 requests; 90th percentile)"),
        (P90, [*[80] * 17, 140, 150], Verdict.FAIL, "140 ms (of 19 requests; 90th percentile)"),
        (P90, [150], Verdict.FAIL, "150 ms"),
    ],
)
def test_durations_are_compared_in_milliseconds(argument, elapsed, verdict, actual):
    finding = judge("duration", argument, *(exchange(elapsed=ms) for ms in elapsed))
    assert (finding.verdict, finding.actual) == (verdict, actual)


TIMEOUT = TransportFailure(FailureKind.TIMEOUT, "nothing came within 5 s")


def test_a_timeout_beyond_the_limit_breaks_it():
    finding = judge("duration", {"under": 5000}, exchange(failure=TIMEOUT, elapsed=5003))
    assert (finding.verdict, finding.actual) == (Verdict.FAIL, "no response within 5003 ms")


def test_a_timeout_within_the_limit_decides_nothing():
    finding = judge("duration", {"under": 9000}, exchange(failure=TIMEOUT, elapsed=5003))
    assert finding.verdict is Verdict.ERROR


def test_a_timeout_counts_as_slowest_in_a_percentile():
    quick = [exchange(elapsed=5) for _ in range(9)]
    late = exchange(failure=TIMEOUT, elapsed=5000)
    assert judge("duration", {"under": 100, "percentile": 90}, *quick, late).verdict is Verdict.PASS
    finding = judge("duration", {"under": 100, "percentile": 100}, *quick, late)
    assert (finding.verdict, finding.exchange) == (Verdict.FAIL, 9)


def test_a_lost_exchange_makes_a_duration_an_error():
    finding = judge("duration", {"under": 100}, exchange(), exchange(failure=REFUSED))
    assert (finding.verdict, finding.exchange) == (Verdict.ERROR, 1)
