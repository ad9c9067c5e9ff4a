"""Only the endpoint under test is ever contacted."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import FailureKind, Request
from conformance_cli.wire.client import Client
from conformance_cli.wire.faults import WireFault
from conformance_cli.wire.targets import AllowedTargets, Target, is_loopback, parse_target
from tests.wire.raw_server import always, raw_server, response


def forbidden(base: str, port: int) -> list[str]:
    return [
        "http://169.254.169.254/latest/meta-data/",
        f"http://localhost:{port}/",
        f"http://127.0.0.1:{port + 1}/",
        "http://127.0.0.1/",
        f"https://127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}@evil.test/",
        f"http://user@127.0.0.1:{port}/",
        f"http://user:password@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}\\@evil.test/",
        f"http://127.0.0.1:{port}\t.evil.test/",
        f"http://127.0.0.1:{port} .evil.test/",
        f"http:///127.0.0.1:{port}/",
        f"http:127.0.0.1:{port}/",
        f"//127.0.0.1:{port}/",
        "/Slot",
        "file:///etc/passwd",
        f"ftp://127.0.0.1:{port}/",
        f"gopher://127.0.0.1:{port}/",
        f"http://127.0.0.1.evil.test:{port}/",
        f"http://2130706433:{port}/",
        f"http://0x7f.1:{port}/",
        f"{base}.evil.test/",
        f"{base}/a\r\nX-Evil: 1",
        f"{base}/a\nb",
        f"{base}/\0",
        f"http://127.0.0.1:{port}0000/",
        f"http://127.0.0.1:-{port}/",
        f"http://127.0.0.1:{port}:{port}/",
        "",
        "http://",
        "http://[99]/",
    ]


def test_no_trick_reaches_another_host(client):
    with raw_server(always(response())) as server:
        one = client(server.base_url)
        for url in forbidden(server.base_url, server.port):
            exchange = one.send(Request("GET", url), "t/1")
            assert exchange.failure is not None, url
            assert exchange.failure.kind is FailureKind.BLOCKED, url
            assert exchange.request.url == url
    assert server.connections == 0


def test_the_base_urls_own_origin_is_reached_however_it_is_written(client):
    with raw_server(always(response())) as server:
        one = client(server.base_url + "/FHIR/R4")
        for url in (
            server.base_url + "/other",
            server.base_url,
            server.base_url + "?a=http://evil.test/@x",
            server.base_url.replace("http", "HTTP") + "/@evil.test/%0d%0a",
            server.base_url + "//evil.test/path",
        ):
            assert one.send(Request("GET", url), "t/1").failure is None, url
    targets = [request.split(b" ")[1] for request in server.requests]
    assert targets == [
        b"/other",
        b"/",
        b"/?a=http://evil.test/@x",
        b"/@evil.test/%0D%0A",
        b"//evil.test/path",
    ]


def test_a_host_that_was_allowed_is_reached_too(client):
    with raw_server(always(response(b"base"))) as base, raw_server(always(response(b"b"))) as other:
        one = client(base.base_url, allowed_hosts=[f"127.0.0.1:{other.port}"])
        assert one.send(Request("GET", other.base_url + "/"), "t/1").response.body == b"b"


def test_an_allowed_host_is_not_reached_in_clear_from_an_https_endpoint():
    base = parse_target("https://api.test/r4")
    allowed = AllowedTargets(base, (), ["files.test", "[::1]:8443"])
    assert allowed.check("https://files.test:99/x", 1000).port == 99
    assert allowed.check("https://[::1]:8443/", 1000).host == "::1"
    for url in ("http://files.test/x", "https://[::1]:8444/", "https://x.files.test/"):
        with pytest.raises(WireFault):
            allowed.check(url, 1000)


def test_a_url_beyond_the_limit_is_refused(client):
    with raw_server(always(response())) as server:
        exchange = client(server.base_url).send(
            Request("GET", server.base_url + "/" + "x" * 20_000), "t/1"
        )
    assert exchange.failure.kind is FailureKind.BLOCKED
    assert server.connections == 0


@pytest.mark.parametrize(
    "url", ["", "api.test", "ftp://api.test", "https://user:hunter2@api.test/", "https://a b/"]
)
def test_an_unusable_base_url_is_refused_at_once_without_its_password(url):
    with pytest.raises(ConformanceError) as refused:
        Client(url)
    assert refused.value.diagnostics[0].code == "endpoint-invalid"
    assert "hunter2" not in str(refused.value)


def test_an_unusable_allowed_host_is_refused_at_once():
    with pytest.raises(ConformanceError):
        Client("http://api.test", allowed_hosts=["https://api.test/"])


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://API.test/r4?a=b#c", Target("https", "api.test", 443, "/r4?a=b")),
        ("http://api.test", Target("http", "api.test", 80, "/")),
        ("http://[::1]:81?x", Target("http", "::1", 81, "/?x")),
    ],
)
def test_a_url_is_read_into_origin_and_path(url, target):
    assert parse_target(url) == target


@given(
    st.text(
        alphabet=st.sampled_from("htps:/@\\.#?[]%aZ9-_ \t\r\n\0é\u2044\uff0f&="), max_size=60
    ).map(lambda tail: "http://" + tail)
)
@example("http://a\\@b/")
@example("http://a#@b/")
@example("http://a?@b/")
def test_whoever_reads_an_accepted_url_reads_the_same_host(url):
    target = parse_target(url)
    if target is None:
        return
    assert (urlsplit(url).hostname or "") == target.host
    third = parse_url(url)
    assert (third.host or "").strip("[]").lower() == target.host
    assert third.auth is None
    assert (third.port or 80) == target.port


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("a.b", False)],
)
def test_loopback_is_known_without_a_resolver(host, loopback):
    assert is_loopback(host) is loopback
