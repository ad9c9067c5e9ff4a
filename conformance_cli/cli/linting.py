"""What ``profile lint`` and ``pack lint`` say."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from conformance_cli.cli.diagnostics import render, wants_color
from conformance_cli.cli.output import answer, counted
from conformance_cli.cli.session import current
from conformance_cli.model.diagnostics import ConformanceError, ExitCode

if TYPE_CHECKING:
    from conformance_cli.load.lint import Finding


def existing(path: Path, file: str) -> Path:
    """The file to lint: ``path`` itself, or ``file`` inside it.

    Raises:
        ConformanceError: ``file-not-found``; nothing was looked at, so it is no verdict.

    """
    found = path / file if path.is_dir() else path
    if not found.is_file():
        raise ConformanceError.of(
            "file-not-found", f"there is no {file} at {path}", hint="give the file or its folder"
        )
    return found


def report(findings: Sequence[Finding], path: Path) -> ExitCode:
    """Print findings as the answer, then how many; errors lead to exit code 1."""
    colored = wants_color(current().color, sys.stdout)
    for finding in findings:
        severity = finding.severity.value
        answer(render(finding.diagnostic, severity=severity, color=colored))
    errors = sum(finding.severity.value == "error" for finding in findings)
    warnings = counted(len(findings) - errors, "warning")
    answer(f"{path}: {counted(errors, 'error')}, {warnings}")
    return ExitCode.NOT_CONFORMANT if errors else ExitCode.OK
