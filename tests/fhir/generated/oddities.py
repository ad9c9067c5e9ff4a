"""Values, names and bytes that tend to be forgotten: material for damage."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Json = Any

_XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
TEXTS = (
    "", " ", "\n", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "😀", "x" * 5_000,
    "1", "-1", "1e999999999", "NaN", "true", "null", "#", "##", "#a", "/", "//", "Patient/",
    "Patient/1", "Patient/1/_history/", "Patient?x", "http://", "http://[", "http://[::1",
    "https://a.b/Patient/1", "urn:", "urn:uuid:", "urn:oid:1", "urn:uuid:x", "|", "a|b|c",
    "http://x|1|2#y", "%", "%zz", "{", "}", "{0}", "{value}", "%s", "\\", "$", "$this",
    "%resource", "..", "*", "-", "0", "99999999999999999999", "2020-02-30", "0000-00-00",
    "9999-12-31T23:59:60.999999999999+14:00", "T", "24:00:00", "20:00", "(a+)+$", "(?P<x>", "[",
    "(?(1)a|b)", "a{99999}", "(" * 300, "name.where(", "%a.b", "1 = 1", "descendants()",
    "repeat($this)", "resolve()", "'", "iif(true, 1, 2)", "&amp;", "<", "<a>", "<!DOCTYPE x>",
    "]]>", "<div>", "<div/>", _XHTML.format("<script>x</script>"), _XHTML.format("&nbsp;"),
    _XHTML.format("<a href='#b'>" * 50 + "</a>" * 50), "AAAA====", "@@@@", "text/plain; charset",
    "en-GB-x", "mg/dL{", "10*3/uL", "[in_i'H2O]", "http://unitsofmeasure.org",
    "http://snomed.info/sct", "http://loinc.org",
    "http://hl7.org/fhir/StructureDefinition/Patient", "http://hl7.org/fhir/ValueSet/all-types",
    "http://hl7.org/fhir/StructureDefinition/regex", "Resource", "Element", "Bundle", "xhtml",
    "value",
)  # fmt: skip
NUMBERS: Sequence[Json] = (
    0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**18, 10**400, 0.5, float("inf"), Decimal("0.0"),
    Decimal("-0"), Decimal("1E+6000"), Decimal("1E-6000"), Decimal("1." + "0" * 900),
)  # fmt: skip
OTHERS: Sequence[Json] = (
    None, True, False, [], {}, [[]], [None], [{}], [None, None], {"": 1}, {"a": None}, [[[[1]]]],
    [1, "a", {}, None], {"resourceType": "Patient"},
    {"resourceType": "Bundle", "type": "document", "entry": [{}]}, {"resourceType": 5},
    {"extension": [{"url": "a"}]}, {"extension": {"url": "a"}},
    {"extension": [5, None, {"url": 5}]}, {"id": "a"}, {"reference": "#"}, {"reference": "#a"},
    {"reference": 5}, {"reference": "Patient/1", "type": 5}, {"coding": 5},
    {"coding": [5, None, {"system": 5, "code": {}}]},
    {"system": "http://loinc.org", "code": "1-8"},
    {"value": 1, "system": "http://unitsofmeasure.org", "code": "{"},
    {"start": "2020", "end": "2019"},
    {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"},
)  # fmt: skip
KEYS = (
    "extension", "modifierExtension", "contained", "resourceType", "id", "_id", "meta", "text",
    "div", "reference", "url", "value", "valueString", "valueQuantity", "code", "coding", "system",
    "item", "entry", "resource", "fullUrl", "type", "target", "", "_", "__proto__",
    "fhir_comments", "implicitRules", "language",
)  # fmt: skip
PIECES = (
    b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf",
    b"null", b"1e9", b"-", b"//", b"/*", b"*/", b"'", b"\\ud800", b"\\u0000", b"<", b">", b"</",
    b"/>", b"&", b"&#0;", b"&#xD800;", b"&x;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x ?>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b'xmlns="x"', b'value=""', b" ", b"\n", b"\t",
    b"\xe2\x80\xae", b'"a":1,', b"9" * 50, b"[" * 50, b'{"a":' * 20, b"<f>" * 30, b"\xfe\xff",
)  # fmt: skip
