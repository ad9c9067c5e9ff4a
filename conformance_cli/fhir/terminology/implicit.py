"""Value sets that a URL defines by itself, as compositions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Json = Any

_SNOMED: Final = "http://snomed.info/sct"
_LOINC: Final = "http://loinc.org"
_LOINC_SETS: Final = f"{_LOINC}/vs"
_UNITS: Final = "http://unitsofmeasure.org"
#: Pages that STU3 binds to in place of value sets, the value sets of R4 for them, and systems.
_PAGES: Mapping[str, tuple[str, str]] = {
    "http://www.rfc-editor.org/bcp/bcp13.txt": (
        "http://hl7.org/fhir/ValueSet/mimetypes",
        "urn:ietf:bcp:13",
    ),
    "http://tools.ietf.org/html/bcp47": (
        "http://hl7.org/fhir/ValueSet/all-languages",
        "urn:ietf:bcp:47",
    ),
}


def implicit_value_set(url: str) -> Mapping[str, Json] | None:
    """The value set that a URL of SNOMED CT, LOINC, UCUM or an RFC stands for, or ``None``.

    Sources: http://hl7.org/fhir/R4/snomedct.html#implicit, loinc.html#implicit, ucum.html; for
    RFCs the bindings of STU3, such as that of Attachment.contentType.
    """
    if url.startswith(_SNOMED) and "?fhir_vs" in url:
        return _value_set(url, _snomed(url))
    if url == _LOINC_SETS or url.startswith(_LOINC_SETS + "/"):
        return _value_set(url, _loinc(url[len(_LOINC_SETS) + 1 :]))
    if url == f"{_UNITS}/vs":
        return _value_set(url, {"system": _UNITS})
    if url in _PAGES:
        meant, system = _PAGES[url]
        return _value_set(meant, {"system": system})
    return None


def _value_set(url: str, include: Mapping[str, Json]) -> Mapping[str, Json]:
    return {"resourceType": "ValueSet", "url": url, "compose": {"include": [include]}}


def _snomed(url: str) -> Mapping[str, Json]:
    edition, _, query = url.partition("?fhir_vs")
    include: dict[str, Json] = {"system": _SNOMED}
    if edition != _SNOMED:
        include["version"] = edition
    kind, _, value = query.removeprefix("=").partition("/")
    if kind == "isa":
        include["filter"] = [_filter("concept", "is-a", value)]
    elif kind:
        # reference sets and expressions: no property of the code system says them
        include["filter"] = [_filter(f"({kind})", "=", value)]
    return include


def _loinc(name: str) -> Mapping[str, Json]:
    if not name:
        return {"system": _LOINC}
    if name.startswith("LP"):
        return {"system": _LOINC, "filter": [_filter("ancestor", "=", name)]}
    if name.startswith("LL"):
        return {"system": _LOINC, "filter": [_filter("LIST", "=", name)]}
    return {"system": _LOINC, "filter": [_filter(f"({name})", "=", "true")]}


def _filter(name: str, operation: str, value: str) -> Mapping[str, Json]:
    return {"property": name, "op": operation, "value": value}
