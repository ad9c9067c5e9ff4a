"""Write ``reports/samples/`` anew: ``python -m tests.reporting.make_samples``.

Run it from the root of the checkout after a wanted change to a format, and read the
difference before committing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance_cli.reporting import registry
from tests.reporting import fixed_run

FOLDER = Path(__file__).resolve().parents[2] / "reports" / "samples"


def samples() -> Iterator[tuple[Path, str]]:
    """Each sample file and what it must hold."""
    view = fixed_run.view()
    for name in registry.formats():
        yield FOLDER / f"report.{registry.extension(name)}", registry.render(name, view)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in samples():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
