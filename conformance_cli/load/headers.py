"""The first keys of a profile or pack, read without reading the rest of the file."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from pathlib import Path

from conformance_cli.load.documents import read_document, read_text
from conformance_cli.model.diagnostics import DefinitionError
from conformance_cli.model.pack import Json

#: A top-level key at whose value most of a file's lines stand.
_BULK = re.compile(
    r"^(?:sources|sections|options|requirements|values|headers|fixtures|interactions|procedures"
    r"|observe|preflight|faults) *:",
    re.MULTILINE,
)


def read_header(path: Path, wanted: AbstractSet[str]) -> dict[str, Json]:
    """The ``wanted`` top-level keys of a YAML file, as far as it has them.

    Where they stand before the long parts, which is usual, only that beginning is parsed,
    and what the file says further down is not looked at.

    Raises:
        DefinitionError: the file cannot be read or is not a mapping.

    """
    text = read_text(path)
    bulk = _BULK.search(text)
    data = _beginning(path, text[: bulk.start()]) if bulk else {}
    if not wanted <= data.keys():
        data = read_document(path).data
    if not isinstance(data, dict):
        raise DefinitionError.of("wrong-type", "the file must be a mapping", place=str(path))
    return {key: data[key] for key in wanted if key in data}


def _beginning(path: Path, text: str) -> dict[str, Json]:
    from conformance_cli.load.yaml_events import build

    try:
        data, _ = build(str(path), text)
    except DefinitionError:
        return {}  # the whole reader says what is wrong, and where
    return data if isinstance(data, dict) else {}
