"""Tokens: asked for as the standard says, shared, renewed in time, and never shown."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import Exchange, FailureKind, Request
from conformance_cli.wire.auth import AuthError
from conformance_cli.wire.client_credentials import ClientCredentialsAuth
from conformance_cli.wire.redaction import Redactor
from tests.wire.conftest import QUICK
from tests.wire.raw_server import always, raw_server, response
from tests.wire.token_server import pem, private_key, token_server

OK = always(response(b"{}"))


def granted(token: str = "the-access-token-1", life: object = "599") -> dict[str, object]:
    return {"access_token": token, "expires_in": life, "token_type": "Bearer"}


@pytest.fixture(scope="module")
def key():
    return private_key()


def auth_of(tokens, **settings) -> ClientCredentialsAuth:
    return ClientCredentialsAuth(tokens.url, "my-client-id", tokens.key, "kid-1", **settings)


def test_the_assertion_is_signed_and_says_what_the_standard_asks_for(client, key):
    with raw_server(OK) as server, token_server(key, granted()) as tokens:
        client(server.base_url, auth=auth_of(tokens)).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert tokens.headers == [{"alg": "RS512", "typ": "JWT", "kid": "kid-1"}]
    claims = tokens.claims[0]  # the signature was verified by the public key
    assert claims["iss"] == claims["sub"] == "my-client-id"
    assert claims["aud"] == tokens.url
    assert time.time() < claims["exp"] <= time.time() + 300
    assert isinstance(claims["jti"], str)
    form = tokens.forms[0]
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"] == (
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    )
    sent = tokens.server.requests[0]
    assert sent.startswith(b"POST /oauth2/token HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in sent
    assert b"Authorization: Bearer the-access-token-1\r\n" in server.requests[0]


def test_scope_algorithm_and_audience_can_be_chosen(client, key):
    with raw_server(OK) as server, token_server(key, granted()) as tokens:
        auth = auth_of(tokens, algorithm="RS256", scope="a b", audience=tokens.url)
        client(server.base_url, auth=auth).send(Request("GET", server.base_url + "/"), "t/1")
    assert tokens.headers[0]["alg"] == "RS256"
    assert tokens.forms[0]["scope"] == "a b"


def test_one_token_serves_many_requests(client, key):
    with raw_server(OK) as server, token_server(key, granted()) as tokens:
        one = client(server.base_url, auth=auth_of(tokens))
        for _ in range(5):
            assert one.send(Request("GET", server.base_url + "/"), "t/1").response
    assert len(tokens.forms) == 1


@pytest.mark.parametrize(
    ("life", "used_for"),
    [("599", 569), (599, 569), (599.0, 569), ("40", 20), (None, 270), ("soon", 270), (-1, 270)],
)
def test_a_token_is_renewed_before_it_expires_with_an_assertion_of_its_own(
    client, key, life, used_for
):
    now = [1000.0]
    with (
        raw_server(OK) as server,
        token_server(key, granted("token-one", life), granted("token-two", life)) as tokens,
    ):
        one = client(server.base_url, auth=auth_of(tokens, clock=lambda: now[0]))
        request = Request("GET", server.base_url + "/")
        for moment in (0, used_for - 1, used_for + 1):
            now[0] = 1000.0 + moment
            assert one.send(request, "t/1").response
    used = [b"token-one" in request for request in server.requests]
    assert used == [True, True, False]
    assert tokens.claims[0]["jti"] != tokens.claims[1]["jti"]


def test_threads_that_need_a_token_at_once_wait_for_the_same_one(client, key):
    arrived = threading.Barrier(9)
    with raw_server(OK) as server, token_server(key, granted()) as tokens:
        one = client(server.base_url, auth=auth_of(tokens))

        def send() -> None:
            arrived.wait(5)
            assert one.send(Request("GET", server.base_url + "/"), "t/1").response

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        arrived.wait(5)
        for thread in threads:
            thread.join(10)
    assert len(tokens.forms) == 1
    assert len(server.requests) == 8


REFUSALS = {
    "refused": (
        response(
            b'{"error": "invalid_client", "error_description": "bad kid for my-client-id"}',
            status="401 Unauthorized",
        ),
        ("token-refused", "HTTP 401", "invalid_client", "bad kid"),
    ),
    "refused in HTML": (
        response(b"<html>no</html>", status="403 Forbidden"),
        ("token-refused", "HTTP 403"),
    ),
    "an error code that is no code": (
        response(b'{"error": "<script>alert(1)</script>"}', status="400 Bad Request"),
        ("token-refused", "HTTP 400"),
    ),
    "moved": (response(b"", "Location: http://127.0.0.1/", status="302 F"), ("HTTP 302",)),
    "no JSON": (response(b"hello"), ("token-response-invalid",)),
    "a list": (response(b"[]"), ("token-response-invalid",)),
    "deep": (response(b"[" * 100_000), ("token-response-invalid",)),
    "no token": (response(b'{"expires_in": 5}'), ("token-response-invalid", "access_token")),
    "a token with a line break": (
        response(b'{"access_token": "a\\r\\nX-Evil: 1"}'),
        ("token-response-invalid",),
    ),
    "another token type": (
        response(b'{"access_token": "abc", "token_type": "mac"}'),
        ("token-response-invalid", "Bearer"),
    ),
    "nothing": (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n", ()),
}


@pytest.mark.parametrize(("answer", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_no_token_is_an_auth_failure_and_nothing_is_sent_to_the_endpoint(
    client, key, answer, words
):
    with raw_server(OK) as server, token_server(key, answer) as tokens:
        one = client(server.base_url, auth=auth_of(tokens), limits=QUICK)
        exchange = one.send(Request("GET", server.base_url + "/"), "t/1")
    assert exchange.failure.kind is FailureKind.AUTH
    for word in words:
        assert word in exchange.failure.message
    assert "my-client-id" not in exchange.failure.message
    assert "<" not in exchange.failure.message
    assert not server.requests


def test_a_refusal_stands_for_a_while_so_that_the_token_host_is_not_hammered(client, key):
    now = [0.0]
    refusal = response(b'{"error": "invalid_client"}', status="401 No")
    with raw_server(OK) as server, token_server(key, refusal, granted()) as tokens:
        one = client(server.base_url, auth=auth_of(tokens, clock=lambda: now[0]))
        request = Request("GET", server.base_url + "/")
        for moment in (0, 1, 5):
            now[0] = moment
            assert one.send(request, "t/1").failure.kind is FailureKind.AUTH
        assert len(tokens.forms) == 1
        now[0] = 11
        assert one.send(request, "t/1").response
    assert len(tokens.forms) == 2


def test_an_unreachable_token_host_is_an_auth_failure(client, key):
    with raw_server(OK) as server:
        auth = ClientCredentialsAuth("http://127.0.0.1:9/token", "id", pem(key), "kid")
        exchange = client(server.base_url, auth=auth).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.failure.kind is FailureKind.AUTH
    assert "token-unreachable" in exchange.failure.message


def test_a_token_host_that_hangs_is_bounded_by_the_deadline_of_the_run(client, key):
    with raw_server(OK) as server, raw_server(lambda talk: talk.wait()) as deaf:
        auth = ClientCredentialsAuth(deaf.base_url + "/token", "id", pem(key), "kid")
        begun = time.monotonic()
        exchange = client(server.base_url, auth=auth).send(
            Request("GET", server.base_url + "/"), "t/1", begun + 0.3
        )
    assert exchange.failure.kind is FailureKind.AUTH
    assert time.monotonic() - begun < 2


def test_key_assertion_and_token_appear_in_no_evidence(client, key):
    redactor = Redactor()
    with raw_server(OK) as server, token_server(key, granted("opaque/token+1")) as tokens:
        one = client(server.base_url, auth=auth_of(tokens), redactor=redactor)
        exchange = one.send(Request("GET", server.base_url + "/"), "t/1")
    evidence = redactor.evidence(exchange, test="t", keep_body=True)
    assert "opaque" not in repr(evidence)
    for leak in (
        "opaque/token+1",
        tokens.forms[0]["client_assertion"],
        tokens.key,
        tokens.key.splitlines()[3],
        "my-client-id",
    ):
        assert leak not in redactor.text(f"it said: {leak}.")
        assert leak not in repr(exchange.failure)


BAD_KEYS = {
    "no key": "nothing",
    "empty": "",
    "another kind of key": ec.generate_private_key(ec.SECP256R1())
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    .decode(),
    "an encrypted key": private_key()
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"open sesame"),
    )
    .decode(),
    "a public key": private_key()
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode(),
}


@pytest.mark.parametrize("bad", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_a_key_that_cannot_sign_is_named_and_not_shown(client, bad):
    with raw_server(OK) as server:
        auth = ClientCredentialsAuth(server.base_url + "/token", "my-client-id", bad, "kid")
        exchange = client(server.base_url, auth=auth).send(
            Request("GET", server.base_url + "/"), "t/1"
        )
    assert exchange.failure.kind is FailureKind.AUTH
    assert exchange.failure.message.startswith("signing-key-invalid")
    assert not bad or bad.splitlines()[-2:][0] not in exchange.failure.message
    assert not server.requests


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "", "rs512"])
def test_an_algorithm_without_a_private_key_is_refused_at_once(algorithm):
    with pytest.raises(ConformanceError) as refused:
        ClientCredentialsAuth("https://t.test/token", "id", "key", "kid", algorithm)
    assert refused.value.diagnostics[0].code == "signing-algorithm-invalid"


def test_a_token_is_not_fetched_in_clear_over_a_network():
    with pytest.raises(ConformanceError) as refused:
        ClientCredentialsAuth("http://t.test/token", "id", "key", "kid")
    assert refused.value.diagnostics[0].code == "token-url-insecure"


def test_an_auth_that_was_not_attached_says_so():
    auth = ClientCredentialsAuth("https://t.test/token", "id", "key", "kid")
    with pytest.raises(AuthError):
        auth.headers(Request("GET", "https://api.test/"))


def test_secrets_do_not_show_in_a_repr():
    from conformance_cli.wire.auth import ApiKeyAuth, BasicAuth, BearerAuth

    for auth in (BearerAuth("hunter2"), BasicAuth("anna", "hunter2"), ApiKeyAuth("k", "hunter2")):
        assert "hunter2" not in repr(auth)


def test_an_exchange_is_an_exchange():
    """Guards the test helpers: a failure without a response is what they look at."""
    exchange = Exchange("", Request("GET", ""), None, None, datetime.now(UTC), 0.0)
    assert exchange.failure is None
