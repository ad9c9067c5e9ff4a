"""How far it is, on stderr, for those who wait at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from conformance_cli.fhir.outcome.report import Checked

#: Files from which a bar is worth its cost.
_MANY = 20


class Bar(Protocol):
    """Something that moves with every result."""

    def move(self, checked: Checked) -> None:
        """Take note of a result."""


@contextmanager
def progress(files: Sequence[str], *, quiet: bool) -> Iterator[Bar]:
    """A bar while the block runs: for many files, or NDJSON, and on a terminal only."""
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    many = len(files) >= _MANY or any(name.endswith(".ndjson") for name in files)
    if quiet or not terminal or not many:
        yield _NoBar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("validating"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files, {task.fields[resources]} resources"),
    )
    console = Console(file=sys.stderr, markup=False, highlight=False)
    # lines of the answer would run into the bar, where both are on the same screen
    shared = sys.stdout.isatty()
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=shared, redirect_stderr=False
    ) as shown:
        task = shown.add_task("", total=len(files), resources=0)
        yield _RichBar(lambda done, seen: shown.update(task, completed=done, resources=seen))


class _NoBar:
    def move(self, checked: Checked) -> None:
        """Do nothing."""


class _RichBar:
    def __init__(self, update: Update) -> None:
        self._update = update
        self._files: set[str] = set()
        self._resources = 0

    def move(self, checked: Checked) -> None:
        """Count the resource, and its file when it is the first one of it."""
        self._files.add(checked.origin.name)
        self._resources += 1
        self._update(len(self._files), self._resources)


class Update(Protocol):
    """Shows new numbers."""

    def __call__(self, done: int, seen: int, /) -> None:
        """``done`` files were begun, ``seen`` resources judged."""
