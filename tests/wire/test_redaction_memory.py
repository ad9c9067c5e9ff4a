"""What was once seen as personal is found again wherever it turns up."""

from __future__ import annotations

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.wire.redaction import Redactor
from tests.wire.people import appointment, patient
from tests.wire.redacting import everything, evidence, kept


def informed(*, keep_body: bool) -> Redactor:
    """A redactor that has seen a patient go by."""
    redactor = Redactor()
    evidence(redactor, body=json.dumps(patient()).encode(), keep_body=keep_body)
    return redactor


ECHOES = {
    "a family name": ("no Smithson-Quayle here", "Smithson"),
    "in capitals": ("no SMITHSON-QUAYLE here", "SMITHSON"),
    "in lower case": ("no smithson-quayle here", "quayle"),
    "turned round": ("QUAYLE SMITHSON", "QUAYLE"),
    "a given name": ("Anneliese was not found", "Anneliese"),
    "a second name": ("Philippa?", "Philippa"),
    "an NHS number": ("for 9990001782 none", "9990001782"),
    "an NHS number with spaces": ("for 999 000 1782 none", "1782"),
    "a birth date": ("born 1987-11-05", "1987"),
    "a birth date the other way round": ("born 05/11/1987", "1987"),
    "a birth date without marks": ("dob 19871105", "1987"),
    "a birth date in a time": ("at 1987-11-05T00:00:00Z", "1987-11-05"),
    "a telephone number": ("call 07700 900321", "900321"),
    "a telephone number without spaces": ("call 07700900321.", "900321"),
    "an international number": ("call +44 7700 900321", "900321"),
    "another landline": ("call 01134960999", "4960999"),
    "an e-mail address": ("to anneliese@example.org", "anneliese"),
    "a line of the address": ("at 12 Elm Tree Gardens", "Elm Tree"),
    "a postcode": ("in LS22 6AB", "6AB"),
    "a postcode without the space": ("in LS226AB", "6AB"),
    "a local identifier": ("record RPX-778812", "778812"),
    "a next of kin": ("Gwendoline Hargreaves", "Hargreaves"),
}


@pytest.mark.parametrize("keep_body", [True, False], ids=["kept", "not kept"])
@pytest.mark.parametrize(("text", "leak"), ECHOES.values(), ids=ECHOES.keys())
def test_a_value_seen_before_is_masked_in_every_later_text(text, leak, keep_body):
    redactor = informed(keep_body=keep_body)
    assert leak not in redactor.text(text)
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": text}]}
    shown = everything(
        redactor,
        url=f"https://api.test/x/{text.replace(' ', '%20')}?q={text.replace(' ', '+')}",
        headers=(("X-Note", text),),
        body=json.dumps(outcome).encode(),
        failure=text,
    )
    assert leak not in shown
    html = kept(redactor, f"<html><body>{text}</body></html>".encode(), "text/html")
    assert leak not in html
    plain = kept(redactor, text.encode(), "text/plain")
    assert leak not in plain


def test_a_value_is_masked_in_the_exchange_that_first_shows_it():
    outcome = [
        {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "Anneliese twice"}]},
        {"resourceType": "Patient", "name": [{"given": ["Anneliese"]}]},
    ]
    shown = everything(
        Redactor(),
        url="https://api.test/x?q=Anneliese",
        headers=(("X-Note", "Anneliese"),),
        body=json.dumps(outcome).encode(),
    )
    assert "Anneliese" not in shown


@pytest.mark.parametrize("keep_body", [True, False])
def test_what_was_sent_and_what_was_searched_for_is_learned_too(keep_body):
    redactor = Redactor()
    evidence(
        redactor,
        url="https://api.test/Patient?family=Featherstonehaugh&birthdate=eq1987-11-05",
        request_body=json.dumps(appointment()).encode(),
        keep_body=keep_body,
    )
    for leak in ("Featherstonehaugh", "1987-11-05", "Gwendoline Hargreaves", "Anneliese"):
        assert leak not in redactor.text(f"it was {leak}.")


def test_xml_teaches_as_json_does():
    redactor = Redactor()
    xml = "<Patient xmlns='http://hl7.org/fhir'><name><family value='Hargreaves'/></name></Patient>"
    evidence(redactor, body=xml.encode(), content_type="application/fhir+xml", keep_body=False)
    assert "Hargreaves" not in redactor.text("no Hargreaves")


def test_broken_json_teaches_as_far_as_it_goes():
    redactor = Redactor()
    broken = b'{"resourceType":"Patient","name":[{"family":"Hargreaves","given":["Gwen'
    evidence(redactor, body=broken, keep_body=False)
    assert "Hargreaves" not in redactor.text("no Hargreaves")


def test_a_fixture_can_be_learned():
    redactor = Redactor()
    redactor.learn("9990001782", "nhs-number")
    redactor.learn("Zebedee")
    assert redactor.text("9990001782 Zebedee") == "[redacted:nhs-number] [redacted:personal]"


# --- and what must not be -------------------------------------------------------------------

EVERYDAY = [
    ("May", "free slots in May, may be 5"),
    ("Free", "Slot.status is free"),
    ("Booked", "the status is booked"),
    ("Patient", "Patient is missing"),
    ("Will", "it will fail"),
    ("Li", "a list of Li"),
    ("Lee", "lee side"),
    ("Ann", "an announcement"),
    ("404", "expected 404"),
    ("12", "12 slots"),
    ("Test", "a test"),
    ("Mrs", "Mrs"),
    ("Name", "[redacted:name]"),
]


@pytest.mark.parametrize(("value", "text"), EVERYDAY)
def test_a_name_that_is_an_everyday_word_blinds_nobody(value, text):
    redactor = Redactor()
    evidence(
        redactor,
        body=json.dumps(
            {"resourceType": "Patient", "name": [{"family": value, "given": [value]}]}
        ).encode(),
    )
    assert redactor.text(text) == text


def test_a_short_name_is_found_as_it_is_written():
    redactor = Redactor()
    redactor.learn("Lee", "name")
    assert redactor.text("Lee, LEE, lee, fleet") == "[redacted:name], [redacted:name], lee, fleet"


def test_codes_ids_and_dates_of_care_are_never_touched_by_what_was_learned():
    redactor = Redactor()
    for value in ("Accepted", "Hargreaves", "Observation", "2026-03-02", "booking-request"):
        redactor.learn(value, "name")
    resource = {
        "resourceType": "Observation",
        "status": "accepted",
        "code": {"coding": [{"system": "https://x/Hargreaves", "code": "Hargreaves"}]},
        "start": "2026-03-02",
        "language": "Hargreaves",
    }
    assert json.loads(kept(redactor, json.dumps(resource).encode())) == resource


def test_structural_headers_are_never_touched_by_what_was_learned():
    redactor = Redactor()
    for value in ("Sunday", "gzip", "nginx", "fhir"):
        redactor.learn(value, "name")
    headers = (
        ("Date", "Sunday, 01-Mar-26 10:00:00 GMT"),
        ("Content-Encoding", "gzip"),
        ("Server", "nginx"),
    )
    assert evidence(redactor, headers=headers).request.headers == headers


def test_the_town_and_the_country_of_an_address_are_everybodys():
    redactor = Redactor()
    evidence(
        redactor,
        body=json.dumps(
            {"resourceType": "Patient", "address": [{"city": "Harrogate", "country": "Norway"}]}
        ).encode(),
    )
    assert redactor.text("Harrogate Clinic, Norway") == "Harrogate Clinic, Norway"


# --- together -------------------------------------------------------------------------------


def test_learning_and_scrubbing_in_many_threads_misses_nothing():
    redactor = Redactor()
    names = [f"Qname{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(300)]
    missed: list[str] = []

    def work(part: list[str]) -> None:
        for name in part:
            body = json.dumps({"resourceType": "Patient", "name": [{"family": name}]}).encode()
            evidence(redactor, body=body, keep_body=False)
            if name in redactor.text(f"seen {name} now"):
                missed.append(name)

    threads = [threading.Thread(target=work, args=(names[n::6],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not missed
    assert "Qname" not in redactor.text(" ".join(names))


LETTERS = st.text("abcdefghijklmnopqrstuvwxyzäöé", min_size=4, max_size=9)
NAMES = st.lists(LETTERS, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from(["-", "'", "’", " "]).map(lambda c: "Q" + c.join(parts))
)


@given(st.lists(NAMES, min_size=1, max_size=5), st.text(" .,;:!?()\n", min_size=1, max_size=3))
def test_any_names_learned_are_found_amid_any_punctuation(names, gap):
    redactor = Redactor()
    redactor.learn(" ".join(names), "name")
    shown = redactor.text(gap.join(names) + gap + gap.join(n.upper() for n in reversed(names)))
    for name in names:
        assert name not in shown
        assert name.upper() not in shown


def test_json_inside_other_text_is_masked_as_json_and_the_rest_stays():
    redactor = Redactor()
    assert redactor.text('got {"name": {"text": "Gwen Q"}} instead of 200') == (
        'got {"name": {"text": "[redacted:name]"}} instead of 200'
    )
    cut = redactor.text('got {"resourceType": "Patient", "name": [{"text": "Gwendoline Har...')
    assert "Gwen" not in cut
    assert "Patient" in cut


def test_a_traceback_stays_readable():
    trace = (
        "Traceback (most recent call last):\n"
        '  File "/usr/lib/run.py", line 12, in run\n'
        '    return {"a": value}\n'
        "ValueError: no value for Slot.start\n"
    )
    shown = Redactor().text(trace)
    assert shown.splitlines()[:2] == trace.splitlines()[:2]
    assert shown.splitlines()[3:] == trace.splitlines()[3:]


def test_resources_can_still_be_told_apart_by_their_ids():
    """A supplier may use a patient's local identifier, or a test number, as the id."""
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {
                "fullUrl": "https://x/Patient/local-id-77",
                "resource": {
                    "resourceType": "Patient",
                    "id": "local-id-77",
                    "identifier": [
                        {"system": "https://x/local", "value": "local-id-77"},
                        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990001782"},
                    ],
                    "name": [{"family": "Hargreaves"}],
                },
            },
            {
                "resource": {
                    "resourceType": "Appointment",
                    "participant": [
                        {"actor": {"reference": "Patient/local-id-77"}},
                        {"actor": {"reference": "Patient/9990001782"}},
                        {"actor": {"reference": "Patient/hargreaves"}},
                    ],
                }
            },
        ],
    }
    shown = json.loads(kept(Redactor(), json.dumps(bundle).encode()))
    assert shown["entry"][0]["fullUrl"] == "https://x/Patient/local-id-77"
    assert shown["entry"][0]["resource"]["id"] == "local-id-77"
    values = [i["value"] for i in shown["entry"][0]["resource"]["identifier"]]
    assert values == ["[redacted:identifier]", "[redacted:identifier]"]
    references = [p["actor"]["reference"] for p in shown["entry"][1]["resource"]["participant"]]
    assert references == ["Patient/local-id-77", "Patient/9990001782", "Patient/[redacted:name]"]
