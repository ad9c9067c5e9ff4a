"""A request is sent again only where that cannot have changed anything."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from conformance_cli.model.exchange import FailureKind, Request
from conformance_cli.wire.limits import Limits
from tests.wire.raw_server import always, raw_server, response, then_close

OK = always(response(b"{}"))
HANG_UP = then_close(b"")


def reset(talk):
    talk.reset()
    return False


@pytest.mark.parametrize("failing", [HANG_UP, reset], ids=["closed", "reset"])
def test_a_read_that_got_no_answer_is_repeated_and_counted(client, failing):
    with raw_server(failing, failing, OK) as server:
        exchange = client(server.base_url, retries=2).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.response.status == 200
    assert exchange.attempts == 3
    assert len(server.requests) == 3


def test_there_are_no_more_attempts_than_allowed(client):
    with raw_server(HANG_UP) as server:
        exchange = client(server.base_url, retries=1).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.failure.kind is FailureKind.CONNECT
    assert exchange.attempts == 2
    assert len(server.requests) == 2


def test_without_retries_there_is_one_attempt(client):
    with raw_server(HANG_UP, OK) as server:
        exchange = client(server.base_url).send(Request("GET", server.base_url + "/"), "t/1")
    assert exchange.failure.kind is FailureKind.CONNECT
    assert exchange.attempts == 1


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "post"])
@pytest.mark.parametrize("failing", [HANG_UP, reset], ids=["closed", "reset"])
def test_what_may_have_changed_something_is_never_sent_twice(client, method, failing):
    with raw_server(failing, OK) as server:
        exchange = client(server.base_url, retries=3).send(
            Request(method, server.base_url + "/", (), b"{}"), "t/1"
        )
    assert exchange.failure is not None
    assert exchange.attempts == 1
    assert len(server.requests) == 1


FINAL = {
    "cut short": then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"),
    "no HTTP": then_close(b"what?\r\n\r\n"),
    "half a status line": then_close(b"HTTP/1"),
}


@pytest.mark.parametrize("script", FINAL.values(), ids=FINAL.keys())
def test_once_a_byte_came_back_that_is_the_evidence(client, script):
    with raw_server(script, OK) as server:
        exchange = client(server.base_url, retries=3).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.failure is not None
    assert exchange.attempts == 1
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy", "408 Timeout", "425 Early"])
def test_no_status_is_ever_repeated(client, status):
    with raw_server(always(response(b"{}", status=status)), OK) as server:
        exchange = client(server.base_url, retries=3).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.response.status == int(status[:3])
    assert len(server.requests) == 1


def test_a_post_is_repeated_where_no_connection_could_be_made(client):
    """The endpoint comes up between two attempts."""
    with socket.create_server(("127.0.0.1", 0)) as placeholder:
        port = placeholder.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    received: list[bytes] = []

    def come_up() -> None:
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(5)
            accepted, _ = listener.accept()
            with accepted:
                received.append(accepted.recv(65536))
                accepted.sendall(response(b"{}"))

    server = threading.Thread(target=come_up)
    timer = threading.Timer(0.05, server.start)
    timer.start()
    exchange = client(url, retries=6).send(Request("POST", url + "/", (), b"{}"), "t/1")
    timer.join()
    server.join()
    assert exchange.response.status == 200
    assert exchange.attempts >= 2
    assert len(received) == 1


def test_all_attempts_together_take_no_longer_than_one_may(client):
    limits = Limits(timeout_s=0.5, connect_timeout_s=0.5)
    with raw_server(HANG_UP) as server:
        begun = time.monotonic()
        exchange = client(server.base_url, retries=1000, limits=limits).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.failure is not None
    assert 1 < exchange.attempts < 10
    assert time.monotonic() - begun < 2


def test_a_write_after_a_pause_uses_a_connection_of_its_own(client, monkeypatch):
    """An idle connection may be closing just then, and a write must not be lost on it."""
    monkeypatch.setattr("conformance_cli.wire.guard._IDLE_S", 0.0)
    with raw_server(OK) as server:
        one = client(server.base_url)
        one.send(Request("GET", server.base_url + "/"), "t/1")
        one.send(Request("GET", server.base_url + "/"), "t/2")
        assert server.connections == 1
        one.send(Request("POST", server.base_url + "/", (), b"{}"), "t/3")
        assert server.connections == 2


def test_a_connection_that_the_endpoint_closed_meanwhile_is_replaced(client):
    with raw_server(then_close(response(b"1")), OK) as server:
        one = client(server.base_url)
        assert one.send(Request("GET", server.base_url + "/"), "t/1").response.body == b"1"
        # The server's FIN is on its way; wait until it must have been seen.
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            exchange = one.send(Request("POST", server.base_url + "/", (), b"{}"), "t/2")
            if exchange.response:
                break
        assert exchange.response.body == b"{}"
    assert server.connections == 2
