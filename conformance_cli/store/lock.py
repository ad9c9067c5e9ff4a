"""One writer for each run directory, by a lock that the system drops with its process."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from conformance_cli.store.problems import locked

if sys.platform == "win32":  # pragma: no cover - exercised on Windows only
    import msvcrt
else:
    import fcntl

LOCK = ".lock"

#: File systems that know no locks (some network shares) say one of these.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


class RunLock:
    """Held from construction until ``release()`` or the end of the process.

    Its file stays behind, on purpose: removing it would let two processes lock two
    files of the same name.  Raises ``run-locked`` while another process holds it.
    """

    def __init__(self, directory: Path) -> None:
        self._file = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._acquire(directory)
        except BaseException:
            os.close(self._file)
            raise

    def _acquire(self, directory: Path) -> None:
        try:
            _lock(self._file)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode("ascii", "replace")
            raise locked(directory, holder) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Let others write the run."""
        os.close(self._file)


if sys.platform == "win32":  # pragma: no cover - exercised on Windows only

    def _lock(descriptor: int) -> None:
        try:
            # one byte far behind the content, which others may go on reading
            os.lseek(descriptor, 2**20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        except PermissionError as error:
            raise BlockingIOError from error
else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
