"""Opening packages: compiled once, and from then on only looked at."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from conformance_cli.fhir.packages.cache import Cache
from conformance_cli.fhir.packages.compiled import Compiled
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.package import CompiledPackage
from conformance_cli.fhir.packages.sources import Source, source_of, unreadable
from conformance_cli.fhir.packages.xml import NO_XML, XmlReader


def open_package(path: Path, cache: Cache, xml: XmlReader = NO_XML) -> CompiledPackage:
    """Open a package: a ``.tgz``, a folder, or a loose ``.json`` or ``.xml`` resource.

    Raises:
        PackageError: it is missing, unreadable, damaged, refused, or holds nothing.

    """
    return open_source(source_of(path), cache, xml)


def open_source(source: Source, cache: Cache, xml: XmlReader = NO_XML) -> CompiledPackage:
    """Open what a source holds; compiled now if it never was, or has changed since.

    Raises:
        PackageError: see ``open_package``.

    """
    stamp, changed_ns = source.stamp()
    stamp += xml.version.encode()
    # what is settled cannot have changed in the tick of the clock before it was looked at
    digest = cache.digest_of(source.place, stamp, 0 if source.settled else changed_ns)
    compiled = cache.open(digest) if digest else None
    if compiled is None:
        digest = _digest(source)
        compiled = cache.open(digest) if digest else None
        if compiled is None:
            compiled, digest = _compile(source, cache, digest, xml)
        cache.note_digest(source.place, stamp, digest or "")
    known = digest or ""

    def again() -> Compiled:
        made, now = _compile(source, cache, _digest(source), xml)
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
        raise unreadable(source.place, error) from error


def _compile(
    source: Source, cache: Cache, digest: str | None, xml: XmlReader
) -> tuple[Compiled, str]:
    """Compile into the cache; into memory where there is none or it cannot be written."""
    from conformance_cli.fhir.packages.compiling import write_compiled
    from conformance_cli.fhir.packages.files import aside

    if cache.packages is not None:
        try:
            with aside(cache.packages) as made:
                digest = write_compiled(source, made.file, digest, xml)
                cache.keep(made, digest)
        except OSError:
            pass
        else:
            if compiled := cache.open(digest):
                return compiled, digest
    memory = BytesIO()
    digest = write_compiled(source, memory, digest, xml)
    return Compiled(memory.getbuffer()), digest
