"""Making structures from StructureDefinitions, and snapshots where they have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from msgspec.structs import replace

from conformance_cli.fhir.definitions.read import read_structure
from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.definitions.snapshot import Generator

Json = Any


class Maker:
    """Makes structures; ``find`` finds the definitions that one builds on."""

    def __init__(self, find: Callable[[str], Mapping[str, Json] | None]) -> None:
        # it keeps the bases that it read, and what it is busy with: one thread at a time
        self._generator = Generator(find)
        self._busy = Lock()

    def make(self, definition: Mapping[str, Json]) -> Structure:
        """The structure of a definition."""
        snapshot = definition.get("snapshot")
        if isinstance(snapshot, Mapping) and snapshot.get("element"):
            return read_structure(definition)
        with self._busy:
            made, problems = self._generator.generate(definition)
        found = read_structure(made)
        return replace(found, problems=(*found.problems, *problems)) if problems else found
