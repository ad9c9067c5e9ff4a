"""The terminal summary as a file: no colour, laid out for 100 columns."""

from __future__ import annotations

from conformance_cli.reporting.lines import text_of
from conformance_cli.reporting.summary import summary_lines
from conformance_cli.reporting.view import ReportView

_WIDTH = 100


def render(view: ReportView) -> str:
    """The summary, one line per line."""
    return "".join(f"{text_of(line)}\n" for line in summary_lines(view, _WIDTH))
