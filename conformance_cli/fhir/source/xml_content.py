"""From an XML tree to the data that JSON would have, by the definitions of the types."""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import Message, error
from conformance_cli.fhir.source.numbers import read_number
from conformance_cli.fhir.source.reading import Problem
from conformance_cli.fhir.source.xml_fields import Field, Fields, FieldTables, is_primitive
from conformance_cli.fhir.source.xml_tree import FHIR, XmlElement, as_xhtml
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.primitive_forms import DECIMAL as DECIMAL_FORM
from conformance_cli.fhir.validation.primitive_forms import INTEGER as INTEGER_FORM

Json = Any

_XML = "FHIR R4, 2.6.1 XML Representation (http://hl7.org/fhir/R4/xml.html)."
UNKNOWN_ELEMENT = error(
    "xml-element-unknown", "structure", "{parent} has no element {name} (line {line})", _XML
)
UNKNOWN_ATTRIBUTE = error(
    "xml-attribute-unknown", "structure", "{parent} has no attribute {name} (line {line})", _XML
)
TEXT = error("xml-text", "structure", "There is text where none may be: {text} (line {line})", _XML)
ORDER = error(
    "xml-order",
    "invalid",
    "{name} must stand before {before}: elements have a fixed order in XML",
    _XML,
)
OTHER_NAMESPACE = error(
    "xml-namespace",
    "invalid",
    "{name} is in the namespace {found!r}; it must be in {expected!r}",
    _XML,
)
EMPTY = error(
    "xml-element-empty", "invalid", "{name} is empty; leave it out, or give it content", _XML
)
REPEATED = error(
    "xml-repeated",
    "structure",
    "{name} may be there only once; it is there again in line {line}",
    _XML,
)
SEVERAL = error(
    "xml-several-resources", "structure", "{name} holds {count} resources; one is allowed", _XML
)

_INTEGERS = frozenset({"integer", "unsignedInt", "positiveInt"})
#: What any primitive may have in XML.
_PRIMITIVE = Fields("Element")
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


class XmlContent:
    """Turns elements into data, and collects what is wrong with them, up to a number."""

    def __init__(self, library: Library, most: int) -> None:
        self._tables = FieldTables(library)
        self._most = most
        self.problems: list[Problem] = []

    def resource(self, node: XmlElement, place: Place) -> dict[str, Json]:
        """A resource; of a type that is not known, nothing but its name."""
        made: dict[str, Json] = {"resourceType": node.name}
        fields = self._tables.of_type(node.name)
        if fields is not None and fields.is_resource:
            self._fill(made, node, fields, place)
        return made

    def _fill(self, made: dict[str, Json], node: XmlElement, fields: Fields, place: Place) -> None:
        """Put what an element holds into an object."""
        self._attributes(made, node, fields, place)
        self._no_text(node, place)
        last: Field | None = None
        for child in node.children:
            found = fields.by_name.get(child.name)
            if found is None or (found.is_attribute and not fields.is_resource):
                self._tell_unknown(child, node, place)
                continue
            at = self._place(made, found, place)
            if last is not None and found.order < last.order:
                self._tell(ORDER, child, at, name=child.name, before=last.key)
            last = found
            self._add(made, child, found, at)

    def _place(self, made: dict[str, Json], found: Field, place: Place) -> Place:
        """Where the next value of a field will stand."""
        if not found.repeats:
            return place.child(found.key, None, found.shown)
        sizes = (len(made.get(key, ())) for key in (found.key, f"_{found.key}"))
        return place.child(found.key, max(sizes), found.shown)

    def _add(self, made: dict[str, Json], node: XmlElement, found: Field, place: Place) -> None:
        """Add one element's value, unless it has none."""
        if not found.repeats and (found.key in made or f"_{found.key}" in made):
            parent = place.parent or place
            self._tell(REPEATED, node, parent, name=node.name, line=node.position[0])
            return
        if node.namespace != FHIR and found.type != "xhtml":
            facts = {"found": shortened(node.namespace, 80), "expected": FHIR}
            self._tell(OTHER_NAMESPACE, node, place, name=node.name, **facts)
        if not node.attributes and not node.pieces:
            self._tell(EMPTY, node, place, name=node.name)
            return
        node.key, node.index = found.key, place.index
        if found.type == "xhtml":
            made[found.key] = as_xhtml(node)
        elif is_primitive(found):
            _put(made, found, *self._primitive(node, found, place))
        elif value := self._complex(node, found, place):
            if found.repeats:
                made.setdefault(found.key, []).append(value)
            else:
                made[found.key] = value

    def _complex(self, node: XmlElement, found: Field, place: Place) -> dict[str, Json]:
        if self._tables.is_resource(found.type) and not found.element.children:
            return self._inner(node, place)
        made: dict[str, Json] = {}
        fields = self._tables.of_field(found)
        if fields is not None:
            self._fill(made, node, fields, place)
        return made

    def _inner(self, node: XmlElement, place: Place) -> dict[str, Json]:
        """A resource in a resource: an element of its own inside the one that holds it."""
        self._attributes({}, node, Fields(""), place)
        self._no_text(node, place)
        children = node.children
        if not children:
            return {}
        if len(children) > 1:
            self._tell(SEVERAL, children[1], place, name=node.name, count=len(children))
        inner = children[0]
        if inner.namespace != FHIR:
            facts = {"found": shortened(inner.namespace, 80), "expected": FHIR}
            self._tell(OTHER_NAMESPACE, inner, place, name=inner.name, **facts)
        return self.resource(inner, place)

    def _primitive(self, node: XmlElement, found: Field, place: Place) -> tuple[Json, Json]:
        """The value of a primitive, and its id and extensions."""
        companion: dict[str, Json] = {}
        fields = self._tables.of_type("Element") or self._tables.of_type("Extension")
        extension = fields.by_name.get("extension") if fields else None
        self._attributes(companion, node, _PRIMITIVE, place)
        self._no_text(node, place)
        for child in node.children:
            if child.name == "extension" and extension is not None:
                at = place.child("extension", len(companion.get("extension", ())))
                self._add(companion, child, extension, at)
            else:
                self._tell_unknown(child, node, place)
        text = companion.pop("value", None)
        return (None if text is None else _value(text, found.type)), companion or None

    def _attributes(
        self, made: dict[str, Json], node: XmlElement, fields: Fields, place: Place
    ) -> None:
        """Attributes: a value, the id of an element, the url of an extension."""
        for (namespace, name), value in node.attributes.items():
            if not namespace and _is_attribute(name, fields):
                made[name] = value
                continue
            shown = f"xsi:{name}" if namespace == _SCHEMA_INSTANCE else name
            facts = {"parent": node.name, "name": shortened(shown, 80)}
            self._tell(UNKNOWN_ATTRIBUTE, node, place, line=node.position[0], **facts)

    def _tell_unknown(self, child: XmlElement, node: XmlElement, place: Place) -> None:
        facts = {"parent": node.name, "name": shortened(child.name, 80)}
        self._tell(UNKNOWN_ELEMENT, child, place, line=child.position[0], **facts)

    def _no_text(self, node: XmlElement, place: Place) -> None:
        """FHIR has no text but in narratives; told where the element after it begins."""
        for number, piece in enumerate(node.pieces):
            if isinstance(piece, str) and piece.strip():
                rest = (p for p in node.pieces[number:] if isinstance(p, XmlElement))
                nearest = next(rest, node)
                facts = {"text": shortened(piece.strip(), 80), "line": nearest.position[0]}
                self._tell(TEXT, nearest, place, **facts)

    def _tell(self, message: Message, node: XmlElement, place: Place, **values: object) -> None:
        if len(self.problems) < self._most:
            self.problems.append(Problem(message, place, node.position, values))


def _is_attribute(name: str, fields: Fields) -> bool:
    """Those that a definition marks, and those that FHIR has where definitions are only shapes."""
    if fields is _PRIMITIVE:
        return name in ("id", "value")
    found = fields.by_name.get(name)
    if found is None or fields.is_resource:
        return False
    return found.is_attribute or name == "id" or (name == "url" and fields.type == "Extension")


def _put(made: dict[str, Json], found: Field, value: Json, companion: Json) -> None:
    """Set or append a primitive's value and companion; arrays of the two keep step."""
    if not found.repeats:
        if value is not None:
            made[found.key] = value
        if companion is not None:
            made[f"_{found.key}"] = companion
        return
    twin = f"_{found.key}"
    size = max(len(made.get(found.key, ())), len(made.get(twin, ())))
    for key, item in ((found.key, value), (twin, companion)):
        if item is not None or key in made:
            known = made.setdefault(key, [])
            known.extend([None] * (size - len(known)))
            known.append(item)


def _value(text: str, type_name: str) -> Json:
    """A value as JSON has it, or the text where it is not of that form."""
    if type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    form = DECIMAL_FORM if type_name == "decimal" else INTEGER_FORM
    if (type_name == "decimal" or type_name in _INTEGERS) and form.fullmatch(text):
        try:
            return read_number(text)
        except ValueError:
            return text
    return text
