"""XML bodies, redacted tag by tag in place.

No XML parser: entities are never expanded, and a malformed document is redacted like a
well-formed one.  FHIR keeps values in ``value`` attributes, HL7 v3 in text as well;
both are leaves.
"""

from __future__ import annotations

import html
import re

from conformance_cli.wire.redaction.decide import Decision, decide
from conformance_cli.wire.redaction.json_reader import MAX_DEPTH, TooDeepError
from conformance_cli.wire.redaction.lessons import learn_from
from conformance_cli.wire.redaction.markers import Notes, marker
from conformance_cli.wire.redaction.scrubber import Scrubber
from conformance_cli.wire.redaction.tree import Leaf, Node, element_name, note_of
from conformance_cli.wire.redaction.urls import scrub_value

_TOKEN = re.compile(
    r"(?P<comment><!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!(?!\[CDATA\[)[^>]*+(?:>|\Z))"
    r"|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)"
    r"|</(?P<close>[^\s>/]{1,200})[^>]*+(?:>|\Z)"
    r"|<(?P<open>[^\s>/<]{1,200})(?P<attributes>(?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z)"
    r"|(?P<text>(?:[^<]++|<(?![A-Za-z_/!?]))++|<)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]{1,200})\s*=\s*(?:\"([^\"]*+)(?:\"|\Z)|'([^']*+)(?:'|\Z))")
_PROLOGUE = "<?xml"
#: Elements whose child element is named by a resource type; the first is the document.
_RESOURCE_PLACES = frozenset({"", "resource", "contained", "outcome"})


class _Reader:
    """Collects the leaves of a text, and the stretches that go altogether."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        #: Start, end and what for.
        self.masked: list[tuple[int, int, str]] = []
        self._node = Node("", None)
        self._depth = 0
        self._narrative_from = -1
        self._narrative_depth = 0

    def read(self, text: str) -> None:
        for match in _TOKEN.finditer(text):
            if self._narrative_from >= 0:
                self._in_narrative(match)
            elif match["open"]:
                self._open(match)
            elif match["close"]:
                self._close()
            elif match["comment"]:
                if not match[0].startswith(_PROLOGUE):
                    self.masked.append((*match.span(), "comment"))
            else:
                self._text(match)
        if self._narrative_from >= 0:
            self.masked.append((self._narrative_from, len(text), "narrative"))

    def _open(self, match: re.Match[str]) -> None:
        name = match["open"].rpartition(":")[2]
        closed = match["attributes"].rstrip().endswith("/")
        if name == "div":
            if not closed:
                self._narrative_from = match.end()
                self._narrative_depth = 1
            return
        node = Node(name, self._node)
        if name[:1].isupper() and self._node.key in _RESOURCE_PLACES:
            node.fields["resourcetype"] = name
        base = match.start("attributes")
        for found in _ATTRIBUTE.finditer(match["attributes"]):
            group = 2 if found[2] is not None else 3
            attribute = found[1].rpartition(":")[2]
            value = html.unescape(found[group])
            span = base + found.start(group), base + found.end(group)
            if attribute == "value":
                self._node.fields.setdefault(element_name(name), value)
                self.leaves.append(Leaf(*span, self._node, name, value))
            elif not found[1].startswith("xmlns"):
                self.leaves.append(Leaf(*span, node, attribute, value))
        if not closed:
            if self._depth >= MAX_DEPTH:
                raise TooDeepError
            self._depth += 1
            self._node = node

    def _close(self) -> None:
        if self._node.parent is not None:
            self._node = self._node.parent
            self._depth -= 1

    def _text(self, match: re.Match[str]) -> None:
        group = "cdata" if match["cdata"] is not None else "text"
        raw = match[group]
        if not raw.strip():
            return
        parent = self._node.parent or self._node
        value = raw if group == "cdata" else html.unescape(raw)
        parent.fields.setdefault(self._node.key, value)
        self.leaves.append(Leaf(*match.span(group), parent, self._node.key, value))

    def _in_narrative(self, match: re.Match[str]) -> None:
        name = (match["open"] or match["close"] or "").rpartition(":")[2]
        if name != "div":
            return
        if match["close"]:
            self._narrative_depth -= 1
        elif not (match["attributes"] or "").rstrip().endswith("/"):
            self._narrative_depth += 1
        if self._narrative_depth == 0:
            self.masked.append((self._narrative_from, match.start(), "narrative"))
            self._narrative_from = -1


def redact_xml(text: str, scrubber: Scrubber, notes: Notes) -> str:
    """The redacted text.  Also learns what it masks.  Raises ``TooDeepError``."""
    reader = _Reader()
    reader.read(text)
    decided = [(leaf, decide(leaf)) for leaf in reader.leaves]
    for leaf, decision in decided:
        learn_from(leaf, decision.category, scrubber)
    edits = [(start, end, marker(what)) for start, end, what in reader.masked if end > start]
    notes.update(f"xml:{what}" for _, _, what in reader.masked)
    for leaf, decision in decided:
        new = _rewritten(leaf, decision, scrubber, notes)
        if new != leaf.value:
            edits.append((leaf.start, leaf.end, html.escape(new)))
    pieces: list[str] = []
    done = 0
    for start, end, new in sorted(edits):
        pieces += (text[done:start], new)
        done = end
    return scrubber.secrets.scrub("".join(pieces) + text[done:], notes)


def _rewritten(leaf: Leaf, decision: Decision, scrubber: Scrubber, notes: Notes) -> str:
    if not decision.category:
        return scrub_value(leaf.value, decision.treatment, scrubber, notes)
    notes.add(note_of(leaf, decision.category))
    scrubber.numbers.note(leaf.value, notes)
    return marker(decision.category)
