"""TLS failures say what is wrong and what to do; a handshake shows what is there."""

from __future__ import annotations

import ssl
import threading
import warnings
from pathlib import Path

import pytest

from conformance_cli.model.diagnostics import ConformanceError, SetupError
from conformance_cli.model.exchange import FailureKind, Request
from conformance_cli.wire.client import Client
from conformance_cli.wire.limits import Limits
from conformance_cli.wire.tls import TlsSettings
from tests.wire.certificates import DAY, NOW, Authority, Issued, private_pem, server_context
from tests.wire.conftest import QUICK
from tests.wire.raw_server import always, raw_server, response

OK = always(response(b"{}"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder, "root")


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Authority:
    return Authority(folder, "stranger")


@pytest.fixture(scope="module")
def good(authority: Authority) -> Issued:
    return authority.issue("good", "127.0.0.1", "localhost")


@pytest.fixture
def trusting(authority: Authority) -> TlsSettings:
    return TlsSettings(ca_bundle=authority.file)


def fails_with(get, context, settings, *words):
    with raw_server(OK, tls=context) as server:
        exchange = get(server.base_url, tls=settings, retries=3)
    assert exchange.failure.kind is FailureKind.TLS, exchange.failure
    assert exchange.attempts == 1
    assert exchange.response is None
    for word in words:
        assert word in exchange.failure.message + " " + exchange.failure.hint
    assert not server.requests


def test_a_trusted_endpoint_is_reached(get, good, trusting):
    with raw_server(OK, tls=server_context(good)) as server:
        assert get(server.base_url, tls=trusting).response.body == b"{}"


def test_one_tls_connection_serves_many_requests(client, good, trusting):
    with raw_server(OK, tls=server_context(good)) as server:
        one = client(server.base_url, tls=trusting)
        for _ in range(5):
            assert one.send(Request("GET", server.base_url + "/"), "t/1").response
    assert server.connections == 1


def test_an_unknown_authority_is_named_and_the_bundle_offered(get, good):
    fails_with(get, server_context(good), TlsSettings(), "unknown authority", "--ca-bundle")


def test_the_given_bundle_is_the_only_one_trusted(get, stranger, trusting):
    server = server_context(stranger.issue("strange"))
    fails_with(get, server, trusting, "unknown authority")


def test_an_expired_certificate_is_named(get, authority, trusting):
    expired = authority.issue("expired", starts=NOW - 20 * DAY, ends=NOW - 10 * DAY)
    fails_with(get, server_context(expired), trusting, "has expired", "renew")


def test_a_certificate_of_the_future_is_named(get, authority, trusting):
    future = authority.issue("future", starts=NOW + 10 * DAY, ends=NOW + 20 * DAY)
    fails_with(get, server_context(future), trusting, "not valid yet", "clock")


def test_a_self_signed_certificate_is_named(get, authority, trusting):
    lonely = authority.issue("lonely", self_signed=True)
    fails_with(get, server_context(lonely), trusting, "self-signed", "--ca-bundle")


def test_a_certificate_for_another_address_is_named(get, authority, trusting):
    elsewhere = authority.issue("elsewhere", "api.example.test")
    fails_with(get, server_context(elsewhere), trusting, "does not list this IP address")


def test_a_certificate_for_another_name_is_named(get, authority, trusting):
    elsewhere = authority.issue("elsewhere2", "api.example.test")
    with raw_server(OK, tls=server_context(elsewhere)) as server:
        exchange = get(f"https://localhost:{server.port}", tls=trusting)
    assert exchange.failure.kind is FailureKind.TLS
    assert "another host name" in exchange.failure.message


def outdated_context(good: Issued, newest: ssl.TLSVersion) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return server_context(good, oldest=ssl.TLSVersion.TLSv1, newest=newest)


def test_an_endpoint_below_tls_1_2_is_named(get, good, trusting):
    context = outdated_context(good, ssl.TLSVersion.TLSv1_1)
    fails_with(get, context, trusting, "no TLS version", "1.2 or 1.3")


def test_an_endpoint_without_tls_is_named(get, trusting):
    with raw_server(OK) as server:
        exchange = get(f"https://127.0.0.1:{server.port}", tls=trusting, limits=QUICK)
    # The raw server takes the ClientHello for a request that has no end yet.
    assert exchange.failure.kind is FailureKind.TIMEOUT
    with raw_server(OK) as server, Plain() as plain:
        exchange = get(f"https://127.0.0.1:{plain.port}", tls=trusting)
    assert exchange.failure.kind is FailureKind.TLS
    assert "does not speak TLS" in exchange.failure.message
    assert "http://" in exchange.failure.hint


class Plain:
    """Answers whatever comes with an HTTP error, as web servers do."""

    def __enter__(self) -> Plain:
        import socket

        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()
        return self

    def _answer(self) -> None:
        accepted, _ = self._listener.accept()
        with accepted:
            accepted.recv(65536)
            accepted.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._listener.close()


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_missing_client_certificate_is_named(get, authority, good, trusting, newest):
    context = server_context(good, clients=authority.file, newest=newest)
    fails_with(get, context, trusting, "client certificate")


def test_a_client_certificate_opens_the_door(get, authority, good):
    supplier = authority.issue("supplier", "supplier.test")
    settings = TlsSettings(authority.file, supplier.cert_file, supplier.key_file)
    with raw_server(OK, tls=server_context(good, clients=authority.file)) as server:
        assert get(server.base_url, tls=settings).response.body == b"{}"


def test_certificate_and_key_may_stand_in_one_file(get, authority, good, tmp_path):
    supplier = authority.issue("both", "supplier.test")
    both = tmp_path / "both.pem"
    both.write_bytes(supplier.cert_file.read_bytes() + supplier.key_file.read_bytes())
    with raw_server(OK, tls=server_context(good, clients=authority.file)) as server:
        assert get(server.base_url, tls=TlsSettings(authority.file, both)).response


def test_a_client_certificate_of_an_unknown_authority_is_refused_in_words(
    get, authority, stranger, good
):
    supplier = stranger.issue("impostor", "supplier.test")
    settings = TlsSettings(authority.file, supplier.cert_file, supplier.key_file)
    context = server_context(good, clients=authority.file)
    fails_with(get, context, settings, "refused the client certificate")


def test_insecure_reaches_what_cannot_be_trusted_and_warns_nobody(get, authority):
    lonely = authority.issue("lonely2", "other.test", self_signed=True)
    with raw_server(OK, tls=server_context(lonely)) as server:
        exchange = get(server.base_url, tls=TlsSettings(insecure=True))
    assert exchange.response.body == b"{}"


def test_a_handshake_that_never_ends_ends_on_time(get, trusting):
    with raw_server(OK) as server:  # waits for the end of what it takes for a request
        exchange = get(f"https://127.0.0.1:{server.port}", tls=trusting, limits=QUICK)
    assert exchange.failure.kind is FailureKind.TIMEOUT
    assert "TLS handshake" in exchange.failure.message


def test_a_slow_drip_under_tls_ends_on_time(get, good, trusting):
    def drip(talk):
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        talk.drip(b"x" * 5000, 0.05)

    with raw_server(drip, tls=server_context(good)) as server:
        exchange = get(server.base_url, tls=trusting, limits=QUICK)
    assert exchange.failure.kind is FailureKind.TIMEOUT


# --- facts -----------------------------------------------------------------------------


def test_http_has_no_tls_facts(client):
    assert client("http://127.0.0.1:1").tls() is None


def test_a_handshake_shows_version_cipher_certificate_and_trust(client, good, trusting):
    with raw_server(OK, tls=server_context(good)) as server:
        facts = client(server.base_url, tls=trusting).tls()
    assert facts.version == "TLSv1.3"
    assert facts.cipher.startswith("TLS_")
    assert facts.subject == "CN=good"
    assert facts.issuer == "CN=root"
    assert facts.names == ("localhost", "127.0.0.1")
    assert (facts.not_before, facts.not_after) == (NOW - DAY, NOW + 30 * DAY)
    assert facts.verified
    assert facts.problem == ""
    assert facts.legacy_versions == ()


def test_facts_are_asked_for_once(client, good, trusting):
    with raw_server(OK, tls=server_context(good)) as server:
        one = client(server.base_url, tls=trusting)
        first = one.tls()
        connections = server.connections
        assert one.tls() is first
        assert server.connections == connections


def test_outdated_versions_that_are_accepted_too_are_listed(client, good, trusting):
    context = outdated_context(good, ssl.TLSVersion.TLSv1_3)
    with raw_server(OK, tls=context) as server:
        facts = client(server.base_url, tls=trusting).tls()
    assert facts.version == "TLSv1.3"
    assert facts.legacy_versions == ("TLSv1", "TLSv1.1")


def test_an_endpoint_that_speaks_only_outdated_versions_still_has_facts(client, good, trusting):
    context = outdated_context(good, ssl.TLSVersion.TLSv1_1)
    with raw_server(OK, tls=context) as server:
        facts = client(server.base_url, tls=trusting).tls()
    assert facts.version == "TLSv1.1"
    assert not facts.verified
    assert "no TLS version" in facts.problem


def test_what_is_not_trusted_has_facts_and_a_problem(client, authority):
    expired = authority.issue("expired2", starts=NOW - 20 * DAY, ends=NOW - 10 * DAY)
    with raw_server(OK, tls=server_context(expired)) as server:
        facts = client(server.base_url, tls=TlsSettings(authority.file)).tls()
    assert facts.not_after == NOW - 10 * DAY
    assert not facts.verified
    assert "expired" in facts.problem


def test_insecure_does_not_hide_that_the_certificate_is_not_trusted(client, authority):
    lonely = authority.issue("lonely3", self_signed=True)
    with raw_server(OK, tls=server_context(lonely)) as server:
        facts = client(server.base_url, tls=TlsSettings(insecure=True)).tls()
    assert not facts.verified
    assert "self-signed" in facts.problem


def test_where_no_handshake_is_possible_the_set_up_is_not_ready(client, trusting):
    with Plain() as plain, pytest.raises(SetupError) as not_ready:
        client(
            f"https://127.0.0.1:{plain.port}", tls=trusting, limits=Limits(connect_timeout_s=0.5)
        ).tls()
    assert not_ready.value.diagnostics[0].code in ("tls-handshake", "endpoint-unreachable")


# --- files -----------------------------------------------------------------------------


def refused(settings: TlsSettings) -> tuple[str, str, str]:
    with pytest.raises(ConformanceError) as error:
        Client("https://api.test", tls=settings)
    diagnostic = error.value.diagnostics[0]
    return diagnostic.code, str(diagnostic.place), diagnostic.message


def test_a_missing_file_is_named(tmp_path, good):
    nowhere = tmp_path / "nowhere.pem"
    for code, settings in (
        ("ca-bundle-missing", TlsSettings(ca_bundle=nowhere)),
        ("client-cert-missing", TlsSettings(client_cert=nowhere)),
        ("client-key-missing", TlsSettings(client_cert=good.cert_file, client_key=nowhere)),
    ):
        assert refused(settings)[:2] == (code, str(nowhere))


def test_a_folder_in_place_of_a_file_is_named(tmp_path):
    assert refused(TlsSettings(ca_bundle=tmp_path))[:2] == ("ca-bundle-unreadable", str(tmp_path))


def test_a_file_that_holds_no_certificate_is_named(tmp_path, good):
    text = tmp_path / "text.pem"
    text.write_text("nothing of the kind")
    assert refused(TlsSettings(ca_bundle=text))[:2] == ("ca-bundle-invalid", str(text))
    assert refused(TlsSettings(client_cert=text, client_key=good.key_file))[0] == (
        "client-cert-invalid"
    )
    assert refused(TlsSettings(client_cert=good.cert_file, client_key=text))[:2] == (
        "client-key-invalid",
        str(text),
    )


def test_an_encrypted_key_is_named_and_nobody_is_asked_for_a_password(tmp_path, good):
    locked = tmp_path / "locked.key"
    locked.write_bytes(private_pem(good.key, b"open sesame"))
    code, place, _ = refused(TlsSettings(client_cert=good.cert_file, client_key=locked))
    assert (code, place) == ("client-key-encrypted", str(locked))


def test_a_key_of_another_certificate_is_named(authority, good):
    other = authority.issue("other", "other.test")
    code, place, message = refused(
        TlsSettings(client_cert=good.cert_file, client_key=other.key_file)
    )
    assert (code, place) == ("client-key-mismatch", str(other.key_file))
    assert str(good.cert_file) in message


def test_a_key_without_a_certificate_is_refused(good):
    assert refused(TlsSettings(client_key=good.key_file))[0] == "client-cert-missing"


def test_a_damaged_key_is_named(tmp_path, good):
    damaged = tmp_path / "damaged.key"
    damaged.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    settings = TlsSettings(client_cert=good.cert_file, client_key=damaged)
    assert refused(settings)[0] == "client-cert-invalid"
