"""What is wrong with a narrative: every fault of its XHTML.

FHIR R4, 2.4.0 (http://hl7.org/fhir/R4/narrative.html) and 6.1.0.9
(http://hl7.org/fhir/R4/security.html#narrative).
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct, field

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import Message, error, information, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source.narrative_tree import (
    MalformedError,
    Tag,
    foreign_entities,
    parse,
)
from conformance_cli.fhir.source.urls import problem_of_url
from conformance_cli.fhir.source.xhtml import (
    ELEMENTS,
    NAMESPACE,
    NEVER_INLINE,
    PARENTS,
    RULES,
    Rule,
    is_attribute,
)

_XHTML = "http://hl7.org/fhir/R4/narrative.html#xhtml"
_SECURITY = "http://hl7.org/fhir/R4/security.html#narrative"
MALFORMED = error(
    "narrative-malformed", "invalid", "The narrative is no well-formed XHTML: {reason}", _XHTML
)
ENTITY = error(
    "narrative-entity",
    "invalid",
    "&{name}; is a name that XML does not know; write the character itself, or its number",
    f"{_XHTML}: of HTML's entities only XML's own five may be used.",
)
CHANGED_NAMESPACE = error(
    "narrative-namespace",
    "invalid",
    "<{name}> is in the namespace {found!r}; it must be in " + repr(NAMESPACE),
    _XHTML,
)
ROOT = error("narrative-root", "invalid", "A narrative is a <div>; this is a <{name}>", _XHTML)
ELEMENT = error(
    "narrative-element", "invalid", "<{name}> may not be used in a narrative", f"{_XHTML} (txt-1)."
)
ATTRIBUTE = error(
    "narrative-attribute",
    "invalid",
    "The attribute {attribute} may not be used on <{name}> in a narrative",
    f"{_XHTML} (txt-1).",
)
IN_LINE = error(
    "narrative-block-in-line",
    "structure",
    "<{name}> may not stand in the line of text that is a <{outer}>",
    "HTML 4.0, 7.5.3: block and inline elements.",
)
NESTED_LINK = error(
    "narrative-nested-link",
    "structure",
    "An <a> may not stand in an <a>",
    "HTML 4.0, 12.2.2: links are not nested.",
)
MISPLACED = error(
    "narrative-misplaced",
    "structure",
    "<{name}> may not stand directly in <{outer}>",
    "HTML 4.0, chapters 10 (lists) and 11 (tables).",
)
STRAY_TEXT = error(
    "narrative-stray-text",
    "structure",
    "Text may not stand directly in <{outer}>: {text}",
    "HTML 4.0, chapters 10 (lists) and 11 (tables).",
)
NOT_VOID = error(
    "narrative-not-empty", "structure", "<{name}> may not have content", "HTML 4.0: empty elements."
)
EMPTY = error(
    "narrative-empty",
    "invariant",
    "The narrative has neither text nor an image, so it says nothing",
    "http://hl7.org/fhir/R4/narrative.html (txt-2).",
)
URL = error("narrative-url", "invalid", "The address {url} on <{name}> is no URL: {reason}", _XHTML)
ACTIVE = error(
    "narrative-active-link",
    "invalid",
    "{attribute} on <{name}> would run a program: {url}",
    f"{_SECURITY}: narratives have no active content.",
)
DEAD_SCHEME = error(
    "narrative-link-scheme",
    "invalid",
    "A browser cannot follow the link {url}",
    "A link names a place on the web, or an element in the same document.",
)
DOUBLE_ID = warning(
    "narrative-double-id",
    "business-rule",
    "{count} elements of the narrative have the id or name {id}",
    "XML and HTML: ids are unique in their document.",
)
KEEPS_SPACE = information(
    "narrative-xml-space",
    "invalid",
    "xml:space on <{name}> may be used, but has no effect and is discouraged",
    "XHTML 1.0, C.15.",
)
LANGUAGES = warning(
    "narrative-languages",
    "business-rule",
    "Parts of the narrative are marked with a language, others are not",
    "Narratives in several languages have one <div> for each.",
)

#: Schemes that run what they hold, and those of what is no place that one could go to.
_ACTIVE = frozenset({"javascript", "vbscript"})
_DEAD = frozenset({"urn", "cid"})
#: What browsers ignore inside a scheme, so that it may not hide one.
_IGNORED = Regex(r"[\x00-\x20]+")
_STYLE = Regex(r"javascript\s*:|expression\s*\(|@import", re.IGNORECASE)


#: Elements that have no place of their own.
_ANYWHERE = ELEMENTS - PARENTS.keys()

#: More problems than this are not told of one narrative.
MAX_PROBLEMS = 100


class NarrativeProblem(Struct, frozen=True):
    """Something wrong with a narrative; ``values`` fill the message."""

    message: Message
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence."""
        return self.message.text.format(**self.values)


class Examined(Struct):
    """What was found in a narrative: problems, targets of links, and links into the resource."""

    problems: list[NarrativeProblem] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    #: Element and target (without #) of each link inside the document.
    links: list[tuple[str, str]] = field(default_factory=list)

    def add(self, message: Message, **values: object) -> None:
        """Add a problem, unless it is known; values are cut to what can be shown."""
        short = {k: shortened(v, 80) if isinstance(v, str) else v for k, v in values.items()}
        problem = NarrativeProblem(message, short)
        if problem not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


def examine(div: str) -> Examined:
    """Look at everything in a narrative.  Never raises."""
    found = Examined()
    text, names = foreign_entities(div)
    for name in names:
        found.add(ENTITY, name=name)
    try:
        root = parse(text.strip())
    except MalformedError as err:
        found.add(MALFORMED, reason=str(err))
        return found
    if root.name != "div":
        found.add(ROOT, name=root.name)
    if not _visit(root, found):
        found.add(EMPTY)
    for name, count in found.ids.items():
        if count > 1:
            found.add(DOUBLE_ID, id=name, count=count)
    _check_languages(root, found)
    return found


def _visit(root: Tag, found: Examined) -> bool:
    """Look at every tag; whether there is anything to read or to see.

    With each goes the tag around it, and the outermost element of text.
    """
    says_something = False
    stack: list[tuple[Tag, Tag | None, str]] = [(root, None, "")]
    while stack:
        tag, parent, outer = stack.pop()
        rule = RULES.get(tag.name)
        _check_tag(tag, rule, parent, outer, found)
        says_something = says_something or tag.name == "img"
        line = rule is not None and rule.inline
        inside = tag.name if line and (not outer or tag.name == "a") else outer
        for child in reversed(tag.children):
            if child.name:
                stack.append((child, tag, inside))
            elif not says_something:
                says_something = bool(child.text.strip())
    return says_something


def _check_tag(
    tag: Tag, rule: Rule | None, parent: Tag | None, outer: str, found: Examined
) -> None:
    name = tag.name
    if tag.namespace != NAMESPACE:
        found.add(CHANGED_NAMESPACE, name=name, found=tag.namespace)
    if rule is None:
        found.add(ELEMENT, name=name)
    for attribute, value in tag.attributes.items():
        _check_attribute(tag, attribute, value, found)
    if outer:
        _check_in_line(name, outer, found)
    parents = PARENTS.get(name)
    if parents is not None and parent is not None and parent.name not in parents:
        found.add(MISPLACED, name=name, outer=parent.name)
    if rule is not None and rule.textless:
        _check_content(tag, rule, found)


def _check_in_line(name: str, outer: str, found: Examined) -> None:
    if name in NEVER_INLINE:
        found.add(IN_LINE, name=name, outer=outer)
    if outer == "a" and name == "a":
        found.add(NESTED_LINK)


def _check_content(tag: Tag, rule: Rule, found: Examined) -> None:
    if rule.void:
        if tag.children:
            found.add(NOT_VOID, name=tag.name)
        return
    for child in tag.children:
        if not child.name:
            if text := child.text.strip():
                found.add(STRAY_TEXT, outer=tag.name, text=text)
        elif child.name not in rule.children and child.name in _ANYWHERE:
            found.add(MISPLACED, name=child.name, outer=tag.name)


def _check_attribute(tag: Tag, attribute: str, value: str, found: Examined) -> None:
    if attribute == "xml:space":
        found.add(KEEPS_SPACE, name=tag.name)
    elif not is_attribute(tag.name, attribute):
        found.add(ATTRIBUTE, attribute=attribute, name=tag.name)
    elif attribute == "id" or (attribute == "name" and tag.name == "a"):
        if attribute == "id" or value != tag.attributes.get("id"):
            found.ids[value] = found.ids.get(value, 0) + 1
    elif attribute == "style" and _STYLE.search(value):
        found.add(ACTIVE, attribute=attribute, name=tag.name, url=value)
    elif attribute in ("href", "src"):
        _check_url(tag, attribute, value, found)


def _check_url(tag: Tag, attribute: str, url: str, found: Examined) -> None:
    if url.startswith("#"):
        if len(url) > 1:
            found.links.append((tag.name, url[1:]))
        return
    scheme = _IGNORED.sub("", url).partition(":")[0].lower()
    if scheme in _ACTIVE:
        found.add(ACTIVE, attribute=attribute, name=tag.name, url=url)
        return
    reason = problem_of_url(url)
    if reason:
        found.add(URL, url=url, name=tag.name, reason=reason)
    elif tag.name == "a" and scheme in _DEAD:
        found.add(DEAD_SCHEME, url=url)


def _check_languages(root: Tag, found: Examined) -> None:
    marked = [c for c in root.children if c.name == "div" and "xml:lang" in c.attributes]
    others = [c for c in root.children if c not in marked and (c.name or c.text.strip())]
    if marked and others:
        found.add(LANGUAGES)
