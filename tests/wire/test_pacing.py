"""Requests follow one another no faster than was asked, by the user or by the endpoint."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import FailureKind, Request, Response
from conformance_cli.wire.faults import WireFault
from conformance_cli.wire.rate import Pacer, RateLimit, retry_after_seconds
from tests.wire.raw_server import always, raw_server, response

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


def pacer(rate: RateLimit | None, clock: Clock, longest: float = 60.0) -> Pacer:
    return Pacer(rate, longest, clock=clock, sleep=clock.sleep)


def throttled(value: str, status: int = 429) -> Response:
    return Response(status, headers=(("retry-after", value),))


def test_requests_are_spread_evenly():
    clock = Clock()
    paced = pacer(RateLimit(per_second=5), clock)
    for _ in range(4):
        paced.wait(None)
    assert clock.slept == [0.2, 0.2, 0.2]


def test_a_burst_goes_at_once_and_is_paid_for_afterwards():
    clock = Clock()
    paced = pacer(RateLimit(per_second=2, burst=3), clock)
    for _ in range(5):
        paced.wait(None)
    assert clock.slept == [0.5, 0.5]


def test_a_slow_sender_never_waits():
    clock = Clock()
    paced = pacer(RateLimit(per_second=5), clock)
    for _ in range(3):
        paced.wait(None)
        clock.now += 1
    assert clock.slept == []


def test_many_threads_together_keep_the_rate():
    moments: list[float] = []
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            moments.append(seconds)

    paced = Pacer(RateLimit(per_second=10), 60, clock=lambda: 5.0, sleep=sleep)
    threads = [threading.Thread(target=paced.wait, args=(None,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(m, 6) for m in moments) == [round(n / 10, 6) for n in range(1, 20)]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_holds_the_next_request_back(status):
    clock = Clock()
    paced = pacer(None, clock)
    paced.heed(throttled("7", status), NOW)
    paced.wait(None)
    paced.wait(None)
    assert clock.slept == [7]


def test_retry_after_is_bounded():
    clock = Clock()
    paced = pacer(None, clock, longest=10)
    paced.heed(throttled("86400"), NOW)
    paced.wait(None)
    assert clock.slept == [10]


@pytest.mark.parametrize("status", [200, 301, 404, 500])
def test_retry_after_of_other_statuses_says_nothing_about_load(status):
    clock = Clock()
    paced = pacer(None, clock)
    paced.heed(throttled("7", status), NOW)
    paced.wait(None)
    assert clock.slept == []


def test_a_wait_beyond_the_deadline_fails_at_once_instead_of_sleeping():
    clock = Clock()
    paced = pacer(None, clock)
    paced.heed(throttled("7"), NOW)
    with pytest.raises(WireFault) as fault:
        paced.wait(clock.now + 3)
    assert fault.value.failure.kind is FailureKind.TIMEOUT
    assert clock.slept == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3),
        (" 3 ", 3),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        ("-3", 0),
        ("soon", 0),
        ("", 0),
        (None, 0),
        ("٣", 0),
        ("9" * 5000, 999999999),
        ("Tue, 99 Foo 2026 99:99:99 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value, seconds):
    assert retry_after_seconds(value, NOW) == seconds


def test_a_throttled_response_is_the_evidence_and_is_not_repeated(client):
    throttle = always(response(b"{}", "Retry-After: 1", status="429 Too Many Requests"))
    with raw_server(throttle) as server:
        one = client(server.base_url, retries=3)
        first = one.send(Request("GET", server.base_url + "/1"), "t/1")
        second = one.send(Request("GET", server.base_url + "/2"), "t/2")
    assert (first.response.status, first.attempts) == (429, 1)
    assert (second.response.status, second.attempts) == (429, 1)
    assert second.started - first.started >= timedelta(seconds=0.95)
    assert len(server.requests) == 2


def test_the_rate_limit_holds_for_the_client(client):
    with raw_server(always(response())) as server:
        one = client(server.base_url, rate_limit=RateLimit.parse("20/s"))
        exchanges = [one.send(Request("GET", server.base_url + "/"), "t/1") for _ in range(5)]
    assert exchanges[-1].started - exchanges[0].started >= timedelta(seconds=0.19)


@pytest.mark.parametrize(
    ("text", "per_second"), [("5/s", 5), ("0.5/s", 0.5), ("300/min", 5), ("3600 / hour", 1)]
)
def test_a_rate_is_read_from_text(text, per_second):
    assert RateLimit.parse(text) == RateLimit(per_second)


@pytest.mark.parametrize("text", ["", "5", "five/s", "5/y", "0/s", "-5/s", "5/s extra"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ConformanceError) as refused:
        RateLimit.parse(text)
    assert refused.value.diagnostics[0].code == "rate-limit-invalid"
