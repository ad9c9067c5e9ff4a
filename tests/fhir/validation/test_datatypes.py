"""Identifiers and attachments: what they say has to be so."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir.validation.datatypes import (
    check_attachment,
    check_identifier,
    check_size,
)
from tests.fhir.source.fakes import element, scope, session, shown

UUID = "c757873d-ec9a-4326-a141-556f43239520"


def found(check, value):
    made, at = session(), scope()
    check(made, value, at.place.child("x"), at)
    for one in made.found:
        assert one.text
    return [(severity, message) for severity, message, _ in shown(made.found)]


class TestIdentifiers:
    @pytest.mark.parametrize(
        "value",
        [
            {},
            {"value": "1"},
            {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9000000009"},
            {"system": "urn:oid:1.2.3", "value": "1"},
            {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{UUID}"},
            {"system": "urn:ietf:rfc:3986", "value": "HTTP://a.b/c d"},
            {"system": "urn:ietf:rfc:3986"},
            {"system": 1, "value": 2},
        ],
    )
    def test_with_absolute_systems_are_fine(self, value):
        assert found(check_identifier, value) == []

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"system": "2.16.840.1.113883"}, ("error", "identifier-system")),
            ({"system": "nhs-number", "value": "1"}, ("error", "identifier-system")),
            ({"system": "urn:ietf:rfc:3986", "value": UUID}, ("error", "identifier-uri")),
            ({"system": "urn:ietf:rfc:3986", "value": "a b:c"}, ("error", "identifier-uri")),
            (
                {"system": "https://tools.ietf.org/html/rfc4122", "value": UUID},
                ("warning", "identifier-uuid-system"),
            ),
            (
                {"system": "https://tools.ietf.org/html/rfc4122", "value": f"urn:uuid:{UUID}"},
                ("warning", "identifier-uuid-system"),
            ),
            (
                {"system": "https://tools.ietf.org/html/rfc4122", "value": "1"},
                ("error", "identifier-uuid"),
            ),
        ],
    )
    def test_with_others_are_not(self, value, expected):
        assert found(check_identifier, value) == [expected]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


class TestAttachments:
    DATA = b"hello"
    HASH = encoded(hashlib.sha1(DATA).digest())

    @pytest.mark.parametrize(
        "value",
        [
            {"data": encoded(DATA), "size": 5, "hash": HASH},
            {"data": "aGVs\nbG8=", "size": 5},
            {"data": encoded(DATA), "size": "5"},
            {"data": "not base64", "size": 5},
            {"url": "http://a/b", "size": 5},
            {"contentType": "text/plain"},
            {"data": encoded(DATA), "hash": "not base64"},
            {"data": encoded(DATA), "size": True},
            {"data": 5, "size": []},
        ],
    )
    def test_that_are_as_they_say_are_fine(self, value):
        assert found(check_attachment, value) == []

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"data": encoded(DATA), "size": 6}, ("error", "attachment-size")),
            ({"data": encoded(DATA), "size": "0"}, ("error", "attachment-size")),
            ({"data": encoded(b"other"), "hash": HASH}, ("error", "attachment-hash")),
            ({"title": "x"}, ("warning", "attachment-empty")),
        ],
    )
    def test_that_are_not_are_told(self, value, expected):
        assert found(check_attachment, value) == [expected]

    def test_may_have_a_largest_size(self):
        limited = element("Media.content", "Attachment", max_size=4)
        for value in ({"data": encoded(self.DATA)}, encoded(self.DATA)):
            made, at = session(), scope()
            check_size(made, value, limited, at.place.child("content"))
            assert shown(made.found) == [("error", "attachment-too-large", "Patient.content")]
        made = session()
        for value in ({"data": encoded(b"abcd")}, {"url": "a"}, {"data": 1}, None, ["x"]):
            check_size(made, value, limited, at.place)
        assert made.found == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
KEYS = st.sampled_from(["system", "value", "data", "size", "hash", "url"])


@given(st.dictionaries(KEYS, JSON))
def test_rules_never_raise(value):
    found(check_identifier, value)
    found(check_attachment, value)
