"""Narratives as trees: XHTML parsed exactly, with nothing from outside and bounds on all."""

from __future__ import annotations

from xml.parsers import expat

from msgspec import Struct, field

from conformance_cli.fhir.regex import Regex

_XML = "http://www.w3.org/XML/1998/namespace"
#: How deep tags may nest, and how many there may be.
MAX_DEPTH = 200
MAX_TAGS = 200_000
#: References to characters by name; XML itself knows only five.
_NAMED = Regex(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


class Tag(Struct):
    """An element of XHTML, with its text pieces counted as children that have no name."""

    name: str
    namespace: str
    attributes: dict[str, str]
    children: list[Tag] = field(default_factory=list)
    text: str = ""


class MalformedError(Exception):
    """A narrative that is no XML, or is refused as such; the text says why."""


def parse(div: str) -> Tag:
    """The tree of a narrative.  Raises ``MalformedError``.

    Document types are refused, and with them any entity; names of characters that only
    HTML knows have to be replaced before (see ``foreign_entities``).
    """
    builder = _Builder()
    parser = builder.parser
    try:
        parser.Parse(div, True)
    except expat.ExpatError as err:
        reason = expat.ErrorString(err.code)
        raise MalformedError(f"{reason} (line {err.lineno}, column {err.offset + 1})") from err
    except UnicodeEncodeError as err:
        raise MalformedError("it holds half a character (a lone surrogate)") from err
    root = builder.root
    if root is None:
        raise MalformedError("it holds no element")
    return root


def foreign_entities(div: str) -> tuple[str, list[str]]:
    """The text with HTML's names of characters replaced, and these names, each once."""
    names = dict.fromkeys(name for name in _NAMED.findall(div) if name not in _XML_NAMES)
    if not names:
        return div, []
    plain = _NAMED.sub(lambda found: "\u00b7" if found[1] in names else found[0], div)
    return plain, list(names)


class _Builder:
    """Puts the tree together as expat reports it."""

    def __init__(self) -> None:
        self.root: Tag | None = None
        self._open: list[Tag] = []
        self._count = 0
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH or self._count > MAX_TAGS:
            raise MalformedError(f"it has more than {MAX_TAGS} tags, or {MAX_DEPTH} levels of them")
        namespace, _, local = name.rpartition(" ")
        if attributes:
            attributes = {_plain(key): value for key, value in attributes.items()}
        tag = Tag(local, namespace, attributes)
        if self._open:
            self._open[-1].children.append(tag)
        else:
            self.root = tag
        self._open.append(tag)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].children.append(Tag("", "", {}, text=text))

    def _doctype(self, *_: object) -> None:
        raise MalformedError("it has a document type declaration, which could pull in anything")


def _plain(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    if not namespace:
        return local
    return f"xml:{local}" if namespace == _XML else f"{namespace}:{local}"
