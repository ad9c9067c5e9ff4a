"""Signatures of Bundles: read from base64, compared with what is said of them, and verified."""

import base64
import datetime
import json
from decimal import Decimal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import get_default_algorithms

from conformance_cli.fhir.validation.jws import canonical
from conformance_cli.fhir.validation.signatures import check_signature
from tests.fhir.source.fakes import scope, session, shown

WHEN = "2025-07-01T07:59:50Z"
FORM = "http://hl7.org/fhir/canonicalization/json"


def certificate(key) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ann Author")])
    start = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS = {"ES256": (EC_KEY, certificate(EC_KEY)), "RS256": (RSA_KEY, certificate(RSA_KEY))}
CONTENT = {
    "resourceType": "Bundle",
    "id": "b",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Basic", "x": Decimal("1.50"), "y": "ö"}}],
}


def url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(content=CONTENT, alg="ES256", payload=None, left_out=(), **header) -> str:
    key, chain = KEYS[alg]
    given_header = {"alg": alg, "sigT": WHEN, "x5c": [chain], "canon": FORM} | header
    protected = url_safe(json.dumps(given_header).encode())
    body = {name: value for name, value in content.items() if name not in left_out}
    signed = url_safe(canonical(body).encode())
    proof = get_default_algorithms()[alg].sign(f"{protected}.{signed}".encode(), key)
    return f"{protected}.{payload or ''}.{url_safe(proof)}"


def bundle(compact: str, content=CONTENT, **facts):
    data = base64.b64encode(compact.encode()).decode()
    signature = {"sigFormat": "application/jose", "when": WHEN, "data": data} | facts
    return content | {"signature": signature}


def found(resource):
    made = session()
    check_signature(made, scope(resource))
    for one in made.found:
        assert one.text
        assert one.place.expression == "Bundle"
    return [(severity, message) for severity, message, _ in shown(made.found)]


HOLDS = ("information", "signature-holds")
BROKEN = ("error", "signature-broken")
UNCHECKED = ("information", "signature-unchecked")
UNREADABLE = ("error", "signature-unreadable")


class TestVerification:
    @pytest.mark.parametrize("alg", sorted(KEYS))
    def test_tells_what_holds(self, alg):
        assert found(bundle(token(alg=alg))) == [HOLDS]

    def test_tells_what_does_not(self):
        changed = json.loads(json.dumps(CONTENT, default=str)) | {"id": "c"}
        assert found(bundle(token(), changed)) == [BROKEN]
        assert found(bundle(token(x5c=[certificate(RSA_KEY)], alg="ES256"))) == [UNCHECKED]

    def test_leaves_out_what_documents_do_not_sign(self):
        form = f"{FORM}#document"
        compact = token(left_out=("id", "meta"), canon=form)
        moved = CONTENT | {"id": "other", "meta": {"versionId": "2"}}
        assert found(bundle(compact, moved)) == [HOLDS]

    def test_takes_the_form_from_the_target_format_or_the_type(self):
        target = f"application/fhir+json;canonicalization={FORM}#document"
        compact = token(left_out=("id",), canon=None)
        assert found(bundle(compact, targetFormat=target)) == [HOLDS]
        document = CONTENT | {"type": "document"}
        compact = token(document, left_out=("id",), canon=None)
        assert found(bundle(compact, document)) == [HOLDS]

    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "none"},
            {"alg": "HS256"},
            {"alg": 5},
            {"b64": False},
            {"x5c": None},
            {"x5c": []},
            {"x5c": ["?"]},
            {"x5c": ["aGVsbG8="]},
            {"canon": "http://hl7.org/fhir/canonicalization/xml"},
        ],
    )
    def test_is_not_claimed_where_it_cannot_be_made(self, header):
        protected = {"alg": "ES256", "sigT": WHEN, "x5c": [KEYS["ES256"][1]], "canon": FORM}
        compact = url_safe(json.dumps(protected | header).encode()) + ".." + url_safe(b"x")
        assert found(bundle(compact)) == [UNCHECKED]

    def test_is_not_claimed_for_other_formats(self):
        facts = {"sigFormat": "application/pkcs7-signature"}
        assert found(bundle(token(), **facts)) == [UNCHECKED]
        assert found(bundle(token(), sigFormat="image/png")) == []


class TestForm:
    def test_a_bare_jws_is_an_error_and_read_all_the_same(self):
        assert found(bundle("", data=token())) == [("error", "signature-not-base64"), HOLDS]

    @pytest.mark.parametrize("data", ["?", "a.b", "aGVsbG8=", "e30=", "..", "W10.."])
    def test_what_is_no_jws_is_unreadable(self, data):
        assert UNREADABLE in found(bundle("", data=data))

    def test_content_that_came_along_is_a_warning(self):
        payload = url_safe(canonical(CONTENT).encode())
        assert found(bundle(token(payload=payload))) == [("warning", "signature-attached"), HOLDS]

    def test_forms_that_differ_are_a_warning(self):
        target = f"application/fhir+json;canonicalization={FORM}#document"
        told = found(bundle(token(), targetFormat=target))
        assert told == [("warning", "signature-canonicalization"), HOLDS]


class TestTime:
    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            ({"sigT": "2025-07-01T09:59:50+02:00"}, []),
            ({"sigT": "2025-07-01T08:00:00Z"}, [("error", "signature-time")]),
            ({"sigT": None}, [("warning", "signature-time-missing")]),
            ({"sigT": None, "iat": 1751356790}, []),
            ({"sigT": 1751356790}, [("warning", "signature-time-form")]),
            ({"sigT": None, "iat": "999999999999999999"}, [("error", "signature-time")]),
        ],
    )
    def test_of_signing_is_the_one_that_is_stated(self, header, expected):
        assert found(bundle(token(**header))) == [*expected, HOLDS]


class TestHostileInput:
    @pytest.mark.parametrize(
        "signature", [None, 1, [], {}, {"data": 1}, {"sigFormat": 1, "data": "x"}]
    )
    def test_of_any_shape_is_survived(self, signature):
        found({"resourceType": "Bundle", "signature": signature})

    @given(st.binary(max_size=40), st.binary(max_size=10))
    def test_any_header_is_survived(self, header, proof):
        found(bundle(f"{url_safe(header)}..{url_safe(proof)}"))

    @given(
        st.dictionaries(
            st.sampled_from(["alg", "x5c", "sigT", "iat", "canon"]),
            st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3)),
        )
    )
    def test_any_header_fields_are_survived(self, header):
        found(bundle(f"{url_safe(json.dumps(header).encode())}..{url_safe(b'x')}"))
