"""A first look at a narrative: most are plainly sound, and then nothing else is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source.xhtml import NAMESPACE, RULES, Rule, is_attribute

_LEGAL = Regex("[\t\n\r\x20-\ud7ff]*")
#: The same for ASCII, which most narratives are, and which takes no time to compile.
_LEGAL_ASCII = Regex("[\t\n\r\x20-\x7f]*")
_REFERENCES = Regex("&(?:amp|lt|gt|quot|apos|#1[0-9][0-9]|#[2-9][0-9]{2,3}|#x[aA][0-9a-fA-F]);")
_TAG = Regex(r"""([a-z0-9]+)((?:\s+[a-z:]+=(?:"[^"<>&]*"|'[^'<>&]*'))*)\s*(/?)""")
#: What only the outermost tag may have without another look.
_ROOT_ATTRIBUTES = Regex(rf' xmlns="{NAMESPACE}"| (?:xml:)?lang="[A-Za-z0-9-]+"')
_ATTRIBUTE = Regex(r"""([a-z:]+)=(?:"([^"]*)"|'([^']*)')""")
#: An address on the web, or one relative to where the narrative is read.
_URL = Regex(r"(?:https?:)?[A-Za-z0-9./][A-Za-z0-9;?@&=+$.,/%_~\[\]!'()*|#-]*")
_DOUBTFUL_STYLE = Regex(r"[(@\\]|script", re.IGNORECASE)
#: Attributes that say something about other elements, which one tag alone cannot answer.
_RELATED = frozenset({"id", "name", "usemap", "xml:lang", "xml:space", "xmlns"})
#: Tags longer than this are not worth remembering.
_LONGEST = 200
#: Inside an element: the tag that closes it, the bare tags that may open in it without
#: another look, and whether it has no text of its own.
_State = tuple[str, frozenset[str], bool]
_STATES: Mapping[str, _State] = {
    name: (
        rule.closing,
        frozenset(child for child in rule.children if not RULES[child].void and child != "a"),
        rule.textless,
    )
    for name, rule in RULES.items()
}
#: The tags that close what an element may stand in.
_HOLDERS = {
    name: frozenset(rule.closing for rule in RULES.values() if name in rule.children)
    for name in RULES
}


def is_plainly_sound(div: str) -> bool:
    """Whether a narrative's XHTML surely has no fault.  ``False`` says nothing.

    Looks at tags one by one, and gives up at the first that is not quite usual: one with
    an anchor, a comment, an attribute with an entity in it.
    """
    parts = div.split("<")
    tag, _, text = parts[1].partition(">") if len(parts) > 2 else ("", "", "")
    if parts[0] or not _is_root(tag) or not _is_legal(div):
        return False
    said = bool(text) and not text.isspace()
    return parts[-1] == "/div>" and _is_nested_well(parts[2:-1], said)


def _is_nested_well(parts: list[str], said: bool) -> bool:  # noqa: FBT001
    """Whether tags and text inside the outermost element are in order, and say something."""
    state = _STATES["div"]
    closing, children, textless = state
    above: list[_State] = []
    for part in parts:
        tag, _, text = part.partition(">")
        if tag == closing:
            if not above:
                return False
            state = above.pop()
        elif tag in children:
            above.append(state)
            state = _STATES[tag]
        else:
            inner = _entered(tag, state, above)
            if inner is None:
                return False
            if inner is not state:
                above.append(state)
                state = inner
        closing, children, textless = state
        if text and (textless or not said) and not text.isspace():
            if textless:
                return False
            said = True
    return said and not above


def _entered(tag: str, state: _State, above: list[_State]) -> _State | None:
    """The state after a tag with attributes, or one that is empty; ``None``: in doubt."""
    rule = _tag(tag) if len(tag) <= _LONGEST else None
    if rule is None or state[0] not in _HOLDERS[rule.name]:
        return None
    if rule.name == "a" and _STATES["a"] in above:
        return None
    return state if tag[-1] == "/" else _STATES[rule.name]


def _is_legal(div: str) -> bool:
    """Whether characters and references are those of any XML, and nothing hides in them."""
    legal = _LEGAL_ASCII if div.isascii() else _LEGAL
    if legal.fullmatch(div) is None or "]]>" in div:
        return False
    return "&" not in div or len(_REFERENCES.findall(div)) == div.count("&")


def _is_root(tag: str) -> bool:
    if tag == f'div xmlns="{NAMESPACE}"':
        return True
    if len(tag) > _LONGEST or not tag.startswith("div "):
        return False
    rest = _ROOT_ATTRIBUTES.sub("", tag)
    names = [found.split("=")[0] for found in _ROOT_ATTRIBUTES.findall(tag)]
    if len(names) != len(set(names)) or " xmlns" not in names or rest[-1] == "/":
        return False
    return _tag(rest) is not None


@lru_cache(maxsize=1024)
def _tag(tag: str) -> Rule | None:
    """The rule of a tag, all of whose attributes are in order; the text is without brackets."""
    match = _TAG.fullmatch(tag)
    rule = RULES.get(match[1]) if match else None
    if match is None or rule is None or bool(match[3]) != tag.endswith("/"):
        return None
    if rule.void and not match[3]:
        return None
    attributes = _ATTRIBUTE.findall(match[2])
    names = [name for name, *_ in attributes]
    if len(set(names)) != len(names) or not _RELATED.isdisjoint(names):
        return None
    sound = all(_is_sound(rule.name, name, one or other) for name, one, other in attributes)
    return rule if sound else None


def _is_sound(element: str, name: str, value: str) -> bool:
    if not is_attribute(element, name):
        return False
    if name == "style":
        return not _DOUBTFUL_STYLE.search(value)
    return name not in ("href", "src") or _URL.fullmatch(value) is not None
