"""Reading a resource whose text is known to be sound, such as a definition."""

from __future__ import annotations

from typing import Any

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.errors import UnreadableError
from conformance_cli.fhir.validation.options import Options


def read_resource(data: bytes, library: Library) -> dict[str, Any]:
    """The resource in a JSON or XML text, as plain JSON.  Raises ``UnreadableError``."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        from conformance_cli.fhir.source.xml_reader import read_xml

        reading = read_xml(data, library, Options())
    else:
        from conformance_cli.fhir.source.json_reader import read_json

        reading = read_json(data, Options())
    if not isinstance(reading.resource, dict):
        first = next(iter(reading.problems), None)
        problem = first.message.text.format(**first.values) if first else "it is no object"
        raise UnreadableError(problem)
    return reading.resource
