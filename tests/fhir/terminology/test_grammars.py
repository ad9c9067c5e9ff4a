"""Systems that are defined by a grammar or a standard's list need no resource."""

import pytest

from conformance_cli.fhir.terminology.grammars import rules
from tests.fhir.terminology.definitions import terminology

LANGUAGES = "urn:ietf:bcp:47"
MEDIA_TYPES = "urn:ietf:bcp:13"
COUNTRIES = "urn:iso:std:iso:3166"


@pytest.mark.parametrize(
    ("system", "codes"),
    [
        (LANGUAGES, "en en-GB EN-gb de-CH zh-Hans-CN es-419 sr-Latn mul und x-ours i-klingon"),
        (LANGUAGES, "en-US-u-ca-gregory de-1996 tl qaa"),
        (MEDIA_TYPES, "text/plain application/fhir+json image/* text/plain;charset=utf-8 x-a/b"),
        ("http://unitsofmeasure.org", "mg mg/dL mm[Hg] {score} 1"),
        ("urn:ietf:rfc:3986", "http://x.test urn:oid:1.2.3 mailto:a@x.test"),
        ("urn:iso:std:iso:4217", "GBP EUR XXX DEM HRK"),
        (COUNTRIES, "GB GBR 826 CHE CSK EU US-NY"),
        ("urn:iso:std:iso:3166:-2", "GB-ENG US-NY"),
    ],
)
def test_what_they_have(system, codes):
    assert {code: rules(system)(code).value for code in codes.split()} == dict.fromkeys(
        codes.split(), "valid"
    )


@pytest.mark.parametrize(
    ("system", "codes"),
    [
        (LANGUAGES, ["English", "en_GB", "zz", "e", "en-", "en-Xxxx", "", "a" * 5000]),
        (MEDIA_TYPES, ["jpeg", "image/", "/png", "paint/red", "text plain/x", "text/plain;x"]),
        ("http://unitsofmeasure.org", ["spoonful", "mg//dL"]),
        ("urn:ietf:rfc:3986", ["x", "no uri at all", ""]),
        ("urn:iso:std:iso:4217", ["gbp", "XXY", "pounds"]),
        (COUNTRIES, ["gb", "EN", "England", "000"]),
        ("urn:iso:std:iso:3166:-2", ["England", "YY-1"]),
    ],
)
def test_what_they_lack(system, codes):
    assert {code: rules(system)(code).value for code in codes} == dict.fromkeys(codes, "invalid")


@pytest.mark.parametrize(
    ("system", "code"), [(COUNTRIES, "XK"), (COUNTRIES, "ZZ"), ("urn:iso:std:iso:3166:-2", "GB-X9")]
)
def test_what_they_leave_to_others_is_open(system, code):
    assert rules(system)(code).value == "unknown"


def test_they_are_known_without_being_loaded():
    held = terminology()
    assert held.knows_system(LANGUAGES)
    assert not held.knows_system("http://clinic.test/CodeSystem/colours")


def test_r4_admits_generic_formats_among_media_types():
    from conformance_cli.fhir.terminology.protocol import Coded
    from tests.fhir.terminology.definitions import value_set

    url = "http://hl7.org/fhir/ValueSet/mimetypes"
    held = terminology(value_set(url, {"system": MEDIA_TYPES}))
    found = [held.in_value_set(Coded(None, code), url).standing.value for code in ("xml", "yaml")]
    assert found == ["valid", "invalid"]
