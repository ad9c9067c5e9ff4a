"""Addresses: what URLs and references look like, and what they say of resources.

FHIR R4, 2.3.0.1 (http://hl7.org/fhir/R4/references.html#literal) and 2.36.4
(http://hl7.org/fhir/R4/bundle.html#references).
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl

from msgspec import Struct

from conformance_cli.fhir.regex import Regex

_SCHEME = Regex(r"[a-z][a-z0-9+.\-]*:[^\s]+")
_ID = r"[A-Za-z0-9\-.]{1,64}"
_RESTFUL = Regex(
    rf"(?P<root>https?://(?:[A-Za-z0-9\-\\.:%$_~]*/)+)?(?P<type>[A-Z][A-Za-z]*)/(?P<id>{_ID})"
    rf"(?:/_history/(?P<version>{_ID}))?"
)
_PARAMETER = Regex(r"[_a-zA-Z][_a-zA-Z0-9.:\-]*")
_HISTORY = "/_history/"
#: Longer than any sound reference; what is longer is not taken apart.
_LONGEST = 4096


class Address(Struct, frozen=True):
    """A RESTful URL taken apart: ``root`` ends in a slash, and is empty for a relative one."""

    root: str
    type: str
    id: str
    version: str | None = None

    @property
    def name(self) -> str:
        """Type and id: ``Patient/1``."""
        return f"{self.type}/{self.id}"


@lru_cache(maxsize=1024)
def address(url: str) -> Address | None:
    """A RESTful URL or relative reference taken apart; ``None`` for anything else."""
    match = _RESTFUL.fullmatch(url) if len(url) <= _LONGEST else None
    if match is None:
        return None
    return Address(match["root"] or "", match["type"], match["id"], match["version"])


def is_absolute(url: str) -> bool:
    """Whether a URL names its scheme: ``https:``, ``urn:``, and so on."""
    return _SCHEME.fullmatch(url) is not None


def split_version(url: str) -> tuple[str, str | None]:
    """A URL without ``/_history/…``, and the version that this names."""
    before, found, version = url.rpartition(_HISTORY)
    return (before, version) if found else (url, None)


def tail(url: str) -> str:
    """What stands after the last slash: the type of a base definition's URL."""
    return url.rpartition("/")[2]


def is_query(reference: str, types: frozenset[str]) -> bool:
    """Whether a reference is a search, such as ``Patient?identifier=1``."""
    return "?" in reference and (not types or reference.partition("?")[0] in types)


def is_sound_query(reference: str) -> bool:
    """Whether a search has parameters, each with a proper name and a value."""
    query = reference.partition("?")[2]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError:
        return False
    return bool(pairs) and all(_PARAMETER.fullmatch(name) for name, _ in pairs)


__all__ = ["Address", "address", "is_absolute", "is_query", "is_sound_query", "split_version"]
