"""Output streams that outlive their reader.

``conformance run | head`` closes the pipe early.  That must neither stop the run, nor
change its exit code, nor print anything: what is written afterwards goes nowhere.
"""

from __future__ import annotations

import errno
import io
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: Windows reports a closed pipe as EINVAL.
_GONE = (errno.EPIPE, errno.ESHUTDOWN, *((errno.EINVAL,) if sys.platform == "win32" else ()))


class _Pipe(io.FileIO):
    """A file descriptor that accepts and drops everything once its reader has gone."""

    _gone = False

    def write(self, data: ReadableBuffer, /) -> int:
        size = memoryview(data).nbytes
        if self._gone:
            return size
        try:
            return super().write(data)
        except OSError as problem:
            if problem.errno not in _GONE:
                raise
            self._gone = True
            return size


def tolerant(stream: TextIO) -> TextIO:
    """The same stream, quiet about a reader that goes away; terminals stay as they are."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return stream
    if stream.isatty():
        return stream
    stream.flush()
    pipe = _Pipe(descriptor, "wb", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(pipe),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream is sys.stderr,
    )
