"""Writing report files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from conformance_cli.cli.files import write_stdout, write_text
from conformance_cli.cli.values import Target

if TYPE_CHECKING:
    from conformance_cli.reporting.view import ReportView

#: Made for every run, asked for or not.
DEFAULTS = (Target("json"), Target("html"))


def path_of(target: Target, directory: Path) -> Path:
    """Where a report goes: its path, or ``report.<extension>`` in the run directory."""
    from conformance_cli.reporting import registry

    if target.path and not Path(target.path).is_dir():
        return Path(target.path)
    folder = Path(target.path) if target.path else directory
    return folder / f"report.{registry.extension(target.format)}"


def write(view: ReportView, targets: Sequence[Target]) -> tuple[str, ...]:
    """Write reports and return their paths, in the order asked for.

    What goes to stdout comes last, so that a reader who leaves early costs no file.

    Raises:
        ConformanceError: ``cannot-write``.

    """
    from conformance_cli.reporting import registry

    written = []
    for target in dict.fromkeys(t for t in targets if t.path != "-"):
        path = path_of(target, Path(view.directory))
        write_text(path, registry.render(target.format, view))
        written.append(str(path))
    for target in dict.fromkeys(t for t in targets if t.path == "-"):
        write_stdout(registry.render(target.format, view))
    return tuple(written)
