"""Answers on stdout, talk on stderr, and the few shapes that text takes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from conformance_cli.cli.session import current

#: Columns where nobody says how wide the screen is.
DEFAULT_WIDTH = 100
_NARROWEST, _WIDEST = 60, 120


def answer(text: str = "") -> None:
    """Write a part of the answer to stdout."""
    click.echo(text, color=True)


def say(text: str) -> None:
    """Tell the user something on stderr, unless ``--quiet``."""
    if not current().quiet:
        click.echo(text, err=True)


def answer_json(value: Any) -> None:
    """Write the answer as JSON, in the shape that ``value`` already has."""
    answer(json.dumps(value, indent=2, ensure_ascii=False))


def width() -> int:
    """Columns to write in: COLUMNS, then the terminal's, then 100; never below 60."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal():
        return max(int(given), _NARROWEST)
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    # some terminals say that they have no columns at all
    return max(min(columns or DEFAULT_WIDTH, _WIDEST), _NARROWEST)


def wrapped(text: str, *, indent: str = "", first: str | None = None) -> str:
    """Text in lines no wider than the screen."""
    from textwrap import fill

    return fill(
        text,
        width=width(),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def fields(rows: Iterable[tuple[str, str]], *, indent: str = "  ") -> str:
    """Named values in two columns; rows without a value are left out."""
    shown = [(name, value) for name, value in rows if value]
    column = max((len(name) for name, _ in shown), default=0) + 2
    return "\n".join(
        wrapped(value, indent=indent + " " * column, first=f"{indent}{name:<{column}}")
        for name, value in shown
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """Columns as wide as their widest cell; the last one wraps."""
    widths = [max(len(str(row[i])) for row in (head, *rows)) for i in range(len(head) - 1)]
    lines = []
    for row in (head, *rows):
        left = indent + "".join(
            f"{cell:<{size + 2}}" for cell, size in zip(row, widths, strict=False)
        )
        lines.append(wrapped(row[-1], indent=" " * len(left), first=left).rstrip() or left.rstrip())
    return "\n".join(lines)


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 test``, ``2 tests``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
