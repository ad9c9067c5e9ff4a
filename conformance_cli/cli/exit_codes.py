"""Which exit code stands when several could."""

from __future__ import annotations

from collections.abc import Iterable

from conformance_cli.model.diagnostics import ExitCode

#: Highest first: a definite "no" outranks "don't know", and a warning changes nothing.
PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.INTERNAL,
    ExitCode.USAGE,
    ExitCode.NOT_CONFORMANT,
    ExitCode.UNDECIDED,
    ExitCode.OK,
)


def strongest(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that stands for several answers; ``OK`` for none at all."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.OK)


def forgiven(code: ExitCode) -> ExitCode:
    """What ``--exit-zero`` makes of a code: answers become 0, breakages stay."""
    answers = (ExitCode.NOT_CONFORMANT, ExitCode.UNDECIDED)
    return ExitCode.OK if code in answers else code
