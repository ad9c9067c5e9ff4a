"""How the tags of narratives nest, remembered: most nest theirs as others did before."""

from __future__ import annotations

import re
from functools import lru_cache

from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source.xhtml import RULES, Rule, is_attribute

_TAG = Regex(r"""([a-z0-9]+)((?:\s+[a-z:]+=(?:"[^"<>&]*"|'[^'<>&]*'))*)\s*(/?)""")
_ATTRIBUTE = Regex(r"""([a-z:]+)=(?:"([^"]*)"|'([^']*)')""")
#: An address on the web, or one relative to where the narrative is read.
_URL = Regex(r"(?:https?:)?[A-Za-z0-9./][A-Za-z0-9;?@&=+$.,/%_~\[\]!'()*|#-]*")
_DOUBTFUL_STYLE = Regex(r"[(@\\]|script", re.IGNORECASE)
#: Attributes that say something about other elements, which one tag alone cannot answer.
_RELATED = frozenset({"id", "name", "usemap", "xml:lang", "xml:space", "xmlns"})
#: Tags longer than this, with the space behind them, are not worth remembering.
LONGEST = 200
#: How many tags are remembered inside one element, and how many elements inside others.
_MOST_TAGS = 100
_MOST_ELEMENTS = 2000


class Inside(dict[str, "Inside"]):
    """Inside an element, as it stands in others: inside of what one is after the next tag.

    The keys are tags, without their opening bracket, with the blank text behind them;
    ``tags`` has those without brackets and text.
    """

    __slots__ = ("_above", "_count", "_outermost", "_rule", "tags", "textless")

    def __init__(self, name: str, above: Inside | None = None) -> None:
        super().__init__()
        self._rule = RULES[name]
        self._above = above
        self._outermost: Inside = above._outermost if above is not None else self
        self._count = 0
        self.tags: dict[str, Inside] = {}
        #: Whether no text may stand here but white space.
        self.textless = self._rule.textless

    def keep(self, part: str, inner: Inside) -> None:
        """Remember where a tag leads, with the blank text behind it."""
        if len(part) <= LONGEST and len(self) < _MOST_TAGS:
            self[part] = inner

    def after(self, tag: str) -> Inside | None:
        """Inside of what one is after a tag; ``None`` where that is not surely in order."""
        found = self.tags.get(tag)
        if found is None and len(tag) <= LONGEST:
            found = self._after(tag)
            if found is not None and len(self.tags) < _MOST_TAGS:
                self.tags[tag] = found
        return found

    def _after(self, tag: str) -> Inside | None:
        if tag == self._rule.closing:
            return self._above
        rule = sound_tag(tag)
        if rule is None or rule.name not in self._rule.children:
            return None
        if rule.name == "a" and self._is_in_link():
            return None
        return self if tag[-1] == "/" else self._opened(rule)

    def _opened(self, rule: Rule) -> Inside:
        """The same for all tags of an element, whatever their attributes are."""
        for known in self.tags.values():
            if known._above is self and known._rule is rule:
                return known
        outermost = self._outermost
        outermost._count += 1
        if outermost._count > _MOST_ELEMENTS:
            outermost.clear()
            outermost.tags.clear()
            outermost._count = 0
        return Inside(rule.name, self)

    def _is_in_link(self) -> bool:
        around: Inside | None = self
        while around is not None and around._rule.name != "a":
            around = around._above
        return around is not None


@lru_cache(maxsize=1024)
def sound_tag(tag: str) -> Rule | None:
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
