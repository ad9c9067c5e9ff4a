"""Errors as data: a stable code, a place, a remedy and the exit code they lead to.

Every error that a user can cause is a ``ConformanceError`` holding one or more
``Diagnostic`` values.  Nothing else is shown to users; anything else that escapes is
our fault and ends with exit code 4.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple, Self


class ExitCode(IntEnum):
    """The process exit codes.  Part of the public interface; never renumbered."""

    #: The answer is yes: conformant, valid, ready.
    OK = 0
    #: The answer is no: a gated requirement failed, something is invalid, or regressed.
    NOT_CONFORMANT = 1
    #: A bad flag, config, profile or pack; nothing was sent.
    USAGE = 2
    #: No failure, but gated requirements have no verdict.
    UNDECIDED = 3
    #: Our fault; a crash report was written.
    INTERNAL = 4
    #: Ctrl-C; the journal is intact.
    INTERRUPTED = 130


class Location(NamedTuple):
    """A place in a file that an author wrote: 1-based line and column; 0 is unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Diagnostic(NamedTuple):
    """One thing that is wrong, where, and what to do about it."""

    #: Stable, kebab-case; ``conformance explain CODE`` describes it.
    code: str
    #: One sentence that says what is wrong.
    message: str
    #: Where it was read, if anywhere.
    place: Location | str | None = None
    #: What to do next, e.g. ``did you mean "query"?``.
    hint: str | None = None


class ConformanceError(Exception):
    """The base of every error that a user can cause and mend.

    ``exit_code`` is 2 (usage) unless a subclass or the raiser says otherwise.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, *diagnostics: Diagnostic, exit_code: ExitCode | None = None) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = diagnostics
        if exit_code is not None:
            self.exit_code = exit_code

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whole: the default would carry the text alone."""
        return _again, (type(self), self.diagnostics, self.exit_code)

    @classmethod
    def of(
        cls,
        code: str,
        message: str,
        *,
        place: Location | str | None = None,
        hint: str | None = None,
        exit_code: ExitCode | None = None,
    ) -> Self:
        """Build an error holding a single diagnostic."""
        return cls(Diagnostic(code, message, place, hint), exit_code=exit_code)


def _again(
    kind: type[ConformanceError], diagnostics: tuple[Diagnostic, ...], exit_code: ExitCode
) -> ConformanceError:
    return kind(*diagnostics, exit_code=exit_code)


class DefinitionError(ConformanceError):
    """A profile, pack, waiver or configuration file is broken."""


class SetupError(ConformanceError):
    """The environment is not ready (endpoint, TLS, token): undecided, never a failure."""

    exit_code = ExitCode.UNDECIDED
