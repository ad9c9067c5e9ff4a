"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance_cli.model.result import Cause, Reason
from conformance_cli.model.verdict import Verdict

#: Characters that any text of a finding may have.
MAX_TEXT = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one assertion over the exchanges of one step."""

    verdict: Verdict
    #: What was asserted, in words.
    title: str
    expected: str = ""
    actual: str = ""
    #: FHIRPath, header name or JSON Pointer of the fault.
    where: str = ""
    #: Index of the exchange in the subject; -1 is the last.
    exchange: int = -1
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What an assertion asserts: its title and what it expects."""

    title: str
    expected: str

    def met(self, actual: str, where: str = "") -> Finding:
        """It is so."""
        return self._finding(Verdict.PASS, actual, where)

    def broken(self, actual: str, where: str = "") -> Finding:
        """It is not so."""
        return self._finding(Verdict.FAIL, actual, where)

    def judged(self, met: bool, actual: str, where: str = "") -> Finding:  # noqa: FBT001
        """It is so, or not."""
        return self.met(actual, where) if met else self.broken(actual, where)

    def nothing_to_judge(self, where: str, text: str) -> Finding:
        """There is nothing that could meet or break it."""
        reason = Reason(
            Cause.NOTHING_TO_JUDGE, text, "give the endpoint data that this assertion can look at"
        )
        return replace(self._finding(Verdict.NOT_TESTED, text, where), reason=reason)

    def error(self, cause: Cause, text: str, remedy: str = "") -> Finding:
        """It could not be judged."""
        reason = Reason(cause, clip(text), remedy)
        return replace(self._finding(Verdict.ERROR, text, ""), reason=reason)

    def _finding(self, verdict: Verdict, actual: str, where: str) -> Finding:
        return Finding(verdict, clip(self.title), clip(self.expected), clip(actual), clip(where))


def clip(text: str, width: int = MAX_TEXT) -> str:
    """A text on one line, cut to a width, and without what could upset a terminal."""
    line = " ".join(text[: width * 2].split())
    if not line.isprintable():
        line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= width else line[: width - 3] + "..."


def either(items: tuple[str, ...] | list[str]) -> str:
    """``a, b or c``."""
    return _joined(items, "or")


def both(items: tuple[str, ...] | list[str]) -> str:
    """``a, b and c``."""
    return _joined(items, "and")


def _joined(items: tuple[str, ...] | list[str], word: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def first_few(items: tuple[str, ...] | list[str], limit: int = 3) -> str:
    """The first few, and how many more there are."""
    shown = ", ".join(items[:limit])
    more = len(items) - limit
    return f"{shown} and {more} more" if more > 0 else shown
