"""Ctrl-C and SIGTERM during a run: once to finish tidily, twice to stop at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from conformance_cli.model.diagnostics import ExitCode

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_FIRST = b"\nStopping after the exchange and cleanup under way; once more to stop at once.\n"
_SECOND = b"\nStopped. What is finished is in the journal: conformance run --resume DIR\n"


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """While the block runs, the first signal calls ``stop`` and the second one ends all.

    The journal is flushed after every test, so that an end at any moment loses at most
    the test in flight.  ``os._exit`` is meant: a worker thread may be waiting for an
    endpoint, and the interpreter would wait for the thread.
    """
    asked = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            _tell(_SECOND)
            os._exit(ExitCode.INTERRUPTED)
        asked.set()
        _tell(_FIRST)
        stop()

    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread; a caller in another one handles them
        return
    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.stderr.flush()


def _tell(text: bytes) -> None:
    """Write past the stream, whose lock the interrupted code may hold."""
    with suppress(OSError):
        os.write(2, text)
