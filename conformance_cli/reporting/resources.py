"""Where the report templates are: inside an installed wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

from conformance_cli.model.diagnostics import ConformanceError, ExitCode

_PACKAGE = Path(__file__).resolve().parent.parent


def reports_root() -> Path:
    """The folder that holds ``schemas/``, ``templates/`` and ``samples/``.

    Raises:
        ConformanceError: the installation is damaged (exit code 4).

    """
    for folder in (_PACKAGE / "_data" / "reports", _PACKAGE.parent / "reports"):
        if folder.is_dir():
            return folder
    raise ConformanceError.of(
        "installation-damaged",
        "the report templates are not there",
        place=str(_PACKAGE),
        hint="install conformance-cli again",
        exit_code=ExitCode.INTERNAL,
    )


def template(name: str) -> str:
    """The text of a file of ``reports/templates/``."""
    return (reports_root() / "templates" / name).read_text(encoding="utf-8")
