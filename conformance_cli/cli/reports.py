"""Writing report files."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from conformance_cli.cli.files import write_stdout, write_text, writing
from conformance_cli.cli.values import Target

if TYPE_CHECKING:
    from conformance_cli.reporting.view import ReportView

#: Made for every run, asked for or not.
DEFAULTS = (Target("html"), Target("json"))


def path_of(target: Target, directory: Path) -> Path:
    """Where a report goes: its path, or ``report.<extension>`` in the run directory."""
    from conformance_cli.reporting import registry

    if target.path and not Path(target.path).is_dir():
        return Path(target.path)
    folder = Path(target.path) if target.path else directory
    return folder / f"report.{registry.extension(target.format)}"


def prepared(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets, once it is sure that they can be written, before anything is sent.

    Raises:
        ConformanceError: ``format-unknown`` or ``cannot-write``.

    """
    from conformance_cli.reporting import registry

    for target in targets:
        registry.extension(target.format)
        if target.path and target.path != "-":
            path = path_of(target, Path())
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                if not os.access(path if path.exists() else path.parent, os.W_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return tuple(targets)


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
