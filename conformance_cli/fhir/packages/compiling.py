"""Compiling a package: every resource found by its facts, and written as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO

from conformance_cli.fhir.packages.facts import read_facts
from conformance_cli.fhir.packages.manifest import LARGEST_MANIFEST, Manifest, read_manifest
from conformance_cli.fhir.packages.sources import MANIFEST, Member, Source, unreadable
from conformance_cli.fhir.packages.writer import Writer
from conformance_cli.fhir.packages.xml import XmlReader

_BOM = b"\xef\xbb\xbf"
_MOST_PROBLEMS = 100


def write_compiled(source: Source, file: BinaryIO, known: str | None, xml: XmlReader) -> str:
    """Write the compiled form of a source, and return the digest of the source."""
    writer = Writer(file)
    sum_ = sha256(xml.version.encode())
    manifest: Manifest | None = None
    problems: list[str] = []
    for name, data in _members(source):
        if known is None:
            sum_.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
            sum_.update(data)
        if name == MANIFEST:
            manifest = read_manifest(bytes(data[:LARGEST_MANIFEST]), source.place)
        elif problem := _add(writer, name, data, xml):
            problems.append(problem)
    if manifest is None:
        manifest = Manifest(source.place.name.removesuffix(".tgz"))
    writer.finish(manifest, tuple(problems[:_MOST_PROBLEMS]))
    return known or sum_.hexdigest()


def _add(writer: Writer, name: str, data: memoryview, xml: XmlReader) -> str:
    """Add a file if it holds a resource; say why it was passed over, if that is unexpected."""
    suffix = name[-5:].lower()
    if name.startswith(".") or not suffix.endswith((".json", ".xml")):
        return ""
    if suffix.endswith(".xml"):
        resource = xml.read(bytes(data))
        if resource is None:
            return f"{name}: XML that is no FHIR resource, or no definitions to read it by"
        data = memoryview(_as_json(resource))
    elif data[:3] == _BOM:
        data = data[3:]
    try:
        facts = read_facts(data)
    except ValueError as error:
        return f"{name}: {error}"
    if facts is not None:
        writer.add(facts, data)
    return ""


def _as_json(resource: Mapping[str, Any]) -> bytes:
    import msgspec

    return msgspec.json.Encoder(decimal_format="number").encode(resource)


def _members(source: Source) -> Iterator[Member]:
    """The members of a source; an error of reading is told apart from one of writing."""
    try:
        yield from source.members()
    except OSError as error:
        raise unreadable(source.place, error) from error
