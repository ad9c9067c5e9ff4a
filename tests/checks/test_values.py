"""``value`` and its matchers, ``jwt``, ``tls``."""

import base64
import json
from datetime import UTC, datetime

import pytest

from conformance_cli.model.exchange import TlsFacts
from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import exchange, judge


def value(of, **rules):
    named = {key.replace("_", "-"): rule for key, rule in rules.items()}
    return judge("value", {"of": of, **named}, exchange())


@pytest.mark.parametrize(
    ("of", "rules"),
    [
        ("a", {"equals": "a"}),
        (1, {"equals": 1.0}),
        (None, {"equals": None}),
        (None, {"present": False}),
        ({"a": [1]}, {"equals": {"a": [1]}}),
        ("A", {"equals": "a", "ignore_case": True}),
        ("a", {"not_equals": "b"}),
        ("abc", {"contains": "b"}),
        ("aBc", {"contains": "bC", "ignore_case": True}),
        (["a", "b"], {"contains": "b"}),
        ({"a": 1}, {"contains": "a"}),
        ("2026-11-23", {"matches": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}),
        ("ABC", {"matches": ["[0-9]+", "[a-c]+"], "ignore_case": True}),
        ("b", {"one_of": ["a", "b"]}),
        ("a", {"present": True}),
        (False, {"present": True}),
        (0, {"equals": 0, "present": True}),
        ("abc", {"contains": "a", "matches": "a.*", "not_equals": "b"}),
    ],
)
def test_a_value_that_matches_passes(of, rules):
    assert value(of, **rules).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("of", "rules", "expected", "actual"),
    [
        ("b", {"equals": "a"}, '"a"', '"b"'),
        (True, {"equals": 1}, "1", "true"),
        ("1", {"equals": 1}, "1", '"1"'),
        (None, {"equals": "a"}, '"a"', "nothing"),
        (None, {"not_equals": "a"}, 'other than "a"', "nothing"),
        (None, {"contains": "a"}, 'containing "a"', "nothing"),
        (None, {"present": True}, "present", "nothing"),
        ("", {"present": True}, "present", '""'),
        ("a", {"present": False}, "absent", '"a"'),
        ("a", {"not_equals": "A", "ignore_case": True}, 'other than "A", in any case', '"a"'),
        ("xaby", {"matches": "ab"}, 'matching "ab"', '"xaby"'),
        (5, {"matches": "5"}, 'matching "5"', "5"),
        ("c", {"one_of": ["a", "b"]}, 'one of "a" or "b"', '"c"'),
        ([1, 2], {"contains": 3}, "containing 3", "a list of 2"),
        ({"resourceType": "Slot"}, {"equals": {}}, "an object", "an object (Slot)"),
    ],
)
def test_a_value_that_does_not_match_fails_with_both(of, rules, expected, actual):
    finding = value(of, **rules)
    assert finding.verdict is Verdict.FAIL
    assert (finding.expected, finding.actual) == (expected, actual)


def token(header, claims):
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in [*parts, b"sig"])


TOKEN = token({"alg": "RS512", "typ": "JWT"}, {"iss": "me", "exp": 1764000000, "aud": ["a", "b"]})


@pytest.mark.parametrize("of", [TOKEN, f"Bearer {TOKEN}"])
def test_a_token_with_the_parts_asked_for_passes(of):
    claims = {"iss": "me", "exp": "present", "nbf": "absent", "aud": {"contains": "b"}}
    finding = judge("jwt", {"of": of, "header": {"alg": "RS512"}, "claims": claims}, exchange())
    assert finding.verdict is Verdict.PASS


def test_a_token_with_other_parts_fails_with_their_names():
    argument = {"of": TOKEN, "header": {"alg": "ES256"}, "claims": {"iss": "me", "sub": "present"}}
    finding = judge("jwt", argument, exchange())
    assert finding.verdict is Verdict.FAIL
    assert finding.expected == 'header.alg "ES256", claims.iss "me" and claims.sub present'
    assert finding.actual == 'header.alg "RS512" and claims.sub nothing'
    assert finding.where == "header.alg, claims.sub"


@pytest.mark.parametrize(
    ("of", "actual"),
    [
        (None, "no JWT: nothing is no text"),
        ("abc", "no JWT: 1 parts instead of 3"),
        ("a.b.c.d", "no JWT: 4 parts instead of 3"),
        ("!.e30.x", "no JWT: the header is not base64url"),
        ("\u00e9.e30.x", "no JWT: the header is not base64url"),
        ("e30.W10.x", "no JWT: the claims is no JSON object"),
        (
            base64.urlsafe_b64encode(b'{"a":1,"a":2}').decode().rstrip("=") + ".e30.x",
            'no JWT: the header is not JSON: the name "a" stands twice in one object',
        ),
        ("a" * 100_000 + ".e30.x", "no JWT: longer than 65536 characters"),
    ],
    ids=range(8),
)
def test_what_is_no_token_fails(of, actual):
    finding = judge("jwt", {"of": of}, exchange())
    assert (finding.verdict, finding.actual, finding.where) == (Verdict.FAIL, actual, "token")


def facts(version="TLSv1.3", verified=True, legacy=()):
    now = datetime.now(UTC)
    problem = "" if verified else "self-signed certificate"
    return TlsFacts(version, "c", "s", "i", (), now, now, verified, problem, tuple(legacy))


@pytest.mark.parametrize(
    ("argument", "tls", "verdict", "actual"),
    [
        ({"minimum": "1.2"}, facts(), Verdict.PASS, "TLSv1.3, verified"),
        ({"minimum": "1.2", "verified": True}, facts("TLSv1.2"), Verdict.PASS, "TLSv1.2, verified"),
        ({"minimum": "1.3"}, facts("TLSv1.2"), Verdict.FAIL, "TLSv1.2"),
        ({"minimum": "1.2"}, facts("TLSv1"), Verdict.FAIL, "TLSv1"),
        ({"minimum": "1.2"}, facts("SSLv3"), Verdict.FAIL, "SSLv3"),
        (
            {"minimum": "1.2"},
            facts(legacy=["TLSv1", "TLSv1.1"]),
            Verdict.FAIL,
            "TLSv1.3, but TLSv1 and TLSv1.1 accepted too",
        ),
        (
            {"verified": True},
            facts(verified=False),
            Verdict.FAIL,
            "a certificate that cannot be verified: self-signed certificate",
        ),
        ({"minimum": "1.2"}, None, Verdict.FAIL, "no TLS: the endpoint is plain http"),
    ],
)
def test_what_the_handshake_showed(argument, tls, verdict, actual):
    finding = judge("tls", argument, exchange(), tls=lambda: tls)
    assert (finding.verdict, finding.actual) == (verdict, actual)
    assert finding.where == "TLS handshake"
