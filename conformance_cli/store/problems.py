"""What can go wrong with a run directory, in words that help."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance_cli.model.diagnostics import ConformanceError, ExitCode, Location, SetupError

_REMEDIES = {
    errno.ENOSPC: "free some space, then go on with --resume",
    errno.EDQUOT: "free some space, then go on with --resume",
    errno.EFBIG: "raise the limit on file sizes, then go on with --resume",
    errno.EACCES: "choose a directory that you may write with --output-dir",
    errno.EPERM: "choose a directory that you may write with --output-dir",
    errno.EROFS: "choose a directory that can be written with --output-dir",
    errno.ENOTDIR: "a file is in the way; choose another directory with --output-dir",
    errno.ENAMETOOLONG: "choose a shorter directory name with --output-dir",
}


def corrupt(journal: Path, line: int, what: str) -> ConformanceError:
    """A journal that was changed after it was written, or that is none."""
    return ConformanceError.of(
        "journal-corrupt",
        f"the journal cannot be trusted: {what}",
        place=Location(str(journal), line),
        hint="take an untouched copy of the run directory, or run again",
    )


def locked(directory: Path, holder: str) -> ConformanceError:
    """Another process writes this run at the moment."""
    who = f"process {holder}" if holder else "another process"
    return ConformanceError.of(
        "run-locked",
        f"{who} is writing this run",
        place=str(directory),
        hint="wait until it has ended",
    )


@contextmanager
def preparing(directory: Path) -> Iterator[None]:
    """Turn faults of the file system into a usage error: nothing was sent yet."""
    try:
        yield
    except OSError as error:
        raise _unwritable(ConformanceError, directory, error) from error


@contextmanager
def recording(directory: Path) -> Iterator[None]:
    """Turn faults of the file system during a run into one that leaves it undecided."""
    try:
        yield
    except OSError as error:
        raise _unwritable(SetupError, directory, error) from error


def unreadable(path: Path, error: OSError) -> ConformanceError:
    """A file of a run directory that the system does not let us read."""
    return ConformanceError.of(
        "run-unreadable",
        f"cannot read it: {error.strerror or error}",
        place=str(path),
        exit_code=ExitCode.USAGE,
    )


def _unwritable(kind: type[ConformanceError], directory: Path, error: OSError) -> ConformanceError:
    return kind.of(
        "run-unwritable",
        f"cannot write the run directory: {error.strerror or error}",
        place=str(error.filename or directory),
        hint=_REMEDIES.get(error.errno or 0),
    )
