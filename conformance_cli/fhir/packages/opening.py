"""Opening packages: compiled once, and from then on only looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from conformance_cli.fhir.packages.archive import Member
from conformance_cli.fhir.packages.cache import Cache
from conformance_cli.fhir.packages.compiled import Compiled, Writer
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.facts import read_facts
from conformance_cli.fhir.packages.files import aside
from conformance_cli.fhir.packages.manifest import LARGEST_MANIFEST, Manifest, read_manifest
from conformance_cli.fhir.packages.package import CompiledPackage
from conformance_cli.fhir.packages.sources import MANIFEST, Source, source_of

#: Reads a conformance resource that is XML, or returns ``None`` where it cannot.
ReadXml = Callable[[bytes], Mapping[str, Any] | None]
_BOM = b"\xef\xbb\xbf"
_MOST_PROBLEMS = 100


def no_xml(_: bytes) -> None:
    """Read no XML: for where no definitions are at hand that say how."""


def open_package(path: Path, cache: Cache, read_xml: ReadXml = no_xml) -> CompiledPackage:
    """Open a package: a ``.tgz``, a folder, or a loose ``.json`` or ``.xml`` resource.

    Raises:
        PackageError: it is missing, unreadable, damaged, refused, or holds nothing.

    """
    return open_source(source_of(path), cache, read_xml)


def open_source(source: Source, cache: Cache, read_xml: ReadXml = no_xml) -> CompiledPackage:
    """Open what a source holds; compiled now if it never was, or has changed since.

    Raises:
        PackageError: see ``open_package``.

    """
    stamp, changed_ns = source.stamp()
    # what is settled cannot have changed in the tick of the clock before it was looked at
    digest = cache.digest_of(source.place, stamp, 0 if source.settled else changed_ns)
    compiled = cache.open(digest) if digest else None
    if compiled is None:
        digest = _digest(source)
        compiled = cache.open(digest) if digest else None
        if compiled is None:
            compiled, digest = _compile(source, cache, digest, read_xml)
        cache.note_digest(source.place, stamp, digest or "")
    known = digest or ""

    def again() -> Compiled:
        made, now = _compile(source, cache, _digest(source), read_xml)
        if now != known:
            raise PackageError(
                "the package changed while it was in use", source.place, "start again"
            )
        return made

    return CompiledPackage(compiled, known, source.place, again)


def _digest(source: Source) -> str | None:
    try:
        return source.digest()
    except OSError as error:
        raise _unreadable(source, error) from error


def _compile(
    source: Source, cache: Cache, digest: str | None, read_xml: ReadXml
) -> tuple[Compiled, str]:
    """Compile into the cache; into memory where there is none or it cannot be written."""
    if cache.packages is not None:
        try:
            with aside(cache.packages) as made:
                digest = _write(source, made.file, digest, read_xml)
                cache.keep(made, digest)
        except OSError:
            pass
        else:
            if compiled := cache.open(digest):
                return compiled, digest
    memory = BytesIO()
    digest = _write(source, memory, digest, read_xml)
    return Compiled(memory.getbuffer()), digest


def _write(source: Source, file: BinaryIO, known: str | None, read_xml: ReadXml) -> str:
    """Write the compiled form of a source, and return the digest of the source."""
    writer = Writer(file)
    sum_ = sha256()
    manifest: Manifest | None = None
    problems: list[str] = []
    for name, data in _members(source):
        if known is None:
            sum_.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
            sum_.update(data)
        if name == MANIFEST:
            manifest = read_manifest(bytes(data[:LARGEST_MANIFEST]), source.place)
        elif problem := _add(writer, name, data, read_xml):
            problems.append(problem)
    if manifest is None:
        manifest = Manifest(source.place.name.removesuffix(".tgz"))
    writer.finish(manifest, tuple(problems[:_MOST_PROBLEMS]))
    return known or sum_.hexdigest()


def _add(writer: Writer, name: str, data: memoryview, read_xml: ReadXml) -> str:
    """Add a file if it holds a resource; say why it was passed over, if that is unexpected."""
    suffix = name[-5:].lower()
    if name.startswith(".") or not suffix.endswith((".json", ".xml")):
        return ""
    if suffix.endswith(".xml"):
        resource = read_xml(bytes(data))
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
        raise _unreadable(source, error) from error


def _unreadable(source: Source, error: OSError) -> PackageError:
    return PackageError(f"cannot be read: {error.strerror}", source.place, "check its permissions")
