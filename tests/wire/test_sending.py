"""What goes out is what the request says, and what comes back is told as it came."""

from __future__ import annotations

import pytest

from conformance_cli import __version__
from conformance_cli.model.exchange import FailureKind, Request
from conformance_cli.wire.auth import ApiKeyAuth, BasicAuth, BearerAuth
from tests.wire.raw_server import always, raw_server, response

OK = always(response(b'{"resourceType":"Bundle"}', "Content-Type: application/fhir+json"))


def lines(request: bytes) -> list[str]:
    return request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")


def test_the_headers_are_those_of_the_request_and_the_few_that_http_needs(client):
    with raw_server(OK) as server:
        request = Request(
            "GET",
            server.base_url + "/Slot?status=free&start=ge2026-01-01",
            (("Accept", "application/fhir+json; version=1.0.0"), ("X-Request-Id", "1")),
        )
        client(server.base_url).send(request, "t/1")
    first, *headers = lines(server.requests[0])
    assert first == "GET /Slot?status=free&start=ge2026-01-01 HTTP/1.1"
    assert sorted(headers) == sorted(
        [
            f"Host: 127.0.0.1:{server.port}",
            "Accept: application/fhir+json; version=1.0.0",
            "X-Request-Id: 1",
            f"User-Agent: conformance/{__version__}",
            "Accept-Encoding: gzip",
            "Connection: keep-alive",
        ]
    )


def test_a_header_of_the_request_replaces_the_default_one(client):
    with raw_server(OK) as server:
        headers = (("user-agent", "mine"), ("ACCEPT-ENCODING", "identity"))
        client(server.base_url).send(Request("GET", server.base_url + "/", headers), "t/1")
    sent = lines(server.requests[0])
    assert "user-agent: mine" in sent
    assert "ACCEPT-ENCODING: identity" in sent
    assert not any(line.startswith(("User-Agent", "Accept-Encoding")) for line in sent)


def test_a_repeated_header_goes_out_repeatedly(client):
    with raw_server(OK) as server:
        headers = (("X-A", "1"), ("X-A", "2"))
        client(server.base_url).send(Request("GET", server.base_url + "/", headers), "t/1")
    assert [line for line in lines(server.requests[0]) if line.startswith("X-A")] == [
        "X-A: 1",
        "X-A: 2",
    ]


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "POST", "GET", "REPORT"])
def test_any_method_may_carry_a_body(client, method):
    with raw_server(OK) as server:
        request = Request(method, server.base_url + "/Appointment/1", (), b'{"a": 1}')
        client(server.base_url).send(request, "t/1")
    assert server.requests[0].startswith(f"{method} /Appointment/1 HTTP/1.1".encode())
    assert server.requests[0].endswith(b'Content-Length: 8\r\n\r\n{"a": 1}') or (
        b"Content-Length: 8\r\n" in server.requests[0]
        and server.requests[0].endswith(b'\r\n\r\n{"a": 1}')
    )


def test_a_value_beyond_ascii_goes_out_as_utf_8(client):
    with raw_server(OK) as server:
        headers = (("X-Name", "Zoë 😀"),)
        client(server.base_url).send(Request("GET", server.base_url + "/", headers), "t/1")
    assert "X-Name: Zoë 😀".encode() in server.requests[0]


def test_the_exchange_shows_the_headers_as_sent(client):
    with raw_server(OK) as server:
        exchange = client(server.base_url, auth=BearerAuth("secret-token")).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.request.header("Authorization") == "Bearer secret-token"
    assert exchange.request.header("User-Agent") == f"conformance/{__version__}"
    assert exchange.id == "t/1"
    assert exchange.attempts == 1
    assert exchange.started.tzinfo is not None
    assert exchange.elapsed_ms > 0


@pytest.mark.parametrize(
    ("auth", "line"),
    [
        (BearerAuth("abc"), "Authorization: Bearer abc"),
        (BasicAuth("anna", "pä:ss"), "Authorization: Basic YW5uYTpww6Q6c3M="),
        (ApiKeyAuth("apikey", "k1"), "apikey: k1"),
    ],
)
def test_each_auth_adds_its_header(client, auth, line):
    with raw_server(OK) as server:
        client(server.base_url, auth=auth).send(Request("GET", server.base_url + "/"), "t/1")
    assert line in lines(server.requests[0])


def test_a_request_with_its_own_token_is_left_alone(client):
    with raw_server(OK) as server:
        request = Request("GET", server.base_url + "/", (("authorization", "Bearer wrong"),))
        client(server.base_url, auth=BearerAuth("right")).send(request, "t/1")
    assert "authorization: Bearer wrong" in lines(server.requests[0])
    assert b"right" not in server.requests[0]


def test_an_empty_credential_header_sends_no_credential(client):
    with raw_server(OK) as server:
        request = Request("GET", server.base_url + "/", (("Authorization", ""),))
        client(server.base_url, auth=BearerAuth("right")).send(request, "t/1")
    assert b"uthorization" not in server.requests[0]


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
def test_a_line_break_in_a_header_value_is_refused_before_anything_is_sent(client, value):
    with raw_server(OK) as server:
        request = Request("GET", server.base_url + "/", (("X-Request-Id", value),))
        exchange = client(server.base_url).send(request, "t/1")
    assert exchange.failure.kind is FailureKind.BLOCKED
    assert exchange.response is None
    assert server.connections == 0


@pytest.mark.parametrize("name", ["X Y", "X:Y", "", "X\r\nY", "Ünder"])
def test_what_is_no_header_name_is_refused(client, name):
    with raw_server(OK) as server:
        exchange = client(server.base_url).send(
            Request("GET", server.base_url + "/", ((name, "1"),)), "t/1"
        )
    assert exchange.failure.kind is FailureKind.BLOCKED
    assert server.connections == 0


@pytest.mark.parametrize(
    "header", [("Transfer-Encoding", "chunked"), ("Content-Length", "7"), ("content-length", "x")]
)
def test_framing_that_contradicts_the_body_is_refused(client, header):
    with raw_server(OK) as server:
        request = Request("POST", server.base_url + "/", (header,), b"{}")
        exchange = client(server.base_url).send(request, "t/1")
    assert exchange.failure.kind is FailureKind.BLOCKED
    assert server.connections == 0


@pytest.mark.parametrize("method", ["GET\r\nX", "G ET", "", "CONNECT", "connect"])
def test_what_is_no_method_is_refused(client, method):
    with raw_server(OK) as server:
        exchange = client(server.base_url).send(Request(method, server.base_url + "/"), "t/1")
    assert exchange.failure.kind is FailureKind.BLOCKED
    assert server.connections == 0


def test_response_headers_come_as_they_are_in_order_repeated_and_latin_1(client):
    raw = b"HTTP/1.0 299 Quite \xe9\r\nX-B: 2\r\nx-a: \xe9\xff  \r\nX-B: 1\r\n\r\n{}"
    with raw_server(lambda talk: talk.send(raw) or False) as server:
        exchange = client(server.base_url).send(Request("GET", server.base_url + "/"), "t/1")
    response_ = exchange.response
    assert response_.status == 299
    assert response_.reason == "Quite \xe9"
    assert response_.http_version == "1.0"
    assert response_.headers == (("X-B", "2"), ("x-a", "\xe9\xff"), ("X-B", "1"))
    assert response_.body == b"{}"


def test_one_connection_serves_many_requests(client):
    with raw_server(OK) as server:
        one = client(server.base_url)
        for number in range(5):
            assert one.send(Request("GET", server.base_url + f"/{number}"), "t/1").response
    assert server.connections == 1
    assert len(server.requests) == 5


def test_cookies_are_never_kept(client):
    with raw_server(always(response(b"{}", "Set-Cookie: session=1; Path=/"))) as server:
        one = client(server.base_url)
        for _ in range(2):
            one.send(Request("GET", server.base_url + "/"), "t/1")
    assert b"ookie" not in server.requests[1]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P"])
@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/latest/meta-data/", "http://localhost:9/x", "\xff\xfe", ""]
)
def test_a_redirect_is_a_response_and_nothing_more(client, status, location):
    answer = always(response(b"moved", f"Location: {location}", status=status))
    with raw_server(answer) as server:
        exchange = client(server.base_url).send(Request("GET", server.base_url + "/a"), "t/1")
    assert exchange.response.status == int(status[:3])
    assert exchange.response.body == b"moved"
    assert exchange.response.header("Location") == location
    assert len(server.requests) == 1


def test_the_environment_is_never_asked_for_a_proxy_or_a_password(client, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login anna password open-sesame\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with raw_server(OK) as server:
        exchange = client(server.base_url).send(Request("GET", server.base_url + "/"), "t/1")
    assert exchange.response is not None
    assert b"uthorization" not in server.requests[0]


def test_a_head_response_has_no_body_whatever_its_length_says(client):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Encoding: br\r\n\r\n"
    with raw_server(always(head)) as server:
        one = client(server.base_url)
        for _ in range(2):
            exchange = one.send(Request("HEAD", server.base_url + "/"), "t/1")
            assert exchange.response.body == b""
    assert server.connections == 1


def test_invalid_utf_8_arrives_byte_for_byte(client):
    body = b'{"a": "\xff\xfe\xed\xa0\x80"}'
    with raw_server(always(response(body))) as server:
        exchange = client(server.base_url).send(Request("GET", server.base_url + "/"), "t/1")
    assert exchange.response.body == body


def test_a_path_beyond_ascii_is_percent_encoded(client):
    with raw_server(OK) as server:
        client(server.base_url).send(Request("GET", server.base_url + "/Pätient?a=b c|d"), "t/1")
    assert lines(server.requests[0])[0] == "GET /P%C3%A4tient?a=b%20c%7Cd HTTP/1.1"
