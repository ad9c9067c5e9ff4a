"""A secret value is removed wherever it is and however it is written."""

from __future__ import annotations

import base64
import html
import json
import threading
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.wire.redaction import Redactor
from tests.wire.redacting import SECRET, everything, evidence, exchange

FORMS = {
    "as it is": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "as a form value": quote_plus(SECRET),
    "percent-encoded in lower case": quote(SECRET, safe="").lower().replace("s3", "S3"),
    "percent-encoded twice": quote(quote(SECRET, safe=""), safe=""),
    "in JSON": json.dumps(SECRET)[1:-1],
    "in JSON in JSON": json.dumps(json.dumps(SECRET))[3:-3],
    "in HTML": html.escape(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "base64 after one byte": base64.b64encode(b"u" + SECRET.encode()).decode(),
    "base64 after two bytes": base64.b64encode(b"u:" + SECRET.encode() + b"rest").decode(),
    "base64 amid more": base64.b64encode(b"user:" + SECRET.encode() + b":x").decode(),
}


def core(form: str) -> str:
    """The part of an encoded form that no neighbour changes."""
    return form[4:-4]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_no_form_of_a_secret_survives_anywhere(form):
    redactor = Redactor(secrets=[SECRET])
    shown = everything(
        redactor,
        url=f"https://api.test/a/{quote(form, safe='')}?x={quote(form, safe='')}#{form}",
        headers=(("X-Note", f"it is {form}!"), (form, "1")),
        body=json.dumps({"resourceType": "Basic", "language": form, form: 1}).encode(),
        failure=f"could not send {form}",
    )
    assert form not in shown
    assert core(form) not in shown


@given(
    secret=st.text(min_size=6, max_size=40).filter(lambda s: len(s.strip()) >= 6),
    before=st.text(max_size=10),
    after=st.text(max_size=10),
)
def test_any_secret_of_any_characters_is_removed_from_any_text(secret, before, after):
    redactor = Redactor(secrets=[secret])
    value = secret.strip()
    if value in "[redacted:secret]" or "\ud800" <= max(value) <= "\udfff":
        return
    assert value not in redactor.text(f"{before}{value}{after}").replace("[redacted:secret]", "")


@given(
    secret=st.binary(min_size=6, max_size=40).map(lambda b: base64.b85encode(b).decode()),
    before=st.binary(max_size=8),
    after=st.binary(max_size=8),
)
def test_base64_of_a_secret_amid_anything_is_removed(secret, before, after):
    redactor = Redactor(secrets=[secret])
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    shown = redactor.text(f"value={encoded} end")
    start = -(-len(before) * 4 // 3) + 4
    assert encoded[start : start + len(secret)] not in shown


def test_a_short_secret_goes_as_a_word_and_not_as_a_part_of_numbers():
    redactor = Redactor(secrets=["1234"])
    assert redactor.text("pin 1234, id 512345") == "pin [redacted:secret], id 512345"


def test_the_longer_of_two_secrets_goes_whole():
    redactor = Redactor(secrets=["hunter2hunter2", "hunter2"])
    assert redactor.text("x hunter2hunter2 x") == "x [redacted:secret] x"


def test_an_empty_secret_changes_nothing():
    redactor = Redactor(secrets=["", "  "])
    assert redactor.text("plain words") == "plain words"


def test_a_secret_that_spans_json_structure_is_removed_all_the_same():
    redactor = Redactor(secrets=['abc","d":"xyz'])
    found = evidence(redactor, body=b'{"c":"abc","d":"xyz"}')
    assert 'abc","d":"xyz' not in found.response.body.text


def test_a_number_that_is_a_secret_leaves_valid_json():
    redactor = Redactor(secrets=["31415926"])
    found = evidence(redactor, body=b'{"resourceType": "Basic", "pin": 31415926, "b": [31415926]}')
    parsed = json.loads(found.response.body.text)
    assert parsed["b"] == ["[redacted:secret]"]
    assert "31415926" not in found.response.body.text
    assert "secret" in found.redactions


def test_secrets_registered_in_many_threads_are_all_removed():
    redactor = Redactor()
    secrets = [f"secret-value-{n:04d}" for n in range(200)]
    threads = [
        threading.Thread(target=lambda part=part: [redactor.add_secret(s) for s in part])
        for part in (secrets[::2], secrets[1::2])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert redactor.text(" ".join(secrets)) == " ".join(["[redacted:secret]"] * 200)


# --- by name -----------------------------------------------------------------------------

SENSITIVE_HEADERS = [
    "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "apikey", "X-API-Key",
    "x-api-key", "X-Auth-Token", "NHSD-Session-Token", "X-Client-Secret", "X-Amz-Security-Token",
    "Ocp-Apim-Subscription-Key", "X-Forwarded-Client-Cert", "SSL-Client-Cert", "X-Id-Token",
]  # fmt: skip


@pytest.mark.parametrize("name", SENSITIVE_HEADERS)
def test_a_credential_header_is_masked_by_its_name(name):
    found = evidence(Redactor(), headers=((name, "plainwords"),))
    assert found.request.headers == ((name, "[redacted:credentials]"),)
    assert found.response.headers[0] == (name, "[redacted:credentials]")
    assert f"header:{name.lower()}" in found.redactions


def test_the_scheme_of_a_credential_stays():
    found = evidence(Redactor(), headers=(("Authorization", "Bearer abc"),))
    assert found.request.headers == (("Authorization", "Bearer [redacted:credentials]"),)


def test_what_a_challenge_says_stays():
    challenge = 'Bearer realm="api", error="invalid_token"'
    found = evidence(Redactor(), headers=(("WWW-Authenticate", challenge),))
    assert found.request.headers == (("WWW-Authenticate", challenge),)


SENSITIVE_FIELDS = [
    "password", "access_token", "accessToken", "refresh-token", "client_secret", "clientSecret",
    "client_assertion", "assertion", "api_key", "apiKey", "private_key", "jwt", "sessionId",
]  # fmt: skip


@pytest.mark.parametrize("name", SENSITIVE_FIELDS)
def test_a_credential_field_is_masked_by_its_name_in_json_url_and_form(name):
    found = evidence(
        Redactor(),
        url=f"https://api.test/x?{name}=plainwords&b=1",
        body=json.dumps({name: "plainwords", "n": {name: 12345}}).encode(),
    )
    assert "plainwords" not in repr(found)
    assert "12345" not in found.response.body.text
    json.loads(found.response.body.text)
    form = evidence(
        Redactor(),
        body=f"a=1&{name}=plainwords".encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert form.response.body.text == f"a=1&{name}=[redacted:secret]"


def test_a_user_name_in_a_url_is_masked():
    found = evidence(Redactor(), url="https://anna:pw@api.test/x")
    assert found.request.url == "https://[redacted:userinfo]@api.test/x"


# --- by shape ----------------------------------------------------------------------------

JWT = "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----"

SHAPES = {
    "a JWT": (f"token {JWT} was refused", JWT),
    "a JWT glued to a word": (f"x-{JWT}", JWT),
    "an unsigned JWT": ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.", "eyJzdWIiOiJhbm5hIn0"),
    "a bearer token": ("sent Bearer 0a1b2c3d4e5f here", "0a1b2c3d4e5f"),
    "basic credentials": ("Basic YW5uYTpzZWNyZXQ=", "YW5uYTpzZWNyZXQ="),
    "a PEM block": (f"key: {PEM} end", "MIIEvQIBADANBgkqhkiG9w0B"),
    "a PEM block cut short": (f"key: {PEM[:60]}", "MIIEvQIBADANBg"),
    "a labelled token": ("failed with access_token=Zm9vYmFyYmF6 now", "Zm9vYmFyYmF6"),
    "a labelled password": ("password: swordfish", "swordfish"),
    "a labelled key in JSON": ('{\\"api_key\\": \\"k3y-value\\"}', "k3y-value"),
    "base64 of JSON": (
        base64.b64encode(b'{"resourceType":"Patient","name":"x"}').decode(),
        "cmVzb3VyY2VUeXBl",
    ),
}


@pytest.mark.parametrize(("text", "leak"), SHAPES.values(), ids=SHAPES.keys())
def test_a_token_is_masked_by_its_shape(text, leak):
    shown = everything(
        Redactor(),
        headers=(("X-Note", text.replace("\n", " ")),),
        body=json.dumps(
            {"resourceType": "OperationOutcome", "issue": [{"diagnostics": text}]}
        ).encode(),
        failure=text,
    )
    assert leak not in shown
    assert leak not in Redactor().text(text)


HARMLESS = [
    "HTTP 401: Bearer authentication is needed",
    "the token is missing",
    "token: expired",
    "Basic profile",
    "a password is required",
    "4b1f2a34-1111-4222-8333-123456789abc",
    "https://fhir.nhs.uk/StructureDefinition/UKCore-OperationOutcome",
    'W/"3f80f1b2"',
    "application/fhir+json; version=1.0.0",
    "expected 422 but the status is 200",
    "Slot.status is busy-unavailable",
    "2026-03-01T10:00:00+00:00",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "urn:uuid:e1e2e3e4-aaaa-4bbb-8ccc-e5e6e7e8e9ea",
    "REC_BAD_REQUEST",
    "2000011147",
    "X26",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text):
    redactor = Redactor(secrets=["abcdef123456789abcdef"])
    redactor.learn("Smithson", "name")
    assert redactor.text(text) == text


def test_the_request_of_a_kept_exchange_is_redacted_like_the_response():
    redactor = Redactor(secrets=[SECRET])
    found = redactor.evidence(
        exchange(request_body=json.dumps({"a": SECRET}).encode()), test="t", keep_body=True
    )
    assert SECRET not in repr(found)
    assert found.request.body.text == '{"a": "[redacted:secret]"}'
