"""Code systems that no resource lists: those with a grammar, and short lists of other bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.terminology.protocol import Standing


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LANGUAGES: Final = "urn:ietf:bcp:47"
MEDIA_TYPES: Final = "urn:ietf:bcp:13"
UNITS: Final = "http://unitsofmeasure.org"
URIS: Final = "urn:ietf:rfc:3986"
CURRENCIES: Final = "urn:iso:std:iso:4217"
COUNTRIES: Final = "urn:iso:std:iso:3166"
SUBDIVISIONS: Final = "urn:iso:std:iso:3166:-2"

_URI = Regex(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
#: RFC 6838 section 4.2 (names) and RFC 2045 section 5.1 (parameters).
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_PARAMETER: Final = r"[^\s;=\"]+\s*=\s*(?:\"[^\"]*\"|[^\s;\"]+)"
_MEDIA_TYPE = Regex(rf"({_NAME})/(?:{_NAME}|\*)(?:\s*;\s*(?:{_PARAMETER})?)*")
#: https://www.iana.org/assignments/media-types
_MEDIA_FAMILIES: Final = _words(
    "application audio example font haptics image message model multipart text video"
)
#: Currencies that were withdrawn but are found in old records (ISO 4217, list three).
_WITHDRAWN_CURRENCIES: Final = _words(
    "ADP AFA ALK ANG AOK AON AOR ARA ARP ARY ATS AYM AZM BAD BEC BEF BEL BGJ BGK BGL BGN BOP"
    " BRB BRC BRE BRN BRR BUK BYB BYR CHC CSD CSJ CSK CUC CYP DDM DEM ECS ECV EEK ESA ESB ESP"
    " FIM FRF GEK GHC GHP GNE GNS GQE GRD GWE GWP HRD HRK IEP ILP ILR ISJ ITL LAJ LSM LTL LTT"
    " LUC LUF LUL LVL LVR MAF MGF MLF MRO MTL MTP MVQ MXP MZE MZM NIC NLG PEH PEI PES PLZ PTE"
    " RHD ROK ROL RUR SDD SDP SIT SKK SLL SRG STD SUR TJR TMM TPE TRL UAK UGS UGW USS UYN UYP"
    " VEB VEF VNC XEU XFO XFU YDD YUD YUM YUN ZAL ZMK ZRN ZRZ ZWC ZWD ZWL ZWN ZWR"
)
#: ISO 3166-1 leaves these to its users, so nobody can say that they are wrong.
_USER_COUNTRIES = Regex(r"AA|Q[M-Z]|X[A-Z]|ZZ|AA[A-Z]|Q[M-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z]|9\d\d")
#: Reserved at the request of their states or unions, and in use.
_RESERVED_COUNTRIES: Final = _words("EU UK SU AC CP DG EA FX IC TA")
#: Longer than any code of these systems; what is longer is not looked at.
_LONGEST: Final = 1000

#: RFC 5646 section 2.1: language, extended language, script, region, variants, extensions.
_TAG = Regex(
    r"(?P<language>[a-z]{2,3}(?P<extended>(?:-[a-z]{3}){0,3})|[a-z]{4}|[a-z]{5,8})"
    r"(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE,
)
_PRIVATE_TAG = Regex(r"x(?:-[a-z0-9]{1,8})+", re.IGNORECASE)
#: RFC 5646 section 2.2.8: tags from before the grammar.
_OLD_TAGS: Final = _words(
    "art-lojban cel-gaulish en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux"
    " i-mingo i-navajo i-pwn i-tao i-tay i-tsu no-bok no-nyn sgn-be-fr sgn-be-nl sgn-ch-de zh-guoyu"
    " zh-hakka zh-min zh-min-nan zh-xiang"
)
#: Withdrawn, renamed or collective subtags that IANA still registers and ISO 639-3 lacks.
_OLD_LANGUAGES: Final = _words("in iw ji jw mo sh tl bh")
#: Reserved for private use.
_PRIVATE_LANGUAGE = Regex(r"q[a-t][a-z]")
_PRIVATE_SCRIPT = Regex(r"qa[ab][a-z]")


def rules(system: str) -> Callable[[str], Standing] | None:
    """How to tell whether a system has a code, for systems that this module knows."""
    return _RULES.get(system)


def allows(system: str, code: str) -> bool:
    """Whether a listed code system admits a code by a rule, as some HL7 v2 tables do."""
    pattern = _PATTERNS.get(system)
    match = pattern.fullmatch(code) if pattern is not None else None
    if match is None:
        return False
    country = match.groupdict().get("country")
    return country is None or _country(country) is not Standing.INVALID


#: https://terminology.hl7.org: identifier types of a nation (NNxxx) and coding system names.
_PATTERNS: Mapping[str, Regex] = {
    "http://terminology.hl7.org/CodeSystem/v2-0203": Regex(r"NN(?P<country>[A-Z]{2,3})"),
    "http://terminology.hl7.org/CodeSystem/v2-0335": Regex(r"PRN\w+"),
    "http://terminology.hl7.org/CodeSystem/v2-0396": Regex(
        r"HL7\d{4}|IBT\d{4}|ISO\d{4,5}|X12DE\d{1,4}|99\w{1,6}|L"
    ),
}


def _standing(is_known: object) -> Standing:
    return Standing.VALID if is_known else Standing.INVALID


def _media_type(code: str) -> Standing:
    match = _MEDIA_TYPE.fullmatch(code)
    family = match.group(1).lower() if match else ""
    return _standing(family in _MEDIA_FAMILIES or family.startswith("x-"))


def _uri(code: str) -> Standing:
    return _standing(_URI.fullmatch(code))


def _unit(code: str) -> Standing:
    from conformance_cli.fhir.terminology.ucum import is_valid_unit

    return _standing(is_valid_unit(code))


def _currency(code: str) -> Standing:
    return _standing(code in _currencies())


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    import pycountry

    return _WITHDRAWN_CURRENCIES.union(one.alpha_3 for one in pycountry.currencies)


def _country(code: str) -> Standing:
    if code in _countries():
        return Standing.VALID
    if "-" in code:
        # R4 gave all parts of ISO 3166 one URI; the one of part 2 came later
        return _subdivision(code)
    return Standing.UNKNOWN if _USER_COUNTRIES.fullmatch(code) else Standing.INVALID


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    import pycountry

    tables = (pycountry.countries, pycountry.historic_countries)
    names = ("alpha_2", "alpha_3", "numeric")
    held = (getattr(country, name, None) for table in tables for country in table for name in names)
    return _RESERVED_COUNTRIES.union(code for code in held if code)


def _subdivision(code: str) -> Standing:
    if code in _subdivisions():
        return Standing.VALID
    # subdivisions are redrawn every year: a well-formed one may be old or new
    country = code.partition("-")[0]
    is_plausible = re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code) is not None
    known = is_plausible and _country(country) is not Standing.INVALID
    return Standing.UNKNOWN if known else Standing.INVALID


@lru_cache(maxsize=1)
def _subdivisions() -> frozenset[str]:
    import pycountry

    return frozenset(part.code for part in pycountry.subdivisions)


@lru_cache(maxsize=1024)
def _language(code: str) -> Standing:
    if len(code) > _LONGEST:
        return Standing.INVALID
    if code.lower() in _OLD_TAGS or _PRIVATE_TAG.fullmatch(code):
        return Standing.VALID
    match = _TAG.fullmatch(code)
    if match is None:
        return Standing.INVALID
    language = match["language"].lower().partition("-")[0]
    script, region = (match["script"] or "").lower(), (match["region"] or "").upper()
    return _standing(
        _is_language(language)
        and (not script or _is_script(script))
        and (not region or region.isdigit() or _country(region) is not Standing.INVALID)
    )


def _is_language(subtag: str) -> bool:
    import pycountry

    if subtag in _OLD_LANGUAGES or _PRIVATE_LANGUAGE.fullmatch(subtag):
        return True
    if len(subtag) == 2:
        return pycountry.languages.get(alpha_2=subtag) is not None
    tables = (pycountry.languages, pycountry.language_families)
    return any(table.get(alpha_3=subtag) is not None for table in tables)


def _is_script(subtag: str) -> bool:
    import pycountry

    is_private = _PRIVATE_SCRIPT.fullmatch(subtag) is not None
    return is_private or pycountry.scripts.get(alpha_4=subtag.title()) is not None


_RULES: Mapping[str, Callable[[str], Standing]] = {
    LANGUAGES: _language,
    MEDIA_TYPES: _media_type,
    UNITS: _unit,
    URIS: _uri,
    CURRENCIES: _currency,
    COUNTRIES: _country,
    SUBDIVISIONS: _subdivision,
}
