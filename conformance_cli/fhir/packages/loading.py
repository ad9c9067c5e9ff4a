"""From what a user names to a library: packages, what they depend on, and loose resources."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance_cli.fhir.errors import UnreadableError
from conformance_cli.fhir.packages.cache import Cache, default_cache
from conformance_cli.fhir.packages.dependencies import Asked, Dependencies
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.library import PackageLibrary
from conformance_cli.fhir.packages.opening import open_source
from conformance_cli.fhir.packages.package import Package
from conformance_cli.fhir.packages.sources import ArchiveSource, Source, source_of, unreadable
from conformance_cli.fhir.packages.store import PackageStore, default_store
from conformance_cli.fhir.packages.xml import NO_XML, XmlReader

_FILES = (".tgz", ".gz", ".json", ".xml")


def open_packages(
    specs: Sequence[str], cache_dir: Path | None = None, package_cache: Path | None = None
) -> PackageLibrary:
    """The library of some packages, of those that they depend on, and of loose resources.

    Each of ``specs`` is a path (a ``.tgz``, a folder, a ``.json`` or ``.xml`` resource) or the
    ``name@version`` of an installed package; later ones come first in every look-up.
    ``cache_dir`` is where compiled forms are kept, ``package_cache`` where packages are
    installed; without them, where the user's environment says.

    What a named package depends on has to be installed; what a file depends on is used where
    it is, and ``library.missing`` names the rest.

    Raises:
        PackageError: something cannot be found or read, or nothing is named.

    """
    if not specs:
        raise PackageError(
            "no package is named", "", "name one, or take shape_library() for shapes alone"
        )
    cache = Cache(cache_dir) if cache_dir else default_cache(os.environ)
    store = PackageStore(package_cache) if package_cache else default_store(os.environ)
    try:
        return _opened(specs, cache, store)
    except OSError as error:
        raise unreadable(Path(error.filename or store.root), error) from error


def _opened(specs: Sequence[str], cache: Cache, store: PackageStore) -> PackageLibrary:
    sources = [_source(spec, store) for spec in specs]
    loose = [position for position, (source, _) in enumerate(sources) if _is_loose(source)]
    opened: dict[int, Package] = {
        position: open_source(source, cache)
        for position, (source, _) in enumerate(sources)
        if position not in loose
    }
    if loose:
        xml = _xml_reader(list(opened.values()), cache)
        opened |= {position: open_source(sources[position][0], cache, xml) for position in loose}
    wanted = [Asked(opened[position], named) for position, (_, named) in enumerate(sources)]
    found = Dependencies(store, cache).complete(wanted)
    return PackageLibrary(found.packages, cache, missing=found.missing)


def _source(spec: str, store: PackageStore) -> tuple[Source, bool]:
    """Where something is read from, and whether it was named rather than pointed at."""
    path = Path(spec).expanduser()
    is_name = "/" not in spec and os.sep not in spec and not spec.endswith(_FILES)
    if is_name and not path.exists():
        return store.get(spec).source, True
    return source_of(path), False


def _is_loose(source: Source) -> bool:
    return not isinstance(source, ArchiveSource) and source.manifest() is None


def _xml_reader(packages: Sequence[Package], cache: Cache) -> XmlReader:
    """Reads XML by the definitions in some packages."""
    library = PackageLibrary(packages, cache)
    if not library.has_definitions:
        return NO_XML

    def read(data: bytes) -> Mapping[str, Any] | None:
        from conformance_cli.fhir.source.resource import read_resource

        try:
            return read_resource(data, library)
        except (UnreadableError, PackageError):
            return None

    return XmlReader(library.fhir_version, read)
