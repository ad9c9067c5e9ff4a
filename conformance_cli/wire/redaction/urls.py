"""URLs and forms: user names, parameters by name, and everything else as text."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, unquote_plus

from conformance_cli.wire.redaction.elements import (
    PERSON_REFERENCES,
    PERSON_SYSTEM,
    PERSONAL,
    PERSONS,
    is_secret_name,
    normal,
)
from conformance_cli.wire.redaction.markers import Notes, marker
from conformance_cli.wire.redaction.scrubber import Scrubber, Treatment

_URL = re.compile(r"([a-z][a-z0-9+.-]{0,30}://)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.I | re.S)
_QUERY = re.compile(r"[^\s?]{0,2000}\?[^\s=]{1,200}=\S*")
_COMPONENT = re.compile(r"[:.]")
#: Comparison prefixes of FHIR search dates.
_PREFIX = re.compile(r"(?:eq|ne|gt|lt|ge|le|sa|eb|ap)(?=\d)")
_SAFE = "[]:/|$@,;()*!'"

# FHIR search parameters that differ from the elements they search.
_PARAMETERS = PERSONAL | {
    "name": "name",
    "phonetic": "name",
    "deathdate": "deceased",
    "addressstate": "address",
    "addresscountry": "address",
    "text": "text",
    "content": "text",
}


def redact_url(url: str, scrubber: Scrubber, notes: Notes) -> str:
    """An absolute or relative URL without what identifies a person or opens a door."""
    # As it stands first: reading a plus sign as a space would hide what holds one.
    url = scrubber.secrets.scrub(url, notes)
    match = _URL.fullmatch(url)
    if match is None:
        return scrubber.text(url, notes)
    scheme, authority, path, query, fragment = (group or "" for group in match.groups())
    if not scheme:
        path, authority = authority + path, ""
    if "@" in authority:
        authority = f"{marker('userinfo')}@{authority.rpartition('@')[2]}"
        notes.add("url:userinfo")
    owner = path.rstrip("/").rpartition("/")[2]
    return "".join(
        (
            scheme,
            scrubber.code(authority, notes),
            _path(path, scrubber, notes),
            "?" + redact_form(query[1:], scrubber, notes, owner=owner) if query else "",
            scrubber.text(fragment, notes) if fragment else "",
        )
    )


def redact_form(form: str, scrubber: Scrubber, notes: Notes, *, owner: str = "") -> str:
    """``a=b&c=d``, of a URL or a body.  ``owner`` is the resource type searched, if any."""
    form = scrubber.secrets.scrub(form, notes)
    return "&".join(_pair(pair, owner, scrubber, notes) for pair in form.split("&"))


def scrub_value(text: str, treatment: Treatment, scrubber: Scrubber, notes: Notes) -> str:
    """A value of a body: as a URL where it is one with parameters."""
    if treatment is Treatment.CODE:
        return scrubber.code(text, notes)
    if "?" in text and _QUERY.fullmatch(text):
        return redact_url(text, scrubber, notes)
    return (scrubber.link if treatment is Treatment.LINK else scrubber.text)(text, notes)


def _path(path: str, scrubber: Scrubber, notes: Notes) -> str:
    plain = unquote(path)
    clean = scrubber.text(plain, notes)
    if clean == plain:
        return path
    if clean == scrubber.text(path, notes):  # nothing was hidden by percent-encoding
        return clean if "%" not in path else quote(clean, safe=_SAFE)
    segments = (quote(scrubber.text(unquote(s), notes), safe=_SAFE) for s in path.split("/"))
    joined = "/".join(segments)
    # A phrase may run over several segments.
    return (
        joined
        if scrubber.text(unquote(joined), notes) == unquote(joined)
        else quote(clean, safe=_SAFE)
    )


def _pair(pair: str, owner: str, scrubber: Scrubber, notes: Notes) -> str:
    raw_name, equals, raw_value = pair.partition("=")
    name, value = unquote_plus(raw_name), unquote_plus(raw_value)
    parts = [normal(part) for part in _COMPONENT.split(name)]
    clean = _value(parts, value, owner, scrubber, notes)
    clean_name = (
        scrubber.text(name, notes)
        if not name.isidentifier()
        else scrubber.secrets.scrub(name, notes)
    )
    shown_name = raw_name if clean_name == name else quote(clean_name, safe=_SAFE)
    shown_value = raw_value if clean == value else quote(clean, safe=_SAFE)
    return f"{shown_name}{equals}{shown_value}"


def _value(parts: list[str], value: str, owner: str, scrubber: Scrubber, notes: Notes) -> str:
    if not value:
        return value
    if any(map(is_secret_name, parts)):
        notes.add("parameter:secret")
        return marker("secret")
    category = next((_PARAMETERS[part] for part in parts if part in _PARAMETERS), "")
    if category:
        notes.add(f"parameter:{category}")
        scrubber.numbers.note(value, notes)
        for one in value.split(","):
            scrubber.learn(_PREFIX.sub("", one, count=1), category)
        return marker(category)
    if "identifier" in parts and _of_person(parts, value, owner):
        system, bar, identifier = value.rpartition("|")
        notes.add("parameter:identifier")
        scrubber.numbers.note(identifier, notes)
        scrubber.learn(identifier, "identifier")
        return f"{scrubber.code(system, notes)}{bar}{marker('identifier')}"
    return scrub_value(value, Treatment.TEXT, scrubber, notes)


def _of_person(parts: list[str], value: str, owner: str) -> bool:
    return (
        owner in PERSONS
        or not PERSON_REFERENCES.isdisjoint(parts)
        or PERSON_SYSTEM.search(value.partition("|")[0]) is not None
    )
