"""A response that breaks HTTP is never mistaken for one that does not."""

from __future__ import annotations

import socket
import threading

import pytest

from conformance_cli.model.exchange import FailureKind, Request
from tests.wire.raw_server import always, raw_server, response, then_close

OK = b"HTTP/1.1 200 OK\r\n"

BROKEN = {
    "closed without a byte": (b"", FailureKind.CONNECT),
    "closed in the status line": (b"HTTP/1.1 20", FailureKind.TRUNCATED),
    "closed in the headers": (OK + b"Content-Type: appl", FailureKind.TRUNCATED),
    "closed after a header": (OK + b"Content-Type: a/b\r\n", FailureKind.TRUNCATED),
    "body shorter than its length": (
        OK + b'Content-Length: 100\r\n\r\n{"a": 1}',
        FailureKind.TRUNCATED,
    ),
    "closed in a chunk": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nabc",
        FailureKind.TRUNCATED,
    ),
    "closed between chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        FailureKind.TRUNCATED,
    ),
    "closed before the end of the trailers": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
        FailureKind.TRUNCATED,
    ),
    "chunk size of minus one": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
        FailureKind.PROTOCOL,
    ),
    "chunk size in words": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nthree\r\nabc\r\n0\r\n\r\n",
        FailureKind.PROTOCOL,
    ),
    "chunk longer than its size": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        FailureKind.PROTOCOL,
    ),
    "two lengths": (
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        FailureKind.PROTOCOL,
    ),
    "a negative length": (OK + b"Content-Length: -2\r\n\r\n{}", FailureKind.PROTOCOL),
    "a length with an underscore": (OK + b"Content-Length: 1_0\r\n\r\n", FailureKind.PROTOCOL),
    "a length in words": (OK + b"Content-Length: two\r\n\r\n{}", FailureKind.PROTOCOL),
    "an unknown transfer coding": (
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        FailureKind.PROTOCOL,
    ),
    "a header without a colon": (OK + b"Content-Type\r\n\r\n", FailureKind.PROTOCOL),
    "a header name with a space": (OK + b"Content Type: a\r\n\r\n", FailureKind.PROTOCOL),
    "a header without a name": (OK + b": a\r\n\r\n", FailureKind.PROTOCOL),
    "a continuation of nothing": (OK + b" a: b\r\n\r\n", FailureKind.PROTOCOL),
    "no HTTP at all": (b"SSH-2.0-OpenSSH_9.6\r\n", FailureKind.PROTOCOL),
    "HTTP/0.9": (b"<html>hello</html>\r\n", FailureKind.PROTOCOL),
    "HTTP/2": (b"HTTP/2 200 OK\r\n\r\n", FailureKind.PROTOCOL),
    "a status of two digits": (b"HTTP/1.1 20 OK\r\n\r\n", FailureKind.PROTOCOL),
    "a status of nought": (b"HTTP/1.1 000 OK\r\n\r\n", FailureKind.PROTOCOL),
}


@pytest.mark.parametrize(("raw", "kind"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_response_is_classified(get, raw, kind):
    with raw_server(then_close(raw)) as server:
        exchange = get(server.base_url)
    assert exchange.response is None
    assert exchange.failure.kind is kind, exchange.failure
    assert exchange.failure.message


SOUND = {
    "two equal lengths": (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
    "a list of equal lengths": (OK + b"Content-Length: 2, 2\r\n\r\n{}", b"{}"),
    "line feeds alone": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", b"{}"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
    "no length, closed": (OK + b"\r\n{}", b"{}"),
    "chunks with extensions and trailers": (
        OK + b"Transfer-Encoding: Chunked\r\n\r\n1;a=b\r\n{\r\n01\r\n}\r\n0\r\nX-T: 1\r\n\r\n",
        b"{}",
    ),
    "chunked and a length: chunked counts": (
        OK + b"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"{}",
    ),
    "204 with a length": (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", b""),
    "304 with a length": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
    "an empty body": (OK + b"Content-Length: 0\r\n\r\n", b""),
}


@pytest.mark.parametrize(("raw", "body"), SOUND.values(), ids=SOUND.keys())
def test_what_the_standard_allows_is_read(get, raw, body):
    with raw_server(then_close(raw)) as server:
        exchange = get(server.base_url)
    assert exchange.failure is None, exchange.failure
    assert exchange.response.body == body


@pytest.mark.parametrize("raw", [raw for raw, _ in SOUND.values()], ids=SOUND.keys())
def test_no_library_talks_to_the_user_beside_us(get, raw, caplog):
    with raw_server(then_close(raw)) as server:
        get(server.base_url)
    assert not [record for record in caplog.records if record.levelname != "DEBUG"]


def test_the_time_runs_from_the_first_byte_sent_to_the_last_byte_read(get):
    def slow(talk):
        talk.send(OK, b"Content-Length: 2\r\n\r\n{")
        talk.over.wait(0.12)
        talk.send(b"}")

    with raw_server(slow) as server:
        exchange = get(server.base_url)
    assert 110 < exchange.elapsed_ms < 1000


def test_a_folded_header_becomes_one_line(get):
    raw = OK + b"X-A: one\r\n  two\r\nContent-Length: 0\r\n\r\n"
    with raw_server(then_close(raw)) as server:
        assert get(server.base_url).response.header("X-A") == "one two"


def test_bytes_past_the_length_are_dropped_with_their_connection(client):
    smuggled = response(b"{}") + response(b'{"resourceType":"Patient"}', status="201 Evil")
    with raw_server(always(smuggled), always(response(b"[]"))) as server:
        one = client(server.base_url)
        first = one.send(Request("GET", server.base_url + "/1"), "t/1").response
        second = one.send(Request("GET", server.base_url + "/2"), "t/2").response
    assert (first.status, first.body) == (200, b"{}")
    assert (second.status, second.body) == (200, b"[]")
    assert server.connections == 2


def test_a_response_that_says_close_ends_its_connection(client):
    with raw_server(always(response(b"{}", "Connection: close"))) as server:
        one = client(server.base_url)
        for number in range(2):
            assert one.send(Request("GET", server.base_url + f"/{number}"), "t/1").response
    assert server.connections == 2


def test_an_early_answer_is_read_though_the_request_could_not_be_sent_whole(client):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(1024)
                accepted.sendall(response(b"too large", status="413 Content Too Large"))

        server = threading.Thread(target=refuse)
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        request = Request("POST", url + "/", (), b"x" * 20_000_000)
        exchange = client(url).send(request, "t/1")
        server.join()
    assert exchange.response is not None, exchange.failure
    assert exchange.response.status == 413


def test_a_broken_exchange_does_not_spoil_the_next_one(client):
    with raw_server(
        then_close(OK + b"Content-Length: 100\r\n\r\n{}"), always(response(b"fine"))
    ) as server:
        one = client(server.base_url)
        assert one.send(Request("GET", server.base_url + "/"), "t/1").failure
        assert one.send(Request("GET", server.base_url + "/"), "t/2").response.body == b"fine"
