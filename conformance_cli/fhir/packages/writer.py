"""Writing packages in their compiled form."""

from __future__ import annotations

import zlib
from array import array
from typing import BinaryIO

from conformance_cli.fhir.packages.compiled import FOOTER, MAGIC, About, Buffer, key_of
from conformance_cli.fhir.packages.facts import Facts
from conformance_cli.fhir.packages.manifest import Manifest


class Writer:
    """Writes the compiled form of a package to a file that is open for writing."""

    def __init__(self, file: BinaryIO) -> None:
        import msgspec

        self._file = file
        self._encode = msgspec.msgpack.Encoder().encode
        self._at = file.write(MAGIC)
        self._spans = array("Q", [self._at])
        self._sums = array("I")
        self._urls: list[int] = []
        self._facts = bytearray()
        self._facts_at = array("I", [0])
        self._by_type: dict[str, array[int]] = {}
        self._types: dict[str, tuple[int, str, str, bool]] = {}

    def add(self, facts: Facts, data: Buffer) -> None:
        """Add a resource with the JSON that it was read from."""
        number = len(self._sums)
        self._at += self._file.write(data)
        self._spans.append(self._at)
        self._sums.append(zlib.crc32(data))
        self._urls.append(key_of(facts.url))
        self._facts += self._encode(
            (facts.resource_type, facts.id, facts.url, facts.version, facts.kind, facts.type,
             facts.derivation, facts.base, facts.abstract)
        )  # fmt: skip
        self._facts_at.append(len(self._facts))
        self._by_type.setdefault(facts.resource_type, array("I")).append(number)
        if name := facts.type_name:
            self._types.setdefault(name, (number, facts.base, facts.kind, facts.abstract))

    def finish(self, manifest: Manifest, problems: tuple[str, ...]) -> None:
        """Write the tables and the footer."""
        order = sorted(range(len(self._urls)), key=self._urls.__getitem__)
        by_type = {name: numbers.tobytes() for name, numbers in self._by_type.items()}
        tables = (
            self._spans.tobytes(),
            self._sums.tobytes(),
            array("I", (self._urls[number] for number in order)).tobytes()
            + array("I", order).tobytes(),
            self._facts_at.tobytes(),
            bytes(self._facts),
            self._encode(About(manifest, problems, by_type, self._types)),
        )
        for table in tables:
            self._file.write(table)
        sum_ = 0
        for table in tables:
            sum_ = zlib.crc32(table, sum_)
        self._file.write(FOOTER.pack(*map(len, tables), sum_, MAGIC))
