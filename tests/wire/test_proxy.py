"""A proxy is used where one was given, and its faults are told apart from the endpoint's."""

from __future__ import annotations

import socket

import pytest

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import FailureKind, Request
from conformance_cli.wire.auth import BearerAuth
from conformance_cli.wire.client import Client
from conformance_cli.wire.redaction import Redactor
from conformance_cli.wire.tls import TlsSettings
from tests.wire.certificates import Authority, server_context
from tests.wire.conftest import QUICK
from tests.wire.proxy_server import proxy_server
from tests.wire.raw_server import always, raw_server, response

OK = always(response(b"{}"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"), "root")


@pytest.fixture(scope="module")
def issued(authority):
    return authority.issue("good")


def test_plain_http_is_forwarded_with_its_whole_url(client):
    with proxy_server() as proxy:
        one = client("http://api.test/r4", proxy=proxy.url)
        exchange = one.send(Request("GET", "http://api.test/r4/Slot?a=b"), "t/1")
    assert exchange.response.body == b"by proxy"
    assert proxy.heads[0].startswith("GET http://api.test/r4/Slot?a=b HTTP/1.1\r\n")
    assert "Host: api.test\r\n" in proxy.heads[0]


def test_https_is_tunnelled_and_verified_end_to_end(client, authority, issued):
    with raw_server(OK, tls=server_context(issued)) as server, proxy_server() as proxy:
        one = client(
            server.base_url,
            proxy=proxy.url,
            tls=TlsSettings(authority.file),
            auth=BearerAuth("secret-token"),
        )
        for _ in range(3):
            assert one.send(Request("GET", server.base_url + "/"), "t/1").response.body == b"{}"
    assert len(proxy.heads) == 1
    assert proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.")
    assert "secret-token" not in proxy.heads[0]
    assert b"Bearer secret-token" in server.requests[0]


def test_the_proxy_gets_its_password_and_the_endpoint_does_not(client, authority, issued):
    with raw_server(OK, tls=server_context(issued)) as server, proxy_server() as proxy:
        url = proxy.url.replace("//", "//anna:p%40ss@")
        redactor = Redactor()
        one = client(server.base_url, proxy=url, tls=TlsSettings(authority.file), redactor=redactor)
        assert one.send(Request("GET", server.base_url + "/"), "t/1").response
    assert "Proxy-Authorization: Basic YW5uYTpwQHNz\r\n" in proxy.heads[0]
    assert b"Proxy-Authorization" not in server.requests[0]
    for form in ("p@ss", "p%40ss", "YW5uYTpwQHNz", "anna:p%40ss"):
        assert form not in redactor.text(f"the proxy said {form} today")


def test_facts_are_the_endpoints_own_also_through_a_proxy(client, authority, issued):
    with raw_server(OK, tls=server_context(issued)) as server, proxy_server() as proxy:
        one = client(server.base_url, proxy=proxy.url, tls=TlsSettings(authority.file))
        facts = one.tls()
    assert facts.subject == "CN=good"
    assert facts.verified


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
def test_a_refused_tunnel_is_the_proxys_failure(client, status):
    with proxy_server(refusal=response(b"", status=status)) as proxy:
        one = client("https://api.test", proxy=proxy.url)
        exchange = one.send(Request("GET", "https://api.test/"), "t/1")
    assert exchange.failure.kind is FailureKind.PROXY
    assert status[:3] in exchange.failure.message


def test_a_proxy_that_talks_rubbish_is_the_proxys_failure(client):
    with proxy_server(refusal=b"220 smtp ready\r\n\r\n") as proxy:
        one = client("https://api.test", proxy=proxy.url)
        exchange = one.send(Request("GET", "https://api.test/"), "t/1")
    assert exchange.failure.kind is FailureKind.PROXY


def test_a_proxy_that_never_ends_its_headers_ends_on_time(client):
    with raw_server(lambda talk: talk.endless(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 999)) as proxy:
        one = client("https://api.test", proxy=proxy.base_url, limits=QUICK)
        exchange = one.send(Request("GET", "https://api.test/"), "t/1")
    assert exchange.failure.kind in (FailureKind.TIMEOUT, FailureKind.PROXY)


def test_a_proxy_that_is_not_there_is_the_proxys_failure(client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for base in ("http://api.test", "https://api.test"):
        one = client(base, proxy=f"http://127.0.0.1:{port}")
        exchange = one.send(Request("GET", base + "/"), "t/1")
        assert exchange.failure.kind is FailureKind.PROXY
        assert f"127.0.0.1 port {port}" in exchange.failure.message


def test_an_untrusted_endpoint_is_not_trusted_through_a_proxy_either(client, issued):
    with raw_server(OK, tls=server_context(issued)) as server, proxy_server() as proxy:
        one = client(server.base_url, proxy=proxy.url)
        exchange = one.send(Request("GET", server.base_url + "/"), "t/1")
    assert exchange.failure.kind is FailureKind.TLS
    assert not server.requests


@pytest.mark.parametrize("url", ["socks5://proxy:1080", "proxy:8080", "https://p", "http://", "x"])
def test_an_unusable_proxy_is_refused_at_once(url):
    with pytest.raises(ConformanceError) as refused:
        Client("http://api.test", proxy=url)
    assert refused.value.diagnostics[0].code == "proxy-invalid"
