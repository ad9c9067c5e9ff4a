"""The XHTML that narratives may use: elements, attributes, and what may stand in what.

FHIR R4, 2.4.0 (http://hl7.org/fhir/R4/narrative.html#xhtml) allows what chapters 7 to 11
(but for 9.4) and 15 of HTML 4.0 describe (https://www.w3.org/TR/html401/), links, images
and styles; no head, scripts, forms, frames, objects or events.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

NAMESPACE = "http://www.w3.org/1999/xhtml"


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_VOID = _set("br img hr area col")
#: Text and what stands in a line of it.
_INLINE = _set(
    "a b em i strong small big sub sup code tt dfn q var abbr acronym cite bdo kbd samp span "
    "br img map"
)
_BLOCK = _set("p h1 h2 h3 h4 h5 h6 pre address div blockquote table ul ol dl hr")
_FLOW = _INLINE | _BLOCK
#: What may not stand in a line of text, however deep.
NEVER_INLINE = _set("p div pre table ul ol blockquote")

ELEMENTS = _FLOW | _VOID | _set("li dt dd caption colgroup thead tfoot tbody tr th td")

_COMMON = _set(
    "title style class id lang xml:lang dir accesskey tabindex span width align valign char "
    "charoff abbr axis headers scope rowspan colspan bgcolor"
)
_OWN: Mapping[str, str] = {
    "a": "href name charset type hreflang rel rev shape coords",
    "area": "shape coords href nohref alt",
    "blockquote": "cite",
    "dl": "compact",
    "hr": "noshade size",
    "img": "src border alt longdesc height usemap ismap hspace vspace name",
    "li": "type value",
    "map": "name",
    "ol": "type start compact",
    "pre": "xml:space space",
    "q": "cite",
    "table": "summary border frame rules cellspacing cellpadding",
    "td": "nowrap height",
    "th": "nowrap height",
    "ul": "type compact",
}

#: Elements that hold only certain others, and no text of their own.
_CONTAINERS: Mapping[str, str] = {
    "table": "tbody tr caption thead tfoot col colgroup",
    "thead": "tr",
    "tfoot": "tr",
    "tbody": "tr",
    "tr": "td th",
    "colgroup": "col",
    "ul": "li",
    "ol": "li",
    "dl": "dt dd",
    "map": "area",
}
_BOXES = frozenset({"div", "blockquote", "li", "td", "th", "dd"})
#: Elements that have their place in certain others only.
PARENTS: Mapping[str, frozenset[str]] = {
    "tr": frozenset({"table", "thead", "tfoot", "tbody"}),
    "tbody": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "caption": frozenset({"table"}),
    "colgroup": frozenset({"table"}),
    "col": frozenset({"table", "colgroup"}),
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
    "li": frozenset({"ul", "ol"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "area": frozenset({"map"}),
}


class Rule(Struct, frozen=True):
    """What an element may hold.

    ``inline`` says that no block may stand in it at any depth; ``textless`` that it has
    no text but white space; ``void`` that it has no content at all.
    """

    name: str
    closing: str
    children: frozenset[str]
    inline: bool
    textless: bool
    void: bool


def is_attribute(element: str, attribute: str) -> bool:
    """Whether an element may have an attribute."""
    return attribute in _COMMON or attribute in _set(_OWN.get(element, ""))


def _rule(name: str) -> Rule:
    void = name in _VOID
    if void or name in _CONTAINERS:
        children = _set(_CONTAINERS.get(name, ""))
        return Rule(name, f"/{name}", children, False, True, void)
    inline = name not in _BOXES
    children = (_FLOW - NEVER_INLINE) if inline else _FLOW
    return Rule(name, f"/{name}", children - {name if name == "a" else ""}, inline, False, False)


#: The rule of every element that is allowed.
RULES: Mapping[str, Rule] = {name: _rule(name) for name in ELEMENTS}
