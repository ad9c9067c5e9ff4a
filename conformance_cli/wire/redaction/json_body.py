"""JSON bodies, redacted token by token in place.

The text is not parsed and written anew: duplicate keys, odd numbers, white space and
plain syntax errors are often the very thing that the evidence is about.  The reader is
lenient for the same reason, and errs towards treating text as a value.
"""

from __future__ import annotations

import json
import re

from conformance_cli.wire.redaction.decide import decide
from conformance_cli.wire.redaction.lessons import learn_from
from conformance_cli.wire.redaction.markers import Notes, marker
from conformance_cli.wire.redaction.scrubber import Scrubber
from conformance_cli.wire.redaction.shapes import scrub_personal
from conformance_cli.wire.redaction.tree import Leaf, Node, note_of
from conformance_cli.wire.redaction.urls import scrub_value

#: Deeper than any resource; beyond it the body is left out.
MAX_DEPTH = 200

_TOKEN = re.compile(
    r'(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")'
    r'|(?P<cut>"[^"\\]*+(?:\\.[^"\\]*+)*+\\?\Z)'
    r"|(?P<mark>[{}\[\]:,])"
    r'|(?P<bare>[^\s{}\[\]:,"]++)',
    re.DOTALL,
)
#: No string, but nobody's name: the last are common slips of JSON writers.
_LITERALS = frozenset(
    {"true", "false", "null", "NaN", "Infinity", "-Infinity", "undefined", "None", "True", "False"}
)
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,10})?")


class TooDeepError(ValueError):
    """A body is nested beyond ``MAX_DEPTH``."""


class _Frame:
    """An open object or array: whose values are what."""

    __slots__ = ("key", "node", "pending")

    def __init__(self, node: Node, key: str, pending: str | None) -> None:
        self.node = node
        #: Of an array, the name of its items; of an object, unused.
        self.key = key
        #: Of an object, the key whose value comes next, or ``None`` before a key.
        self.pending = pending


class _Reader:
    """Collects the leaves and the keys of a text."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.keys: list[tuple[int, int, str]] = []
        #: Text that no rule can judge: cut short, or without its quotes.
        self.unclear: list[tuple[int, int]] = []
        self._root = Node("", None)
        self._stack: list[tuple[bool, _Frame]] = []

    def read(self, text: str) -> None:
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "mark":
                self._mark(match[0])
            elif kind == "cut" or (kind == "bare" and not _is_plain(match[0])):
                self.unclear.append(match.span())
            else:
                value = match[0] if kind == "bare" else _decoded(match[0])
                self._value(match, value, is_text=kind == "text")

    def _mark(self, mark: str) -> None:
        if mark in "{[":
            self._open(mark == "{")
        elif mark in "}]":
            if self._stack:
                self._stack.pop()
        elif mark == ",":
            in_object = self._stack and self._stack[-1][0]
            if in_object:
                self._stack[-1][1].pending = None

    def _open(self, is_object: bool) -> None:  # noqa: FBT001 - which of the two brackets
        if len(self._stack) >= MAX_DEPTH:
            raise TooDeepError
        key, node = self._place()
        if is_object:
            node = Node(key, node)
        self._stack.append((is_object, _Frame(node, key, None)))

    def _place(self) -> tuple[str, Node]:
        """The name and the node of a value that comes now."""
        if not self._stack:
            return "", self._root
        is_object, frame = self._stack[-1]
        return ((frame.pending or "") if is_object else frame.key), frame.node

    def _value(self, match: re.Match[str], value: str, *, is_text: bool) -> None:
        start, end = match.span()
        if self._stack:
            is_object, frame = self._stack[-1]
            if is_object and frame.pending is None:
                frame.pending = value
                self.keys.append((start, end, value))
                return
        key, node = self._place()
        if is_text and self._stack and self._stack[-1][0]:
            node.fields.setdefault(key, value)
        self.leaves.append(Leaf(start, end, node, key, value, is_text))


def redact_json(text: str, scrubber: Scrubber, notes: Notes) -> str:
    """The redacted text.  Also learns what it masks.  Raises ``TooDeepError``."""
    reader = _Reader()
    reader.read(text)
    decided = [(leaf, decide(leaf)) for leaf in reader.leaves]
    for leaf, decision in decided:
        learn_from(leaf, decision.category, scrubber.learned)
    edits = [edit for key in reader.keys if (edit := _edited_key(key, scrubber, notes))]
    edits += [(start, end, f'"{marker("unclear")}"') for start, end in reader.unclear]
    for leaf, decision in decided:
        if decision.category:
            new = _masked(leaf, decision.category, scrubber, notes)
        else:
            new = scrub_value(leaf.value, scrubber, notes, coded=decision.coded)
        if new != leaf.value:
            edits.append((leaf.start, leaf.end, json.dumps(new, ensure_ascii=False)))
    redacted = _edited(text, edits)
    if reader.unclear:  # its quotes may be out of step: look for labels in the whole text
        redacted = scrub_personal(redacted, notes)
    return scrubber.secrets.scrub(redacted, notes)


def _masked(leaf: Leaf, category: str, scrubber: Scrubber, notes: Notes) -> str:
    if leaf.value == "null" and not leaf.is_text:
        return leaf.value
    notes.add(note_of(leaf, category))
    scrubber.numbers.note(leaf.value, notes)
    return marker(category)


def _edited_key(
    key: tuple[int, int, str], scrubber: Scrubber, notes: Notes
) -> tuple[int, int, str] | None:
    start, end, name = key
    if name.isidentifier() and len(name) < 40:
        new = scrubber.secrets.scrub(name, notes)
    else:
        new = scrubber.text(name, notes)
    return None if new == name else (start, end, json.dumps(new, ensure_ascii=False))


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, new in sorted(edits):
        pieces += (text[done:start], new)
        done = end
    return "".join(pieces) + text[done:]


def _is_plain(bare: str) -> bool:
    return bare in _LITERALS or _NUMBER.fullmatch(bare) is not None


def _decoded(token: str) -> str:
    inner = token[1:-1]
    if "\\" not in inner:
        return inner
    try:
        decoded = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return inner
    return str(decoded)
