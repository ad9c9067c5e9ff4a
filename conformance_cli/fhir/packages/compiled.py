"""The compiled form of a package: one file that answers look-ups without being parsed.

The file is the resources one after the other as JSON, then tables, then a footer that says
where each table is.  Tables are arrays of machine words that are searched where they lie, so
opening a package of thousands of resources costs no more than opening a small one.
"""

from __future__ import annotations

import sys
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from struct import Struct
from typing import Any

import msgspec

from conformance_cli.fhir.packages.facts import Facts, make_facts
from conformance_cli.fhir.packages.manifest import Manifest

#: Changes with the layout, so that files of other releases are not taken for ours.
MAGIC = b"FHIRPK" + b"1" + sys.byteorder[:1].encode()
FOOTER = Struct("<6Q I 8s")
Buffer = Any


class CorruptError(Exception):
    """A compiled file that is not whole; it has to be made again."""


class About(msgspec.Struct, frozen=True, array_like=True):
    """What a package says about itself and what was passed over in it."""

    manifest: Manifest
    problems: tuple[str, ...]
    #: Entry numbers by resource type, as array of 32-bit words.
    by_type: Mapping[str, bytes]
    #: Type name to entry number, base definition, kind and whether it is abstract.
    types: Mapping[str, tuple[int, str, str, bool]]


class Compiled:
    """A compiled package in memory, or mapped from its file."""

    def __init__(self, buffer: Buffer) -> None:
        """Open it.

        Raises:
            CorruptError: it is not whole, or of another release.

        """
        view = memoryview(buffer)
        tables = _tables(view)
        self._view = view
        self._spans = tables[0].cast("Q")
        self._sums = tables[1].cast("I")
        self._count = count = len(self._sums)
        words = tables[2].cast("I")
        self._keys, self._order = words[:count], words[count:]
        self._facts_at = tables[3].cast("I")
        self._facts = tables[4]
        self._decode = msgspec.msgpack.Decoder(list[Any]).decode
        self.about: About = msgspec.msgpack.decode(tables[5], type=About)

    def __len__(self) -> int:
        return self._count

    def find(self, url: str) -> list[tuple[int, Facts]]:
        """Every resource with a canonical URL, by number."""
        key = key_of(url)
        first = bisect_left(self._keys, key)
        found = []
        for number in self._order[first : bisect_right(self._keys, key, first)]:
            facts = self.facts(number)
            if facts.url == url:
                found.append((number, facts))
        return found

    def facts(self, number: int) -> Facts:
        """What a resource is found by."""
        start, end = self._facts_at[number], self._facts_at[number + 1]
        facts = make_facts(self._decode(self._facts[start:end]))
        if facts is None:
            raise CorruptError
        return facts

    def of_type(self, resource_type: str) -> Iterator[int]:
        """The numbers of all resources of a type, in the order of the package."""
        listed = self.about.by_type.get(resource_type)
        return iter(memoryview(listed).cast("I") if listed else ())

    def data(self, number: int) -> memoryview:
        """The JSON of a resource.

        Raises:
            CorruptError: it is not what was written.

        """
        data = self._view[self._spans[number] : self._spans[number + 1]]
        if zlib.crc32(data) != self._sums[number]:
            raise CorruptError
        return data


def key_of(url: str) -> int:
    """What URLs are sorted by; two may share one, so a match is compared with the URL."""
    return zlib.crc32(url.encode("utf-8", "surrogatepass"))


def _tables(view: memoryview) -> list[memoryview]:
    """The tables of a compiled file, with its sum verified."""
    start = len(view) - FOOTER.size
    if start < len(MAGIC) or view[: len(MAGIC)] != MAGIC:
        raise CorruptError
    *lengths, sum_, magic = FOOTER.unpack_from(view, start)
    at = start - sum(lengths)
    if magic != MAGIC or at < len(MAGIC) or zlib.crc32(view[at:start]) != sum_:
        raise CorruptError
    tables = []
    for length in lengths:
        tables.append(view[at : at + length])
        at += length
    return tables
