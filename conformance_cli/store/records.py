"""The kinds of line that a journal holds.

{"type":"header", ...}                  once, the first line
{"type":"preflight", ...}               one for each set-up check
{"type":"started", ...}                 a test is about to touch the endpoint
{"type":"finished", ...}                its result; its evidence is on disk already
{"type":"footer", ...}                  how the run ended
{"type":"resumed", ...}                 another process goes on, after a crash or a footer
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from conformance_cli.model.result import Cause, PreflightResult, TestResult
from conformance_cli.model.run import RunHeader, RunState

#: The part of ``RunHeader.format_version`` that must be ours.
FORMAT_MAJOR = "1"

#: A test that ended for one of these is run again when the run is resumed.
_CUT_SHORT = frozenset({Cause.DEADLINE, Cause.INTERRUPTED})


class Header(msgspec.Struct, frozen=True, tag="header"):
    """What is known before the first request."""

    header: RunHeader


class Preflight(msgspec.Struct, frozen=True, tag="preflight"):
    """One set-up check."""

    result: PreflightResult


class Started(msgspec.Struct, frozen=True, tag="started"):
    """A test that may from now on have touched the endpoint."""

    test: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """A test that is over, and ``sha256:...`` of its evidence file, if it has one."""

    result: TestResult
    evidence: str = ""

    @property
    def cut_short(self) -> bool:
        """Whether there was no time for it: it may be run again, and finish again."""
        return self.result.reason is not None and self.result.reason.cause in _CUT_SHORT


class Footer(msgspec.Struct, frozen=True, tag="footer"):
    """The end of a run, or of a part of it that is resumed below."""

    state: RunState
    finished: datetime


class Resumed(msgspec.Struct, frozen=True, tag="resumed"):
    """Here another process took over."""

    at: datetime
    #: Tests that had begun and not finished.
    in_flight: tuple[str, ...] = ()
    #: Bytes of a torn last line that were dropped.
    dropped: int = 0


Record = Header | Preflight | Started | Finished | Footer | Resumed
