"""``python -m conformance_cli``, and the console script."""

from __future__ import annotations

import gc
from typing import NoReturn


def entry() -> NoReturn:
    """Start the program."""
    # importing makes many objects and no garbage: looking for it takes a twentieth of the time
    gc.set_threshold(100_000)
    from conformance_cli.cli.main import entry as program

    program()


if __name__ == "__main__":
    entry()
