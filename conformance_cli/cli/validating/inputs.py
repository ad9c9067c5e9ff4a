"""What there is to validate: files, folders, globs, NDJSON lines and standard input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from conformance_cli.fhir.outcome.inputs import EMPTY, TOO_LARGE, UNREADABLE, issue_of
from conformance_cli.fhir.outcome.issue import Issue
from conformance_cli.fhir.outcome.report import Origin
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic

STDIN = "-"
#: Bytes of one resource that are read: several times the largest record in practice.
MAX_BYTES = 256 * 1024 * 1024
_MIB = 1024 * 1024
#: What a folder is searched for.
SUFFIXES = (".json", ".xml", ".ndjson")
#: In folders of packages and projects: JSON, but never a resource.
_NO_RESOURCES = frozenset({"package.json", "package-lock.json", "fhirpkg.lock.json"})
_GLOB = frozenset("*?[")
_NDJSON = ".ndjson"
_MANY = 20


class Input(Struct, frozen=True):
    """One resource to read: a file by its path, or bytes that were read already."""

    origin: Origin
    data: bytes | None = None
    #: Why it cannot be read.
    problem: Issue | None = None

    @property
    def format(self) -> str | None:
        """The format that its name promises; ``None`` where the content has to say."""
        if self.origin.line is not None:
            return "json"
        return {".xml": "xml", ".json": "json"}.get(_suffix(self.origin.name))

    @property
    def size(self) -> int:
        """Its bytes by number, as far as that is known without reading them."""
        if self.data is not None:
            return len(self.data)
        try:
            return Path(self.origin.name).stat().st_size
        except OSError:
            return 0

    def read(self) -> bytes | Issue:
        """Its bytes, or why there are none."""
        if self.problem is not None:
            return self.problem
        if self.data is not None:
            return self.data
        try:
            with Path(self.origin.name).open("rb") as file:
                return _bounded(file)
        except OSError as error:
            return issue_of(UNREADABLE, reason=error.strerror or type(error).__name__)


def find_files(names: Sequence[str]) -> list[str]:
    """The files that were named: as they are, below folders, or by patterns; each once.

    Raises:
        ConformanceError: ``input-not-found``, for each name that leads to nothing.

    """
    found: dict[str, None] = {}
    missing = []
    for name in names:
        files = [name] if name == STDIN else _named(name)
        found |= dict.fromkeys(files)
        if not files:
            missing.append(_missing(name))
    if missing:
        raise ConformanceError(*missing)
    return list(found)


def are_many(files: Sequence[str]) -> bool:
    """Whether people would rather wait for these files than read a line about each."""
    return len(files) >= _MANY or any(map(is_ndjson, files))


def is_ndjson(name: str) -> bool:
    """Whether the name promises a resource on each line."""
    return _suffix(name) == _NDJSON


def inputs(files: Sequence[str]) -> Iterator[Input]:
    """The resources of files, in order; lines of NDJSON are read one by one."""
    for name in files:
        if name == STDIN:
            yield from _standard_input()
        elif is_ndjson(name):
            yield from _ndjson_file(name)
        else:
            yield Input(Origin(name))


def _named(name: str) -> list[str]:
    kind = _kind(name)
    if kind is not None:
        return sorted(_below(name)) if stat.S_ISDIR(kind) else [name]
    if _GLOB & set(name):
        from glob import glob

        paths = sorted(glob(name, recursive=True))  # noqa: PTH207 - patterns may be absolute
        return [file for path in paths for file in _named(path)]
    return []


def _kind(name: str) -> int | None:
    """The mode of what is there; ``None`` where nothing is."""
    try:
        return Path(name).stat().st_mode
    except PermissionError:
        return stat.S_IFREG  # something may be there: reading it says what stands in the way
    except (OSError, ValueError):
        return None


def _below(folder: str) -> Iterator[str]:
    """The files to validate; a folder that cannot be listed stands for what is in it."""
    closed: list[str] = []
    for place, folders, files in os.walk(folder, onerror=lambda e: closed.append(e.filename)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            hidden = name.startswith(".") or name in _NO_RESOURCES
            if _suffix(name) in SUFFIXES and not hidden:
                yield str(Path(place, name))
    yield from closed


def _missing(name: str) -> Diagnostic:
    if Path(name).is_dir():
        text = f"the folder holds no file that ends in {', '.join(SUFFIXES)}"
    elif _GLOB & set(name):
        text = "no file matches this pattern"
    else:
        text = "there is no such file or folder"
    return Diagnostic("input-not-found", f"nothing to validate: {text}", name)


def _ndjson_file(name: str) -> Iterator[Input]:
    try:
        with Path(name).open("rb") as file:
            yield from _lines(name, file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        yield Input(Origin(name), problem=issue_of(UNREADABLE, reason=reason))


def _lines(name: str, file: BinaryIO) -> Iterator[Input]:
    number = 0
    while line := file.readline(MAX_BYTES + 1):
        number += 1
        origin = Origin(name, number)
        if len(line) > MAX_BYTES:
            yield Input(origin, problem=issue_of(TOO_LARGE, what="line", limit=MAX_BYTES // _MIB))
            return
        if line.strip():
            yield Input(origin, line)
    if number == 0:
        yield Input(Origin(name), problem=issue_of(EMPTY))


def _standard_input() -> Iterator[Input]:
    """One resource, or NDJSON: where the first of several lines is an object by itself."""
    from io import BytesIO

    data = _bounded(sys.stdin.buffer)
    if isinstance(data, Issue):
        yield Input(Origin(STDIN), problem=data)
    elif _is_ndjson(data):
        yield from _lines(STDIN, BytesIO(data))
    else:
        yield Input(Origin(STDIN), data)


def _is_ndjson(data: bytes) -> bool:
    first, _, rest = data.lstrip().partition(b"\n")
    if not (first.startswith(b"{") and first.rstrip().endswith(b"}") and rest.strip()):
        return False
    import json

    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _bounded(file: BinaryIO) -> bytes | Issue:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return issue_of(TOO_LARGE, what="file", limit=MAX_BYTES // _MIB)
    return data if data.strip() else issue_of(EMPTY)


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()
