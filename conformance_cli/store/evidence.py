"""Evidence files: one for each test, written whole or not at all.

``evidence/<test id>.jsonl`` holds one exchange on each line.  Only ``Evidence`` can get
there, which is redacted by type.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from conformance_cli.model.diagnostics import ConformanceError, Location
from conformance_cli.model.exchange import Evidence
from conformance_cli.store.codec import CodecError, decode, encode
from conformance_cli.store.problems import unreadable

EVIDENCE = "evidence"

#: Test ids become file names, so they hold no separators and do not start with a dot.
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


def write_evidence(directory: Path, test: str, evidence: Sequence[Evidence]) -> str:
    """Replace the evidence of a test; on return its content is on disk.

    Its name is once ``sync_directory`` was called, at the end of a run.  Should the power
    fail before, the digest in the journal shows what is missing.

    Returns ``sha256:...`` of the file, or nothing where there is no evidence.  Raises
    ``OSError`` or ``ConformanceError`` (``test-id-unsafe``).
    """
    target = evidence_file(directory, test)
    if not evidence:
        return ""
    if stray := [item.id for item in evidence if _test_of(item.id) != test]:
        raise ValueError(f"evidence {stray[0]} does not belong to test {test}")
    part = target.with_name(f".{target.name}.part")
    digest = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINKS
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        for item in evidence:
            line = encode(item) + b"\n"
            digest.update(line)
            file.write(line)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return f"sha256:{digest.hexdigest()}"


def load_evidence(path: Path, evidence_id: str) -> Evidence | None:
    """One exchange of a run by its id (``<test id>/<n>``), or ``None`` if none is kept.

    Reads the evidence of that one test only.  Raises ``ConformanceError``:
    ``evidence-corrupt``, ``run-unreadable``.
    """
    test = _test_of(evidence_id)
    if not _SAFE_ID.fullmatch(test):
        return None
    file = path / EVIDENCE / f"{test}.jsonl"
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                item = _read(file, number, line)
                if item.id == evidence_id:
                    return item
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(file, error) from error
    return None


def evidence_file(directory: Path, test: str) -> Path:
    """Where the evidence of a test is kept.  Refuses ids that are no plain file name."""
    if not _SAFE_ID.fullmatch(test):
        raise ConformanceError.of(
            "test-id-unsafe",
            f"a test cannot be called {test!r}",
            hint="use letters, digits, hyphens and dots, at most 200",
        )
    return directory / EVIDENCE / f"{test}.jsonl"


def sweep(directory: Path) -> None:
    """Remove what a crash left half-written.  Raises ``OSError``."""
    for part in (directory / EVIDENCE).glob(".*.part"):
        part.unlink()


def sync_directory(directory: Path) -> None:
    """Have the names in a directory on disk, where the system knows how."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _test_of(evidence_id: str) -> str:
    return evidence_id.rpartition("/")[0]


def _read(file: Path, number: int, line: bytes) -> Evidence:
    try:
        return decode(line, Evidence)
    except CodecError as error:
        raise ConformanceError.of(
            "evidence-corrupt",
            f"line {number} is no evidence ({error})",
            place=Location(str(file), number),
            hint="take an untouched copy of the run directory, or run again",
        ) from error
