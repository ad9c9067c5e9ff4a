"""The data that comes with the tool: inside an installed wheel, or in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from conformance_cli.model.diagnostics import ConformanceError, ExitCode

_PACKAGE = Path(__file__).resolve().parent.parent


def data_root() -> Path:
    """The folder that holds ``profiles/``, ``test_packs/`` and ``reports/``.

    Raises:
        ConformanceError: the installation is damaged (exit code 4).

    """
    for folder in (_PACKAGE / "_data", _PACKAGE.parent):
        if (folder / "reports" / "schemas").is_dir():
            return folder
    raise ConformanceError.of(
        "installation-damaged",
        "the data files of the tool are not there",
        place=str(_PACKAGE),
        hint="install conformance-cli again",
        exit_code=ExitCode.INTERNAL,
    )


@cache
def schema(name: str) -> dict[str, Any]:
    """A JSON Schema of ``reports/schemas/``, by the name before ``.schema.json``.

    Shared between callers: do not change it.
    """
    import json

    path = data_root() / "reports" / "schemas" / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
