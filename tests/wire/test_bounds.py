"""Whatever an endpoint does, an exchange ends on time and within its share of memory."""

from __future__ import annotations

import socket
import time

import pytest

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import FailureKind, Request
from conformance_cli.wire.limits import KIB, Limits
from tests.wire.conftest import QUICK
from tests.wire.raw_server import always, raw_server, response, then_close

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"

NEVER_ENDING = {
    "says nothing": lambda talk: talk.wait(),
    "drips the status line": lambda talk: talk.drip(b"HTTP/1.1 200 OK" + b" " * 500, 0.05),
    "drips headers": lambda talk: (
        talk.send(b"HTTP/1.1 200 OK\r\n"),
        talk.drip(b"X-A: 1\r\n" * 500, 0.05),
    ),
    "stops in the headers": lambda talk: (talk.send(HEAD), talk.wait()),
    "drips the body": lambda talk: (
        talk.send(HEAD, b"Content-Length: 5000\r\n\r\n"),
        talk.drip(b"x" * 5000, 0.05),
    ),
    "drips chunks": lambda talk: (
        talk.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n"),
        talk.drip(b"1\r\nx\r\n" * 1000, 0.05),
    ),
    "drips trailers": lambda talk: (
        talk.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
        talk.drip(b"X-A: 1\r\n" * 1000, 0.05),
    ),
    "sends too little and stays": lambda talk: (
        talk.send(HEAD, b"Content-Length: 5000\r\n\r\n{}"),
        talk.wait(),
    ),
    "never ends an unframed body": lambda talk: (
        talk.send(HEAD, b"\r\n"),
        talk.drip(b" " * 5000, 0.05),
    ),
}


@pytest.mark.parametrize("script", NEVER_ENDING.values(), ids=NEVER_ENDING.keys())
def test_an_exchange_that_would_not_end_ends_on_time(get, script):
    with raw_server(script) as server:
        begun = time.monotonic()
        exchange = get(server.base_url, limits=QUICK)
        took = time.monotonic() - begun
    assert exchange.failure.kind is FailureKind.TIMEOUT
    assert exchange.failure.hint
    assert exchange.response is None
    assert 0.3 <= took < 3
    assert exchange.elapsed_ms >= 300


FLOODS = {
    "a body without end": (
        lambda talk: (talk.send(HEAD, b"\r\n"), talk.endless(b"x" * 65536)),
        FailureKind.TOO_LARGE,
    ),
    "chunks without end": (
        lambda talk: (
            talk.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n"),
            talk.endless(b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        ),
        FailureKind.TOO_LARGE,
    ),
    "a chunk that claims to be endless": (
        lambda talk: (
            talk.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n"),
            talk.endless(b"x" * 65536),
        ),
        FailureKind.TOO_LARGE,
    ),
    "a chunk extension without end": (
        lambda talk: (
            talk.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n5;"),
            talk.endless(b"x" * 65536),
        ),
        FailureKind.TOO_LARGE,
    ),
    "100,000 headers": (
        lambda talk: talk.send(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n" * 100_000, b"\r\n"),
        FailureKind.TOO_LARGE,
    ),
    "a header without end": (
        lambda talk: (talk.send(HEAD, b"X-Long: "), talk.endless(b"x" * 65536)),
        FailureKind.TOO_LARGE,
    ),
    "a status line without end": (
        lambda talk: (talk.send(b"HTTP/1.1 200 "), talk.endless(b"x" * 65536)),
        FailureKind.TOO_LARGE,
    ),
    "trailers without end": (
        lambda talk: (
            talk.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
            talk.endless(b"X: 1\r\n" * 5000),
        ),
        FailureKind.TOO_LARGE,
    ),
    "interim responses without end": (
        lambda talk: talk.endless(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        FailureKind.PROTOCOL,
    ),
}


@pytest.mark.parametrize(("script", "kind"), FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_is_cut_off_long_before_the_time_is_up(get, script, kind):
    with raw_server(script) as server:
        begun = time.monotonic()
        exchange = get(server.base_url, limits=Limits(timeout_s=30, max_body=512 * KIB))
        took = time.monotonic() - begun
    assert exchange.failure.kind is kind, exchange.failure
    assert exchange.response is None
    assert took < 10


def test_a_body_that_says_it_is_too_large_is_not_even_read(get):
    script = then_close(HEAD + b"Content-Length: 209715200\r\n\r\n")
    with raw_server(script) as server:
        exchange = get(server.base_url)
    assert exchange.failure.kind is FailureKind.TOO_LARGE
    assert "32 MiB" in exchange.failure.message


def test_a_body_of_exactly_the_limit_is_read(get):
    with raw_server(always(response(b"x" * 1000))) as server:
        assert get(server.base_url, limits=Limits(max_body=1000)).response
        failure = get(server.base_url, limits=Limits(max_body=999)).failure
    assert failure.kind is FailureKind.TOO_LARGE


def test_exactly_as_many_headers_as_allowed_are_read(get):
    limits = Limits(max_headers=20)
    for number, allowed in ((20, True), (21, False)):
        headers = [f"X-{n}: 1" for n in range(number - 1)]  # and Content-Length
        with raw_server(always(response(b"{}", *headers))) as server:
            assert (get(server.base_url, limits=limits).response is not None) is allowed


def test_a_few_interim_responses_are_passed_over(get):
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
    with raw_server(always(interim + response(b"{}"))) as server:
        exchange = get(server.base_url)
    assert exchange.response.status == 200
    assert exchange.response.header("Link") is None


def test_nothing_goes_on_after_the_deadline_of_the_run(client):
    with raw_server(lambda talk: talk.wait()) as server:
        one = client(server.base_url)
        begun = time.monotonic()
        exchange = one.send(Request("GET", server.base_url + "/"), "t/1", begun + 0.2)
        took = time.monotonic() - begun
    assert exchange.failure.kind is FailureKind.TIMEOUT
    assert took < 2


def test_nothing_is_sent_after_the_deadline_of_the_run(client):
    with raw_server(always(response())) as server:
        one = client(server.base_url)
        exchange = one.send(Request("GET", server.base_url + "/"), "t/1", time.monotonic() - 1)
        assert exchange.failure.kind is FailureKind.TIMEOUT
        assert exchange.elapsed_ms == 0
    assert server.connections == 0


def test_an_endpoint_that_takes_nothing_cannot_hold_a_large_request_up(client):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        begun = time.monotonic()
        request = Request("POST", url + "/", (), b"x" * 20_000_000)
        exchange = client(url, limits=QUICK).send(request, "t/1")
    assert exchange.failure.kind is FailureKind.TIMEOUT
    assert time.monotonic() - begun < 3


def test_where_nobody_listens_the_failure_names_host_and_port(get):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    exchange = get(f"http://127.0.0.1:{port}")
    assert exchange.failure.kind is FailureKind.CONNECT
    assert f"127.0.0.1 port {port}" in exchange.failure.message
    assert exchange.failure.hint


def test_a_name_that_cannot_be_resolved_is_a_dns_failure(get):
    exchange = get(f"http://{'x' * 64}.test")
    assert exchange.failure.kind is FailureKind.DNS
    assert "DNS" in exchange.failure.hint


def test_a_resolver_that_does_not_answer_cannot_hold_us_up(get, monkeypatch):
    import threading

    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: never.wait(5) and [])
    begun = time.monotonic()
    exchange = get("http://slow.test", limits=QUICK)
    never.set()
    assert exchange.failure.kind is FailureKind.DNS
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("field", ["timeout_s", "max_body", "max_headers", "max_ratio"])
def test_a_bound_of_nothing_is_refused(field):
    with pytest.raises(ConformanceError) as refused:
        Limits(**{field: 0})
    assert refused.value.diagnostics[0].code == "limit-invalid"
