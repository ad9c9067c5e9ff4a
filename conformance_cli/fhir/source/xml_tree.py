"""XML as a tree of elements that know where they stand; nothing from outside, bounds on all.

The standard library's expat is used as it is: it tells lines and columns, and with document
types refused it knows no entity but XML's own five, so none can expand or lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from xml.parsers import expat

from conformance_cli.fhir.outcome.message import Message, fatal
from conformance_cli.fhir.source.reading import MAX_DEPTH, TOO_DEEP, Position
from conformance_cli.fhir.source.xhtml import NAMESPACE as XHTML

#: By namespace and name.
Attributes = dict[tuple[str, str], str]

FHIR = "http://hl7.org/fhir"
_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
#: FHIR's elements may nest half as deep as JSON, where each may be an array and an object.
DEEPEST = MAX_DEPTH // 2
#: With the narrative's tags, which end up as text.
_DEEPEST_TAG = DEEPEST + 200

BROKEN = fatal(
    "xml-broken",
    "invalid",
    "The XML cannot be read beyond line {line}, column {column}: {reason}",
    "XML 1.0, on which FHIR R4, 2.6.1 rests (http://hl7.org/fhir/R4/xml.html).",
)
DOCTYPE = fatal(
    "xml-doctype",
    "security",
    "The document has a document type declaration, which FHIR does not allow",
    "Document types could pull in files, or expand without end "
    "(http://hl7.org/fhir/R4/security.html#narrative).",
)


class UnreadableError(Exception):
    """An XML text that is refused: the message, its values, and where."""

    def __init__(self, message: Message, position: Position, **values: object) -> None:
        super().__init__(message.id)
        self.message = message
        self.position = position
        self.values = {"line": position[0], "column": position[1], **values}


class XmlElement:
    """An element: its name, what it has, and where it begins.

    ``attributes`` are by namespace and name.  ``pieces`` are elements and text in their
    order; text that is only white space is kept in XHTML alone.  Of a ``div`` of XHTML there
    is one piece, the text of all that is in it, and ``is_markup`` is true.  ``key`` and
    ``index`` are those of the JSON property that it became.
    """

    __slots__ = (
        "attributes",
        "index",
        "is_markup",
        "key",
        "name",
        "namespace",
        "pieces",
        "position",
    )

    def __init__(self, name: str, namespace: str, position: Position) -> None:
        self.name = name
        self.namespace = namespace
        self.position = position
        self.attributes: Attributes = {}
        self.pieces: list[XmlElement | str] = []
        self.is_markup = False
        self.key: str | None = None
        self.index: int | None = None

    @property
    def children(self) -> list[XmlElement]:
        """The elements in it."""
        return [piece for piece in self.pieces if not isinstance(piece, str)]


def parse(text: str) -> XmlElement:
    """The outermost element.  Raises ``UnreadableError``."""
    builder = _Builder()
    try:
        builder.parser.Parse(text, True)
    except expat.ExpatError as err:
        reason = expat.ErrorString(err.code)
        position = err.lineno, err.offset + 1
        raise UnreadableError(BROKEN, position, reason=reason) from err
    if builder.root is None:  # pragma: no cover - expat refuses a document without an element
        raise UnreadableError(BROKEN, (1, 1), reason="there is no element")
    return builder.root


def as_xhtml(root: XmlElement) -> str:
    """An element with all that is in it as XHTML in the default namespace."""
    pieces: list[str] = []
    stack: list[XmlElement | str] = [root]
    namespaces = {id(root): ""}
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        around = namespaces.pop(id(item), XHTML)
        pieces.append(_opening(item.name, item.namespace, item.attributes, around))
        pieces.append(">" if item.pieces else "/>")
        if item.pieces:
            stack.append(f"</{item.name}>")
            for piece in reversed(item.pieces):
                if isinstance(piece, str):
                    stack.append(piece if item.is_markup else escape(piece, quote=False))
                else:
                    namespaces[id(piece)] = item.namespace
                    stack.append(piece)
    return "".join(pieces)


def _opening(name: str, namespace: str, attributes: Attributes, around: str) -> str:
    """How a tag begins; ``around`` is the default namespace where it stands."""
    pieces = [f"<{name}"]
    if namespace != around:
        pieces.append(f' xmlns="{escape(namespace)}"')
    for number, ((space, label), value) in enumerate(attributes.items()):
        if space == _XML_NAMESPACE:
            label = f"xml:{label}"
        elif space:
            pieces.append(f' xmlns:n{number}="{escape(space)}"')
            label = f"n{number}:{label}"
        pieces.append(f' {label}="{_quoted(value)}"')
    return "".join(pieces)


def _quoted(value: str) -> str:
    """An attribute's value; white space is written so that it is not normalised away."""
    text = escape(value)
    for character in "\t\n\r":
        text = text.replace(character, f"&#{ord(character)};")
    return text


class _Markup:
    """What is in a ``div`` of XHTML, written again while it is read.

    Narratives may be long, and nobody needs to know where their tags stand.
    """

    def __init__(self, depth: int, at: Callable[[], Position], ended: Callable[[], None]) -> None:
        self.pieces: list[str] = []
        self._depth = depth
        self._at = at
        self._ended = ended
        self._open: list[tuple[str, str]] = []
        self._around = XHTML
        #: Whether the last tag may still turn out to be empty.
        self._is_pending = False

    def start(self, tag: str, attributes: list[str]) -> None:
        """A tag begins."""
        namespace, _, name = tag.rpartition(" ")
        limit = _DEEPEST_TAG if namespace == XHTML else DEEPEST
        if self._depth + len(self._open) >= limit:
            raise UnreadableError(TOO_DEEP, self._at(), limit=limit)
        if self._is_pending:
            self.pieces.append(">")
        self._is_pending = True
        around, self._around = self._around, namespace
        self._open.append((name, around))
        if attributes or namespace != around:
            self.pieces.append(_opening(name, namespace, _attributes(attributes), around))
        else:
            self.pieces.append(f"<{name}")

    def end(self, _: str) -> None:
        """A tag ends, or the ``div`` itself."""
        if not self._open:
            self._ended()
            return
        name, self._around = self._open.pop()
        self.pieces.append("/>" if self._is_pending else f"</{name}>")
        self._is_pending = False

    def text(self, text: str) -> None:
        """Text stands between two tags."""
        if self._is_pending:
            self.pieces.append(">")
            self._is_pending = False
        self.pieces.append(escape(text, quote=False))


class _Builder:
    """Puts the tree together as expat reports it."""

    def __init__(self) -> None:
        self.root: XmlElement | None = None
        self._open: list[XmlElement] = []
        self._markup: _Markup | None = None
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._doctype
        self._listen()

    def _listen(self) -> None:
        parser = self.parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _at(self) -> Position:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _start(self, tag: str, attributes: list[str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        made = XmlElement(name, namespace, self._at())
        limit = _DEEPEST_TAG if namespace == XHTML else DEEPEST
        if len(self._open) >= limit:
            raise UnreadableError(TOO_DEEP, made.position, limit=limit)
        made.attributes = _attributes(attributes)
        if self._open:
            self._open[-1].pieces.append(made)
        else:
            self.root = made
        self._open.append(made)
        if namespace == XHTML and name == "div":
            self._begin_markup()

    def _begin_markup(self) -> None:
        markup = self._markup = _Markup(len(self._open), self._at, self._end_markup)
        self.parser.StartElementHandler = markup.start
        self.parser.EndElementHandler = markup.end
        self.parser.CharacterDataHandler = markup.text

    def _end_markup(self) -> None:
        made = self._open.pop()
        if self._markup is not None and self._markup.pieces:
            made.pieces.append("".join(self._markup.pieces))
            made.is_markup = True
        self._markup = None
        self._listen()

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        around = self._open[-1]
        if around.namespace == XHTML or not text.isspace():
            around.pieces.append(text)

    def _doctype(self, *_: object) -> None:
        raise UnreadableError(DOCTYPE, self._at())


def _attributes(ordered: list[str]) -> Attributes:
    """By namespace and name, from expat's flat list of names and values."""
    made: Attributes = {}
    for position in range(0, len(ordered), 2):
        space, _, label = ordered[position].rpartition(" ")
        made[space, label] = ordered[position + 1]
    return made
