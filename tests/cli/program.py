"""Running the program as its users do: as a process, with a clean environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Far longer than anything here takes, so that a hang fails instead of blocking.
PATIENCE_S = 30


@dataclass(frozen=True)
class Finished:
    """How an invocation ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "conformance_cli", *arguments]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without anything that would change what the program says."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONFORMANCE_", "GITHUB_", "_CONFORMANCE", "COV_"))
        and name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONPATH")
    }
    return kept | {"COLUMNS": "100", "PYTHONWARNINGS": "error", **(extra or {})}


def conformance(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
) -> Finished:
    """Run one command line to its end."""
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(env),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)
