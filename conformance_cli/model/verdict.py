"""Verdicts and outcomes: the words in which every result is spoken."""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """What is known about one assertion, test or requirement.

    ``error`` and ``not-tested`` are different: the first means that the tool, the
    set-up or the network broke while deciding, the second that nothing decisive ran.
    Neither is ever a pass.
    """

    PASS = "pass"  # noqa: S105 - a verdict, no secret
    FAIL = "fail"
    WARNING = "warning"
    NOT_APPLICABLE = "not-applicable"
    NOT_TESTED = "not-tested"
    ERROR = "error"

    @property
    def decisive(self) -> bool:
        """Whether this verdict decides the thing it stands on."""
        return self in (Verdict.PASS, Verdict.FAIL, Verdict.WARNING)


class Outcome(Enum):
    """The answer of a whole run, over all requirements of the profile."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not-conformant"
    UNDECIDED = "undecided"
