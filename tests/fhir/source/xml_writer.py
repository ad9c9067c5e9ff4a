"""Resources as XML, written by the definitions: the other way round than the reader."""

from typing import Any
from xml.sax.saxutils import quoteattr

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.source.xml_fields import Field, Fields, FieldTables, is_primitive

Json = Any


def write_xml(resource: dict[str, Json], library: Library) -> str:
    return _Writer(library).resource(resource, ' xmlns="http://hl7.org/fhir"')


class _Writer:
    def __init__(self, library: Library) -> None:
        self.tables = FieldTables(library)

    def resource(self, value: dict[str, Json], more: str = "") -> str:
        name = value["resourceType"]
        fields = self.tables.of_type(name)
        assert fields is not None, name
        return f"<{name}{more}>{self.content(value, fields)}</{name}>"

    def content(self, value: dict[str, Json], fields: Fields) -> str:
        pieces = []
        for one in sorted(fields.by_name.values(), key=lambda field: field.order):
            if one.is_attribute and not fields.is_resource:
                continue
            values, twins = value.get(one.key), value.get(f"_{one.key}")
            if not one.repeats:
                values, twins = [values], [twins]
            length = max(len(values or []), len(twins or []))
            for index in range(length):
                item = values[index] if values and index < len(values) else None
                twin = twins[index] if twins and index < len(twins) else None
                if item is not None or twin is not None:
                    pieces.append(self.element(one, item, twin))
        return "".join(pieces)

    def element(self, one: Field, value: Json, twin: Json) -> str:
        if one.type == "xhtml":
            return value
        if is_primitive(one):
            return self.primitive(one.key, value, twin or {})
        if self.tables.is_resource(one.type) and not one.element.children:
            return f"<{one.key}>{self.resource(value)}</{one.key}>"
        fields = self.tables.of_field(one)
        attributes = "".join(
            f" {name}={quoteattr(value[name])}"
            for name, field in fields.by_name.items()
            if field.is_attribute and name in value
        )
        return f"<{one.key}{attributes}>{self.content(value, fields)}</{one.key}>"

    def primitive(self, key: str, value: Json, twin: dict[str, Json]) -> str:
        attributes = ""
        if "id" in twin:
            attributes += f" id={quoteattr(twin['id'])}"
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            attributes += f" value={quoteattr(text)}"
        element = self.tables.of_type("Element")
        inner = self.content({"extension": twin.get("extension", [])}, element)
        return f"<{key}{attributes}>{inner}</{key}>"
