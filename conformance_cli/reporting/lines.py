"""Lines for a terminal: text with roles, wrapped here and painted elsewhere.

The plain and the pretty console print the same lines; only the paint differs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.reporting.text import safe_text


class Role(Enum):
    """What a piece of text is; the pretty console gives each a style."""

    PLAIN = "plain"
    STRONG = "strong"
    LABEL = "label"
    GOOD = "good"
    BAD = "bad"
    DOUBT = "doubt"
    QUIET = "quiet"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line."""

    text: str
    role: Role = Role.PLAIN


Line = tuple[Span, ...]
BLANK: Line = ()

VERDICT_ROLES = {
    Verdict.PASS: Role.GOOD,
    Verdict.FAIL: Role.BAD,
    Verdict.WARNING: Role.DOUBT,
    Verdict.ERROR: Role.DOUBT,
    Verdict.NOT_TESTED: Role.DOUBT,
    Verdict.NOT_APPLICABLE: Role.QUIET,
}
OUTCOME_ROLES = {
    Outcome.CONFORMANT: Role.GOOD,
    Outcome.NOT_CONFORMANT: Role.BAD,
    Outcome.UNDECIDED: Role.DOUBT,
}


def text_of(line: Line) -> str:
    """The line without its roles, and with nothing in it that a terminal would obey."""
    return "".join(safe_text(span.text) for span in line).rstrip()


def wrapped(
    head: Iterable[Span], text: str, *, width: int, hang: int, role: Role = Role.PLAIN
) -> Iterator[Line]:
    """``head`` and ``text`` on one line; what does not fit follows, indented by ``hang``."""
    start = tuple(head)
    used = sum(len(span.text) for span in start)
    pieces = textwrap.wrap(
        safe_text(text),
        width=width,
        initial_indent=" " * min(used, width - 10),
        subsequent_indent=" " * hang,
        break_on_hyphens=False,
    )
    if not pieces:
        yield start
        return
    yield (*start, Span(pieces[0].lstrip(), role))
    for piece in pieces[1:]:
        yield (Span(" " * hang), Span(piece.lstrip(), role))


def labelled(
    label: str, text: str, *, width: int, indent: int = 0, column: int = 10, role: Role = Role.PLAIN
) -> Iterator[Line]:
    """``label     text`` with the text in a column of its own."""
    head = (Span(" " * indent), Span(f"{label:<{column}}", Role.LABEL))
    yield from wrapped(head, text, width=width, hang=indent + column, role=role)
