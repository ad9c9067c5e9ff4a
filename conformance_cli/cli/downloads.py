"""How far downloads are, on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance_cli.cli.output import say

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

#: Told what is fetched, how many bytes are here, and how many there will be, if known.
Progress = Callable[[str, int, int | None], None]
_MIB = 1024 * 1024


@contextmanager
def downloads(*, quiet: bool) -> Iterator[Progress]:
    """Bars while the block runs, on a terminal; elsewhere a line for each download."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
    )
    console = Console(file=sys.stderr, markup=False, highlight=False)
    shared = sys.stdout.isatty()
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=shared, redirect_stderr=False
    ) as bars:
        yield _Bars(bars)


class _Lines:
    """Says once what is fetched."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, name: str, done: int, total: int | None) -> None:
        if name not in self._said:
            self._said.add(name)
            size = f" ({total / _MIB:.1f} MiB)" if total else ""
            rest = f", from {done / _MIB:.1f} MiB on" if done else ""
            say(f"fetching {name}{size}{rest}")


class _Bars:
    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, name: str, done: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._tasks[name], completed=done, total=total)
