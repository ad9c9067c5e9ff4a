"""Redaction never raises, never hangs, and never writes what cannot be stored."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.wire.redaction import Redactor
from conformance_cli.wire.redaction import redactor as redactor_module
from tests.wire.redacting import everything, evidence

ANY_TEXT = st.text(max_size=200) | st.text("{}[]\",:\\<>/=&?%!-' \n\0\ud800é1a@", max_size=200)
MEDIA = st.sampled_from(
    [
        "application/fhir+json",
        "application/fhir+xml",
        "text/html",
        "text/plain; charset=latin-1",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "nonsense",
        "",
    ]
)


@given(body=st.binary(max_size=300) | ANY_TEXT.map(lambda t: t.encode("utf-8", "surrogatepass")),
       media=MEDIA, keep=st.booleans())  # fmt: skip
def test_any_bytes_as_any_media_type_become_storable_evidence(body, media, keep):
    found = evidence(Redactor(secrets=["abc123"]), body=body, content_type=media, keep_body=keep)
    json.dumps(repr(found)).encode("utf-8")
    if found.response.body is not None and found.response.body.text is not None:
        found.response.body.text.encode("utf-8")
        assert "\0" not in found.response.body.text


@given(url=ANY_TEXT, name=ANY_TEXT, value=ANY_TEXT, failure=ANY_TEXT)
def test_any_url_and_header_become_storable_evidence(url, name, value, failure):
    shown = everything(
        Redactor(secrets=["abc123"]),
        url=url,
        headers=((name, value), ("NHSD-X", value), ("Location", value), ("Authorization", value)),
        failure=failure,
    )
    shown.encode("utf-8")
    assert "\0" not in shown


@given(ANY_TEXT)
def test_any_text_becomes_storable(text):
    redactor = Redactor(secrets=["abc123"])
    redactor.learn("Hargreaves", "name")
    redactor.text(text).encode("utf-8")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["name", "text", "family", "value", "resourceType", "id", "x"])
                | st.text(max_size=8),
                inner,
                max_size=4,
            )
        ),
        max_leaves=25,
    )
)
def test_any_json_stays_json_of_the_same_shape(value):
    text = evidence(Redactor(), body=json.dumps(value).encode()).response.body.text

    def shape(item):
        if isinstance(item, dict):
            return ["{", *(shape(v) for v in item.values())]
        if isinstance(item, list):
            return ["[", *(shape(v) for v in item)]
        return "."

    assert shape(json.loads(text)) == shape(value)


def test_what_was_redacted_is_not_changed_by_redacting_it_again():
    body = json.dumps(
        {"resourceType": "Patient", "name": [{"family": "Hargreaves"}], "password": "swordfish"}
    ).encode()
    redactor = Redactor()
    once = evidence(redactor, body=body).response.body.text
    twice = evidence(redactor, body=once.encode()).response.body.text
    assert twice == once


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"[" * 100_000, "application/fhir+json"),
        (b'{"a":' * 100_000, "application/fhir+json"),
        (b"<a>" * 100_000, "application/fhir+xml"),
    ],
)
@pytest.mark.parametrize("keep", [True, False])
def test_what_is_nested_beyond_measure_is_left_out(body, media, keep):
    found = evidence(Redactor(), body=b'{"name"' + body if not keep else body,
                     content_type=media, keep_body=keep).response.body  # fmt: skip
    assert found.text is None
    assert found.omitted
    assert found.size >= len(body)


HUGE = {
    "one long string": b'{"comment":"' + b"a" * 3_000_000 + b'"}',
    "a string that never ends": b'{"comment":"' + b"a\\" * 1_500_000,
    "backslashes": b'"' + b"\\" * 3_000_000,
    "many keys": b'{"name":' + b'"a","a":' * 300_000,
    "many brackets": b"[]" * 1_500_000,
    "many quotes": b'"' * 3_000_000,
    "many angle brackets": b"<" * 3_000_000,
    "many attributes": b"<a " + b"b='c' " * 3_000_000,
    "many quotes in a tag": b"<a '" + b"\"'" * 1_500_000,
    "an endless comment": b"<!--" + b"-" * 3_000_000,
    "many pairs": b"a=b&" * 700_000,
    "percent signs": b"%" * 3_000_000,
}


@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE.keys())
@pytest.mark.parametrize("keep", [True, False])
def test_megabytes_of_malice_take_no_time(body, keep):
    redactor = Redactor(secrets=["abcdef123456789abcdef"])
    redactor.learn("Hargreaves", "name")
    for media in ("application/fhir+json", "application/fhir+xml", "text/plain",
                  "application/x-www-form-urlencoded"):  # fmt: skip
        begun = time.perf_counter()
        found = evidence(redactor, body=body, content_type=media, keep_body=keep).response.body
        assert time.perf_counter() - begun < 5, media
        assert found.size == len(body)
        assert len(found.text or "") <= 256 * 1024


def test_a_fault_in_redacting_leaves_the_body_out_instead_of_showing_it(monkeypatch):
    def broken(*_: object) -> None:
        raise AssertionError("Hargreaves")

    monkeypatch.setattr(redactor_module, "redact_body", broken)
    monkeypatch.setattr(redactor_module, "redact_url", broken)
    monkeypatch.setattr(redactor_module.HeaderRedactor, "headers", broken)
    found = evidence(Redactor(), body=b'{"name": "Hargreaves"}', headers=(("X", "Hargreaves"),))
    assert found.response.body.text is None
    assert "AssertionError" in found.response.body.omitted
    assert found.request.url == "[redacted:unreadable]"
    assert "Hargreaves" not in repr(found)


BROKEN_JSON = [
    '{"resourceType":"Patient","name":[{"family":"Hargreaves"},]}',
    '{"resourceType":"Patient","name":[{"family":"Hargreaves"}',
    '{"resourceType":"Patient" "name":[{"family" "Hargreaves"}]}',
    "{'resourceType':'Patient','name':[{'family':'Hargreaves'}]}",
    "{resourceType: Patient, name: [{family: Hargreaves}]}",
    '{"a": "x, "family": "Hargreaves"}',
    '{"a": x", "given": ["Hargreaves"]}',
    '{"family": "Harg"reaves"}',
    '}{"family":"Hargreaves"}',
    ']]]{"name":{"text":"Hargreaves"}}',
    '{"family":"Hargreaves',
    '\ufeff{"family":"Hargreaves"}',
    '{"f\\u0061mily":"Hargreaves"}',
    '{"family":"\\u0048argreaves"}',
    '{"family":{"resourceType":"OperationOutcome","value":"Hargreaves","family":"Hargreaves"}}',
    '{"resourceType":"Patient","resourceType":"OperationOutcome","name":[{"family":"Hargreaves"}]}',
    '{"diagnostics":"{\\"resourceType\\":\\"Patient\\",\\"family\\":\\"Hargreaves\\"}"}',
    '{"diagnostics":"Patient(family=Hargreaves, dob=1987-11-05)"}',
    '{"diagnostics":"surname: Hargreaves"}',
    '["Hargreaves", {"family":"Hargreaves"}]',
    '{"_family":{"extension":[{"valueString":"Hargreaves"}]}}',
    '{"FAMILY":"Hargreaves"}',
    '{"patient_name":"Hargreaves"}',
]


@pytest.mark.parametrize("text", BROKEN_JSON)
@pytest.mark.parametrize("media", ["application/fhir+json", "", "text/plain; x=1"])
def test_broken_and_sly_json_gives_no_name_away(text, media):
    shown = everything(Redactor(), body=text.encode(), content_type=media)
    assert "argreaves" not in shown
    assert "reaves" not in shown
