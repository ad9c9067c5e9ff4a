"""Reading JSON with mistakes in it, as far as its meaning is clear.

What people write by hand has commas too many or too few, comments, names without quotes.
The rest of such a resource can still be judged, so each mistake becomes a problem at the
element around it and reading goes on.  Brackets that do not match leave nothing to go by.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from conformance_cli.fhir.outcome.message import Message
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source import json_mistakes as mistakes
from conformance_cli.fhir.source.numbers import read_number
from conformance_cli.fhir.source.reading import (
    MAX_DEPTH,
    TOO_DEEP,
    Lines,
    Position,
    Problem,
    Reading,
    unread,
)
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place, Pointer

Json = Any

#: Longer texts are not searched for their mistakes: the first is told, and that is all.
MAX_LENGTH = 8_000_000

_GAP = Regex(r"[ \t\r\n\f\v\xa0\ufeff]*")
_COMMENT = Regex(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING = Regex(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_WORD = Regex(r"[^\W\d][\w.\-]*|\$[\w.\-]*")
_NUMBER = Regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])")
_NEARLY_NUMBER = Regex(r"[-+]?[0-9.][0-9.eE+\-]*")
_ESCAPE = Regex(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_RAW_CONTROL = Regex(r"[\x00-\x1f]")
_SURROGATE = Regex(r"[\ud800-\udfff]")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}


def recover(text: str, options: Options, root: Place, problems: list[Problem]) -> Reading:
    """Read a text that is no sound JSON; ``problems`` are known already, ``root`` is named."""
    if len(text) > MAX_LENGTH:
        values = {"line": 1, "column": 1, "reason": "it is too long to look for its mistakes"}
        return unread(Problem(mistakes.BROKEN, root, None, values), *problems)
    scanner = _Scanner(text, options, root)
    try:
        value = scanner.whole()
    except RecursionError:
        return unread(Problem(TOO_DEEP, root, None, {"limit": MAX_DEPTH}), *problems)
    except _BrokenError:
        return unread(scanner.problems[-1], *problems)
    if isinstance(value.get("resourceType"), str):
        root.key = value["resourceType"]
    return Reading(value, (*problems, *scanner.problems), scanner.position)


class _BrokenError(Exception):
    """Nothing can be made of the text; the last problem says why, and the others are moot."""


class _Scanner:
    """Goes through a text once; raises ``_BrokenError`` where it cannot go on."""

    def __init__(self, text: str, options: Options, root: Place) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.problems: list[Problem] = []
        self._comments: list[int] = []
        self._allow_comments = options.allow_comments
        self._most = options.max_issues
        self._root = root
        self._lines = Lines(text)
        self._offsets: dict[Pointer, int] = {}

    def position(self, pointer: Pointer) -> Position:
        """Line and column of an element, or of the nearest around it that was read."""
        while pointer and pointer not in self._offsets:
            pointer = pointer[:-1]
        return self._lines.at(self._offsets.get(pointer, 0))

    def whole(self) -> dict[str, Json]:
        """The one object that the text is."""
        self._gap()
        self._offsets[()] = self.at
        if self._peek() != "{":
            empty = self.at >= len(self.text)
            self._break("it is empty" if empty else "it does not begin with {, as objects do")
        self._tell_comments(self._root)
        value = self._object(self._root)
        self._gap()
        self._tell_comments(self._root)
        if self.at < len(self.text):
            self._break("something follows after its end")
        return value

    def _object(self, place: Place) -> dict[str, Json]:
        self._enter()
        made: dict[str, Json] = {}
        self._gap()
        commas = 0
        while self._peek() != "}":
            commas = self._property(made, place, commas)
        if commas:
            self._tell(mistakes.COMMA_EXTRA, place, self.at, what="object")
        self._leave(place)
        return made

    def _property(self, made: dict[str, Json], place: Place, commas: int) -> int:
        """Read a property, and the commas after it: how many."""
        start = self.at
        name, quoted = self._name(place)
        if made and not commas:
            self._tell(mistakes.COMMA_MISSING, place, start)
        if not quoted:
            self._tell(mistakes.NAME_UNQUOTED, place, start, name=name[:80])
        self._gap()
        if self._peek() != ":":
            self._break(f"after the name {name[:80]!r} a colon is missing")
        self.at += 1
        self._gap()
        here = place.child(name)
        self._offsets.setdefault(here.pointer, start)
        value = self._value(here, place)
        if name in made:
            self._tell(mistakes.DUPLICATE, place, start, name=name[:80])
        made.setdefault(name, value)
        return self._commas(place)

    def _array(self, place: Place) -> list[Json]:
        self._enter()
        made: list[Json] = []
        self._gap()
        commas = 0
        while self._peek() != "]":
            if made and not commas:
                self._tell(mistakes.COMMA_MISSING, place, self.at)
            parent = place if place.index is not None or place.parent is None else place.parent
            here = parent.child("" if parent is place else place.key, len(made))
            self._offsets[here.pointer] = self.at
            made.append(self._value(here, here, place))
            commas = self._commas(place)
        if commas:
            self._tell(mistakes.COMMA_EXTRA, place, self.at, what="array")
        self._leave(place)
        return made

    def _value(self, place: Place, around: Place, array: Place | None = None) -> Json:
        """Any value.  ``around`` is blamed for missing quotes, ``array`` for comments."""
        first = self._peek()
        if first == "{":
            self._tell_comments(place)
            return self._object(place)
        if first == "[":
            self._tell_comments(array or around)
            return self._array(place)
        self._tell_comments(array or place)
        if first == '"':
            return self._string(place)
        if first and first in "-+.0123456789":
            return self._number(place)
        start = self.at
        word = self._word()
        if word in _WORDS:
            return _WORDS[word]
        self._tell(mistakes.VALUE_UNQUOTED, around, start, value=word[:80])
        return word

    def _name(self, place: Place) -> tuple[str, bool]:
        if self._peek() == '"':
            return self._string(place), True
        return self._word(), False

    def _word(self) -> str:
        match = _WORD.match(self.text, self.at)
        if match is None and self.at >= len(self.text):
            self._break("it ends before all brackets are closed")
        if match is None:
            self._break(f"{self._peek()!r} stands where a name or a value should")
        self.at = match.end()
        return match.group()

    def _string(self, place: Place) -> str:
        start = self.at
        match = _STRING.match(self.text, start)
        if match is None:
            self._break("a string does not end")
        self.at = match.end()
        raw = match.group(1)
        if _RAW_CONTROL.search(raw):
            self._tell(mistakes.CONTROL, place, start)
        if "\\" not in raw:
            return raw
        text = _ESCAPE.sub(self._escaped, raw)
        joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if _SURROGATE.search(text) and "\ufffd" in joined:
            self._tell(mistakes.SURROGATE, place, start)
        return joined

    def _escaped(self, match: re.Match[str]) -> str:
        code, letter = match.groups()
        if code:
            return chr(int(code, 16))
        known = _ESCAPES.get(letter)
        if known is None:
            self._break(f"\\{letter} is no escape")
        return known

    def _number(self, place: Place) -> Json:
        start = self.at
        match = _NUMBER.match(self.text, start)
        sound = match is not None
        match = match or _NEARLY_NUMBER.match(self.text, start)
        literal = match.group() if match else ""
        self.at += len(literal)
        try:
            value: Json = read_number(literal)
        except ValueError:
            sound, value = False, literal
        if not literal:
            self._break(f"{self._peek()!r} begins no number")
        if not sound:
            self._tell(mistakes.NUMBER, place, start, literal=literal[:80])
        return value

    def _commas(self, place: Place) -> int:
        """Skip the commas between two members, and say how many there were."""
        self._gap()
        count = 0
        while self._peek() == ",":
            if count:
                self._tell(mistakes.COMMA_EXTRA, place, self.at, what="object or array")
            count += 1
            self.at += 1
            self._gap()
        return count

    def _gap(self) -> None:
        """Skip space and comments; comments are told when it is known whose they are."""
        while True:
            match = _GAP.match(self.text, self.at)
            self.at = match.end() if match else self.at
            comment = _COMMENT.match(self.text, self.at)
            if comment is None:
                return
            self._comments.append(self.at)
            self.at = comment.end()

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _enter(self) -> None:
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            place = self._root
            self.problems.append(Problem(TOO_DEEP, place, None, {"limit": MAX_DEPTH}))
            raise _BrokenError

    def _leave(self, place: Place) -> None:
        self._tell_comments(place)
        self.at += 1
        self.depth -= 1

    def _tell_comments(self, place: Place) -> None:
        if not self._allow_comments:
            for start in self._comments:
                self._tell(mistakes.COMMENT, place, start)
        self._comments.clear()

    def _tell(self, message: Message, place: Place, at: int, **values: object) -> None:
        line, column = self._lines.at(at)
        values = {"line": line, "column": column, **values}
        if len(self.problems) < self._most or message is mistakes.BROKEN:
            self.problems.append(Problem(message, place, (line, column), values))

    def _break(self, reason: str) -> NoReturn:
        self._tell(mistakes.BROKEN, self._root, self.at, reason=reason)
        raise _BrokenError
