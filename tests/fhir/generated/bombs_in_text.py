"""Texts made by hand to exhaust a reader of JSON or XML, or to trick it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.fhir.generated.bombs import FHIR, XHTML, as_text, bundle, entry

_LONG = "<p>made up &amp; long</p>" * 400_000


def _entity_bomb() -> bytes:
    lines = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(20))
    patient = f'<Patient xmlns="{FHIR}"><id value="&e20;"/></Patient>'
    return f'<!DOCTYPE a [<!ENTITY e0 "x">{lines}]>{patient}'.encode()


def _xml(inner: str) -> bytes:
    return f'<Patient xmlns="{FHIR}">{inner}</Patient>'.encode()


#: Texts, in JSON or XML.
TEXTS: Mapping[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a NUL": lambda: b"\0",
    "a million brackets": lambda: b"[" * 1_000_000,
    "a million braces": lambda: b'{"a":' * 1_000_000,
    "a million brackets, closed": lambda: b"[" * 500_000 + b"]" * 500_000,
    "objects 127 deep": lambda: (
        b'{"resourceType":"Patient","a":' + b'{"a":' * 126 + b"1" + b"}" * 127
    ),
    "an unclosed string of 5 MB": lambda: b'{"resourceType":"' + b"x" * 5_000_000,
    "an escape without end": lambda: b'{"resourceType":"' + b"\\" * 2_000_001,
    "100,000 doubled keys": lambda: (
        b'{"resourceType":"Patient",' + b'"id":"a",' * 100_000 + b'"id":"b"}'
    ),
    "100,000 commas": lambda: b'{"resourceType":"Patient"' + b"," * 100_000 + b"}",
    "100,000 comments": lambda: b'{"resourceType":"Patient"' + b"/**/" * 100_000 + b"}",
    "unclosed comments": lambda: b'{"resourceType":"Patient"' + b"/*" * 100_000,
    "a number of a million digits": lambda: (
        b'{"resourceType":"Patient","id":' + b"9" * 1_000_000 + b"}"
    ),
    "a number with a huge exponent": lambda: b'{"resourceType":"Patient","id":1e999999999999}',
    "a number with a hidden exponent": lambda: (
        b'{"resourceType":"Patient","id":1E-00000000000000009999999}'
    ),
    "not a number": lambda: b'{"resourceType":"Patient","id":NaN,"x":-Infinity}',
    "lone surrogates": lambda: (
        b'{"resourceType":"Patient","id":"\\ud800","\\udfff":"\\ud800\\ud800"}'
    ),
    "surrogates as bytes": lambda: b'{"resourceType":"Patient","id":"\xed\xa0\x80"}',
    "no UTF-8 at all": lambda: (
        b'{"resourceType":"Patient","id":"' + b"\xff\xfe\xc3" * 100_000 + b'"}'
    ),
    "UTF-16": lambda: '{"resourceType":"Patient"}'.encode("utf-16"),
    "a million spaces": lambda: b" " * 1_000_000 + b'{"resourceType":"Patient"}',
    "a million spaces within a mistake": lambda: (
        b'{"resourceType":"Patient",' + b" " * 1_000_000 + b",}"
    ),
    "a Bundle of 10,000 entries": lambda: as_text(
        bundle("collection", [entry(n) for n in range(10_000)])
    ),
    "XML entities": _entity_bomb,
    "an outside entity": lambda: (
        f'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Patient xmlns="{FHIR}">'
        '<id value="&b;"/></Patient>'
    ).encode(),
    "XML 100,000 deep": lambda: _xml("<extension>" * 100_000),
    "XML extensions 60 deep": lambda: _xml('<extension url="a">' * 60 + "</extension>" * 60),
    "20,000 XML attributes": lambda: _xml(
        "<id " + " ".join(f'a{n}="b"' for n in range(20_000)) + "/>"
    ),
    "20,000 doubled XML elements": lambda: _xml('<active value="true"/>' * 20_000),
    "20,000 unknown XML elements": lambda: _xml("<nothing/>" * 20_000),
    "20,000 disordered XML elements": lambda: _xml('<name/><id value="a"/>' * 10_000),
    "20,000 XML namespaces": lambda: _xml("".join(f'<a xmlns="urn:{n}"/>' for n in range(20_000))),
    "5 MB of XML text": lambda: _xml("x" * 5_000_000),
    "an XML attribute of 5 MB": lambda: _xml(f'<id value="{"x" * 5_000_000}"/>'),
    "XML processing instructions": lambda: _xml("<?a b?>" * 50_000),
    "an XML narrative 100,000 deep": lambda: _xml(
        f'<text><status value="generated"/><div xmlns="{XHTML}">' + "<b>" * 100_000
    ),
    "an XML narrative of 10 MB": lambda: _xml(
        f'<text><status value="generated"/><div xmlns="{XHTML}">{_LONG}</div></text>'
    ),
}
