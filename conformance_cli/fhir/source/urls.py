"""URLs in narratives: which characters they may have, and data: URLs."""

from __future__ import annotations

from binascii import Error, a2b_base64

from conformance_cli.fhir.regex import Regex

#: Letters and digits of any script (RFC 3987), and what RFC 3986 reserves or allows.
_FORBIDDEN = Regex(r"""[^\w;?:@&=+$.,/%\-~#\[\]!'()*|]""")


def problem_of_url(url: str) -> str:
    """What is wrong with a URL, in words; empty for a sound one."""
    if not url.strip():
        return "it is empty"
    if url.startswith("data:"):
        return _problem_of_data(url)
    forbidden = sorted(set(_FORBIDDEN.findall(url)))
    if forbidden:
        return "it holds " + ", ".join(repr(character) for character in forbidden[:5])
    return ""


def _problem_of_data(url: str) -> str:
    """RFC 2397."""
    head, comma, data = url.partition(",")
    if not comma:
        return "a data: URL has a comma before its data"
    if not head.endswith(";base64"):
        return ""
    try:
        a2b_base64("".join(data.split()), strict_mode=True)
    except (Error, ValueError):
        return "its data is not base64"
    return ""
