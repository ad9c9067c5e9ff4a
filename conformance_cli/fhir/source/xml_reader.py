"""Reading XML: into the same data as JSON, so that everything else knows only one form."""

from __future__ import annotations

from collections.abc import Iterator

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.outcome.message import error, fatal
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.source.encoding import MARK, WideTextError, decode
from conformance_cli.fhir.source.reading import (
    MAX_BYTES,
    NOWHERE,
    TOO_LARGE,
    Position,
    Problem,
    Reading,
    unread,
)
from conformance_cli.fhir.source.xml_content import XmlContent
from conformance_cli.fhir.source.xml_tree import FHIR, UnreadableError, XmlElement, parse
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.place import Place, Pointer

_XML = "FHIR R4, 2.6.1 XML Representation (http://hl7.org/fhir/R4/xml.html)."
NOT_FHIR = fatal(
    "xml-no-resource",
    "structure",
    "{name} is in the namespace {found!r}; resources are in " + repr(FHIR),
    _XML,
)
DECLARED = error(
    "xml-encoding",
    "invalid",
    "The document declares the encoding {name}; FHIR demands UTF-8",
    _XML,
)

_DECLARATION = Regex(r"""<\?xml\s[^>]*?encoding\s*=\s*["']([^"'>]{1,40})["']""")


def read_xml(data: bytes, library: Library, options: Options) -> Reading:
    """Read a resource in XML.  Never raises for what is in the data.

    The definitions of ``library`` say what repeats, what is a number, and what there is at
    all; what they do not know is told and left out.  Text that is not of the form of its
    type stays text.
    """
    root = Place(None, NOWHERE)
    if len(data) > MAX_BYTES:
        values = {"size": len(data), "limit": MAX_BYTES}
        return unread(Problem(TOO_LARGE, root, None, values))
    try:
        text, problems = decode(data, root)
        problems = [problem for problem in problems if problem.message is not MARK]
        tree = parse(text)
    except WideTextError as err:
        return unread(err.problem)
    except UnreadableError as err:
        return unread(Problem(err.message, root, err.position, err.values), *problems)
    declared = _DECLARATION.match(text)
    if declared and declared[1].lower() not in ("utf-8", "us-ascii"):
        problems.append(Problem(DECLARED, root, (1, 1), {"name": declared[1]}))
    if tree.namespace != FHIR:
        names = {"name": tree.name[:80], "found": tree.namespace[:80]}
        return unread(Problem(NOT_FHIR, root, tree.position, names), *problems)
    root.key = tree.name
    content = XmlContent(library, options.max_issues)
    resource = content.resource(tree, root)
    return Reading(resource, (*problems, *content.problems), _Locator(tree))


class _Locator:
    """Finds elements by the JSON properties that they became."""

    def __init__(self, root: XmlElement) -> None:
        self._root = root
        self._tables: dict[int, dict[tuple[str, int | None], XmlElement]] = {}

    def __call__(self, pointer: Pointer) -> Position:
        """Where an element begins, or the nearest around it."""
        node = self._root
        for step, following in zip(pointer, (*pointer[1:], None), strict=False):
            if isinstance(step, int):
                continue
            index = following if isinstance(following, int) else None
            found = self._find(node, step.removeprefix("_"), index)
            if found is None:
                break
            node = found
        return node.position

    def _find(self, node: XmlElement, key: str, index: int | None) -> XmlElement | None:
        table = self._tables.get(id(node))
        if table is None:
            table = self._tables[id(node)] = dict(_members(node))
        return table.get((key, index)) or table.get((key, 0 if index is None else None))


def _members(node: XmlElement) -> Iterator[tuple[tuple[str, int | None], XmlElement]]:
    """The elements that became properties; those of a resource inside are its holder's."""
    for child in node.children:
        if child.key is not None:
            yield (child.key, child.index), child
        elif child.name[:1].isupper():
            yield from _members(child)
