"""A first look at a narrative: most are plainly sound, and then nothing else is needed."""

from __future__ import annotations

from typing import Final

from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source.narrative_nesting import LONGEST, Inside, sound_tag
from conformance_cli.fhir.source.xhtml import NAMESPACE

#: The bytes in UTF-8 of characters that any XML may have, up to U+D7FF.
_LEGAL: Final = bytes({9, 10, 13, *range(0x20, 0xEE)})
_REFERENCES = Regex("&(?:amp|lt|gt|quot|apos|#1[0-9][0-9]|#[2-9][0-9]{2,3}|#x[aA][0-9a-fA-F]);")
_ROOT: Final = f'div xmlns="{NAMESPACE}"'
#: What only the outermost tag may have without another look.
_ROOT_ATTRIBUTES = Regex(rf' xmlns="{NAMESPACE}"| (?:xml:)?lang="[A-Za-z0-9-]+"')
#: Inside the outermost element; it remembers how tags nest there.
_DIV: Final = Inside("div")


def is_plainly_sound(div: str) -> bool:
    """Whether a narrative's XHTML surely has no fault.  ``False`` says nothing.

    Looks at tags one by one, and gives up at the first that is not quite usual: one with
    an anchor, a comment, an attribute with an entity in it.
    """
    parts = div.split("<")
    if len(parts) < 3 or parts[0] or parts.pop() != "/div>":
        return False
    tag, _, text = parts[1].partition(">")
    if (tag != _ROOT and not _is_root(tag)) or not _is_legal(div):
        return False
    return _is_nested_well(parts, said=bool(text) and not text.isspace())


def _is_nested_well(parts: list[str], *, said: bool) -> bool:
    """Whether tags and text inside the outermost element are in order, and say something."""
    inside = _DIV
    for part in parts[2:]:
        inner = inside.get(part)
        if inner is None:
            tag, end, text = part.partition(">")
            inner = inside.tags.get(tag)
            if inner is None:
                inner = inside.after(tag)
            if inner is None or not end:
                return False
            if not text or text.isspace():
                inside.keep(part, inner)
            elif inner.textless:
                return False
            else:
                said = True
        inside = inner
    return said and inside is _DIV


def _is_legal(div: str) -> bool:
    """Whether characters and references are those of any XML, and nothing hides in them."""
    try:
        if div.encode().translate(None, _LEGAL):
            return False
    except UnicodeEncodeError:  # half of a character
        return False
    if "]" in div and "]]>" in div:
        return False
    return "&" not in div or len(_REFERENCES.findall(div)) == div.count("&")


def _is_root(tag: str) -> bool:
    if len(tag) > LONGEST or not tag.startswith("div "):
        return False
    names = [found.split("=")[0] for found in _ROOT_ATTRIBUTES.findall(tag)]
    rest = _ROOT_ATTRIBUTES.sub("", tag)
    if len(names) != len(set(names)) or " xmlns" not in names or rest[-1] == "/":
        return False
    return sound_tag(rest) is not None
