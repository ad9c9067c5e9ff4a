"""How far it is, on stderr, for those who wait at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from conformance_cli.cli.validating.inputs import are_many
from conformance_cli.cli.validating.job import Bar, NoBar
from conformance_cli.fhir.outcome.report import Checked

#: Seconds between two looks of it.
_PAUSE_S = 0.1


@contextmanager
def progress(files: Sequence[str], *, quiet: bool) -> Iterator[Bar]:
    """A bar while the block runs: for many files, or NDJSON, and on a terminal only."""
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if quiet or not terminal or not are_many(files):
        yield NoBar()
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
    # no thread of its own refreshes it: worker processes are forked while it is shown
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False,
        redirect_stdout=shared, redirect_stderr=False,
    ) as shown:  # fmt: skip
        task = shown.add_task("", total=len(files), resources=0)

        def update(done: int, seen: int) -> None:
            shown.update(task, completed=done, resources=seen)
            shown.refresh()

        yield _RichBar(update)


class _RichBar:
    def __init__(self, update: Callable[[int, int], None]) -> None:
        self._update = update
        self._files: set[str] = set()
        self._resources = 0
        self._shown_at = 0.0

    def move(self, checked: Checked) -> None:
        """Count the resource, and its file when it is the first one of it."""
        self._files.add(checked.origin.name)
        self._resources += 1
        if monotonic() > self._shown_at + _PAUSE_S:
            self._update(len(self._files), self._resources)
            self._shown_at = monotonic()
