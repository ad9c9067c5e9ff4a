"""A lenient reader of JSON: where each value stands, also in text that is not quite JSON."""

from __future__ import annotations

import json
import re

from conformance_cli.wire.redaction.tree import Leaf, Node, element_name

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
    """An open object or array."""

    __slots__ = ("colon", "filled", "is_object", "key", "last", "node", "pending")

    def __init__(self, bracket: str, node: Node, key: str) -> None:
        self.is_object = bracket == "{"
        self.node = node
        #: Of an array, the name of its items.
        self.key = key
        #: Of an object, the key whose value comes next, and where it stands.
        self.pending: tuple[int, int, str] | None = None
        self.colon = False
        #: Whether a value has come for that key.
        self.filled = False
        #: The text before: what a colon that is out of place may belong to.
        self.last = ""


class JsonReader:
    """Collects the leaves and the keys of a text.

    Where the text breaks the rules of JSON, what could be a value is taken for one.
    """

    def __init__(self, text: str) -> None:
        self.leaves: list[Leaf] = []
        #: Start, end and decoded text of each key.
        self.keys: list[tuple[int, int, str]] = []
        #: Text that no rule can judge: cut short, without its quotes, or out of place.
        self.unclear: list[tuple[int, int]] = []
        self._root = Node("", None)
        self._stack: list[_Frame] = []
        for match in _TOKEN.finditer(text):
            self._take(match)
        for frame in self._stack:
            self._settle(frame)

    def _take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup
        token = match[0]
        if kind == "text":
            self._value(match.start(), match.end(), _decoded(token), is_text=True)
        elif kind == "mark":
            self._mark(token)
        elif kind == "bare" and (token in _LITERALS or _NUMBER.fullmatch(token)):
            self._value(match.start(), match.end(), token, is_text=False)
        else:
            self.unclear.append(match.span())

    def _mark(self, mark: str) -> None:
        frame = self._stack[-1] if self._stack else None
        if mark in "{[":
            self._open(mark, frame)
        elif frame is None:
            return
        elif mark == ":":
            self._colon(frame)
        elif mark == ",":
            if frame.filled or not frame.colon:  # else it stands between a key and its value
                self._settle(frame)
        elif frame.is_object == (mark == "}"):
            self._settle(frame)
            self._stack.pop()
        # A bracket that closes something else is passed over: the context stays.

    def _colon(self, frame: _Frame) -> None:
        if frame.pending is None or frame.colon:  # out of place: the text before was a key
            self._settle(frame)
            frame.pending = (-1, -1, frame.last)
        frame.colon = True

    def _open(self, bracket: str, frame: _Frame | None) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise TooDeepError
        key, node = self._place(frame)
        if frame is not None:
            frame.filled = True
        if bracket == "{":
            node = Node(key, node)
        self._stack.append(_Frame(bracket, node, key))

    def _place(self, frame: _Frame | None) -> tuple[str, Node]:
        """The name and the node of a value that comes now."""
        if frame is None:
            return "", self._root
        if not frame.is_object:
            return frame.key, frame.node
        return (frame.pending[2] if frame.pending else ""), frame.node

    def _value(self, start: int, end: int, value: str, *, is_text: bool) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_object:
            frame.last = value
            if frame.pending is None:
                frame.pending = (start, end, value)
                return
            frame.filled = True
            if is_text:
                frame.node.fields.setdefault(element_name(frame.pending[2]), value)
        key, node = self._place(frame)
        self.leaves.append(Leaf(start, end, node, key, value, is_text))

    def _settle(self, frame: _Frame) -> None:
        """What stood before a colon was a key; without one, nobody knows."""
        if frame.pending is not None and frame.pending[0] >= 0:
            if frame.colon:
                self.keys.append(frame.pending)
            else:
                self.unclear.append(frame.pending[:2])
        frame.pending, frame.colon, frame.filled = None, False, False


def _decoded(token: str) -> str:
    inner = token[1:-1]
    if "\\" not in inner:
        return inner
    try:
        decoded = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return inner
    return str(decoded)
