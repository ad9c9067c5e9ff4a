"""Canaries: planted anywhere by chance, found nowhere in the evidence."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.wire.redaction import Redactor
from tests.wire.redacting import everything

NAME = "Canaryname"
SECRET = "canary-secret/42+x"

#: Ways in which a person shows in FHIR; ``canary`` stands for the personal value.
PERSONAL_PARTS = [
    {"family": "canary"},
    {"given": ["Jo", "canary"]},
    {"name": [{"text": "canary"}]},
    {"name": {"use": "official", "family": "canary"}},
    {"telecom": [{"system": "phone", "value": "canary"}]},
    {"address": [{"line": ["canary"], "use": "home"}]},
    {"birthDate": "canary"},
    {"_birthDate": {"extension": [{"url": "http://x", "valueString": "canary"}]}},
    {"deceasedDateTime": "canary"},
    {"text": {"status": "generated", "div": "<div>canary</div>"}},
    {"identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "canary"}]},
    {"subject": {"reference": "Patient/1", "display": "canary"}},
    {"patient": {"identifier": {"value": "canary"}}},
    {"note": [{"text": "canary"}]},
    {"comment": "canary"},
    {"patientInstruction": "canary"},
    {"extension": [{"url": "http://x", "valueString": "canary"}]},
    {"extension": [{"url": "http://x", "valueHumanName": {"family": "canary"}}]},
    {"photo": [{"contentType": "image/png", "data": "canary", "url": "canary"}]},
    {"content": [{"attachment": {"contentType": "text/plain", "data": "canary"}}]},
    {"contact": [{"name": {"given": ["canary"]}}]},
    {"item": [{"answer": [{"valueString": "canary"}], "text": "canary"}]},
    {"family_name": "canary"},
    {"emailAddress": "canary"},
]
KEYS = st.sampled_from(
    ["entry", "resource", "contained", "part", "extension", "participant", "issue", "x", "data"]
)
TYPES = st.sampled_from(["Patient", "Appointment", "Bundle", "Task", "Composition", "Foo", ""])


@st.composite
def planted(draw: st.DrawFn) -> Any:
    """A part that shows a person, under any number of layers of anything."""
    value: Any = json.loads(json.dumps(draw(st.sampled_from(PERSONAL_PARTS))))
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(TYPES)
        layer: dict[str, Any] = {"status": "active", draw(KEYS): value}
        if draw(st.booleans()):
            layer = {"id": "1", draw(KEYS): [{"code": "a"}, value, 1, None]}
        if kind and draw(st.booleans()):
            layer["resourceType"] = kind
        value = layer
    return value


def written(value: Any, canary: str) -> str:
    return (
        json.dumps(value).replace('"canary"', json.dumps(canary)).replace(">canary<", f">{canary}<")
    )


def as_xml(key: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(as_xml(key, item) for item in value)
    if isinstance(value, dict):
        inner = "".join(as_xml(k, v) for k, v in value.items() if k != "resourceType")
        kind = value.get("resourceType")
        inner = f"<{kind}>{inner}</{kind}>" if kind else inner
        return f"<{key}>{inner}</{key}>"
    if isinstance(value, str) and value.startswith("<div"):
        return value
    return f"<{key.lstrip('_')} value={quoteattr(str(value))}/>"


@given(planted())
def test_a_person_is_found_in_no_json_however_deep(value):
    assert NAME not in everything(Redactor(), body=written(value, NAME).encode())


@given(planted(), st.integers(0, 60))
def test_a_person_is_found_in_no_json_that_was_cut_or_damaged(value, position):
    text = written(value, NAME)
    system = '"https://fhir.nhs.uk/Id/nhs-number"'
    for broken in (text[:-position], text[:position] + "," + text[position:], text + "}"):
        if system in text and system not in broken:
            continue  # nothing says any longer that it is a person's
        assert NAME not in everything(Redactor(), body=broken.encode())


@given(planted())
def test_a_person_is_found_in_no_xml_however_deep(value):
    document = '<Bundle xmlns="http://hl7.org/fhir">' + as_xml(
        "resource", json.loads(written(value, NAME))
    )
    for text in (document + "</Bundle>", document):
        shown = everything(Redactor(), body=text.encode(), content_type="application/fhir+xml")
        assert NAME not in shown


@given(planted())
def test_a_person_in_an_encoded_header_is_found_nowhere(value):
    text = written(value, NAME)
    header = base64.b64encode(text.encode()).decode()
    found = Redactor()
    shown = everything(found, headers=(("NHSD-Requesting-Practitioner", header),))
    decoded = [
        base64.b64decode(line + "==", validate=False).decode("utf-8", "replace")
        for line in shown.splitlines()
        if line.startswith("ey")
    ]
    assert header not in shown or NAME not in text
    assert not any(NAME in inner for inner in decoded)


@given(planted(), st.booleans())
def test_what_a_body_shows_of_a_name_is_gone_from_everything_later(value, keep):
    from tests.wire.redacting import evidence

    text = written({"name": [{"family": "canary"}], "more": value}, NAME)
    redactor = Redactor()
    evidence(redactor, body=text.encode(), keep_body=keep)
    assert NAME not in redactor.text(f"no {NAME} here")
    assert NAME not in everything(redactor, url=f"https://x/{NAME}?a={NAME}", failure=NAME)


@given(
    st.recursive(
        st.just("canary") | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.just("canary") | st.text(max_size=6), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_a_secret_is_found_in_no_json_whether_key_or_value_or_part_of_one(value):
    body = json.dumps(value).replace("canary", f"x {SECRET} y")
    shown = everything(
        Redactor(secrets=[SECRET]),
        url=f"https://x/{quote(SECRET, safe='')}?{quote(SECRET, safe='')}={SECRET}",
        headers=((f"X-{SECRET}", SECRET), ("X-B", base64.b64encode(body.encode()).decode())),
        body=body.encode(),
    )
    assert SECRET not in shown
    assert quote(SECRET, safe="") not in shown
    for line in shown.splitlines():
        if line.startswith("ey"):
            assert SECRET.encode() not in base64.b64decode(line + "==")
