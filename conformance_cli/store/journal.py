"""The journal: append-only JSON lines, each sealed with a hash over all before it.

A line is complete when its line end is on disk.  A crash leaves at most one torn line,
the last, and that one is dropped.  Everything else that does not fit the chain of hashes
was changed afterwards, and is an error that names the line.  The chain detects accidents
and careless edits; it is no signature.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from conformance_cli.model.diagnostics import ConformanceError, Location
from conformance_cli.store.codec import CodecError, decode, encode
from conformance_cli.store.problems import corrupt, unreadable
from conformance_cli.store.records import FORMAT_MAJOR, Header, Record

#: The file of a run directory that holds the journal.
JOURNAL = "journal.jsonl"

_SEAL_START = b',"chain":"'
_SEAL_END = b'"}\n'
_SEAL_SIZE = len(_SEAL_START) + 64 + len(_SEAL_END)

# fdatasync leaves out the time stamps, which nobody needs after a crash
_sync = getattr(os, "fdatasync", os.fsync)


@dataclass(frozen=True, slots=True)
class Entry:
    """One complete line of a journal and where it is."""

    line: int
    start: int
    #: Offset behind the line end.
    end: int
    #: The hash that the next line goes on from.
    chain: str
    record: Record


@dataclass(frozen=True, slots=True)
class _Tail:
    chain: str = ""
    end: int = 0


class JournalWriter:
    """Appends records to an open file, and keeps its chain whatever interrupts it.

    A line whose writing was interrupted half-way (full disk, Ctrl-C) is taken away before
    the next one is written, so that it can never end up in the middle of the file.
    """

    def __init__(self, descriptor: int, after: Entry | None = None) -> None:
        self._file = descriptor
        self._tail = _Tail(after.chain, after.end) if after else _Tail()
        self._pending: _Tail | None = None

    def append(self, record: Record) -> tuple[int, int]:
        """Write one line; it survives this process, and after ``sync()`` the machine.

        Returns the offsets of its start and end.  Raises ``OSError``.
        """
        self._settle()
        start = self._tail.end
        line, chain = seal(self._tail.chain, encode(record))
        self._pending = _Tail(chain, start + len(line))
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        self._settle()
        return start, self._tail.end

    def sync(self) -> None:
        """Have everything written so far on disk.  Raises ``OSError``."""
        _sync(self._file)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def _settle(self) -> None:
        """See what became of the last line.  Nobody else writes this file."""
        if self._pending is None:
            return
        if os.fstat(self._file).st_size == self._pending.end:
            self._tail = self._pending
        else:
            os.ftruncate(self._file, self._tail.end)
        self._pending = None


def read_journal(journal: Path) -> Iterator[Entry]:
    """The complete lines of a journal, in order; a torn last line is passed over.

    Raises ``ConformanceError``: ``journal-corrupt``, ``journal-version``,
    ``run-unreadable``.
    """
    try:
        with journal.open("rb") as file:
            yield from _entries(journal, file)
    except OSError as error:
        raise unreadable(journal, error) from error


def read_entry(journal: Path, start: int, end: int) -> Record:
    """The record between two offsets, which were read or written before."""
    try:
        with journal.open("rb") as file:
            file.seek(start)
            return decode_record(file.read(end - start))
    except CodecError as error:
        raise corrupt(journal, 0, f"it was changed while in use ({error})") from error
    except OSError as error:
        raise unreadable(journal, error) from error


def seal(chain: str, content: bytes) -> tuple[bytes, str]:
    """A journal line for a JSON object, and its hash; ``chain`` is the hash before it."""
    body = content[:-1]
    digest = _digest(chain, body)
    return body + _SEAL_START + digest.encode() + _SEAL_END, digest


def decode_record(line: bytes) -> Record:
    """The record of a line.  Raises ``CodecError``."""
    return decode(line, Record)  # type: ignore[arg-type]  # a union is no type to mypy


def _entries(journal: Path, lines: Iterator[bytes]) -> Iterator[Entry]:
    chain, start = "", 0
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            return
        chain = _opened(journal, number, chain, line)
        if number == 1:
            _check_version(journal, line)
        try:
            record = decode_record(line)
        except CodecError as error:
            raise corrupt(journal, number, f"line {number} is no record ({error})") from error
        if (number == 1) is not isinstance(record, Header):
            raise corrupt(journal, number, "the header is not where it belongs, on line 1")
        yield Entry(number, start, start + len(line), chain, record)
        start += len(line)


def _opened(journal: Path, number: int, chain: str, line: bytes) -> str:
    """Check the seal of a line against the hash before it."""
    body, sealed = line[:-_SEAL_SIZE], line[-_SEAL_SIZE:]
    digest = _digest(chain, body)
    if sealed != _SEAL_START + digest.encode() + _SEAL_END:
        raise corrupt(journal, number, f"line {number} does not follow from those before it")
    return digest


def _digest(chain: str, body: bytes) -> str:
    return hashlib.sha256(chain.encode() + body).hexdigest()


class _Version(msgspec.Struct):
    format_version: str


class _Versioned(msgspec.Struct):
    header: _Version


def _check_version(journal: Path, line: bytes) -> None:
    """Refuse another format before trying to make sense of it."""
    try:
        version = decode(line, _Versioned).header.format_version
    except CodecError as error:
        raise corrupt(journal, 1, f"line 1 is no header ({error})") from error
    if version.partition(".")[0] != FORMAT_MAJOR:
        raise ConformanceError.of(
            "journal-version",
            f"this run has format {version}, and this tool reads format {FORMAT_MAJOR}",
            place=Location(str(journal), 1),
            hint="read it with the version of the tool that wrote it",
        )
