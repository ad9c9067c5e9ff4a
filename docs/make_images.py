"""Draw docs/images/run.svg from a real run: ``python docs/make_images.py``."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

IMAGES = Path(__file__).parent / "images"
COMMAND = ("demo", "--fault", "accepts-missing-slot-status")
WIDTH = 100


def recorded() -> str:
    """What the command prints on a terminal."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    environment.pop("NO_COLOR", None)
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "conformance_cli", *COMMAND, "--format", "pretty"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    return done.stdout


def draw(output: str, path: Path) -> None:
    """An SVG of the output that names no font of another site."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ conformance {' '.join(COMMAND)}", style="bold"))
    console.print(Text.from_ansi(output), soft_wrap=False)
    svg = console.export_svg(title="conformance")
    path.write_text(re.sub(r"@font-face\s*\{[^}]*\}", "", svg), encoding="utf-8")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    draw(recorded(), IMAGES / "run.svg")
