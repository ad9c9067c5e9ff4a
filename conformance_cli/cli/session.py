"""What holds for one invocation, wherever on the command line it was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


class Session:
    """The global options of one invocation.

    Filled while the command line is parsed, because global options may stand before or
    after the command; read by commands and by the error boundary.
    """

    #: 0 to 2: how often ``-v`` was given.
    verbosity: int = 0
    #: Only the final block is wanted.
    quiet: bool = False
    #: ``auto``, ``always`` or ``never``.
    color: str = "auto"
    #: The file of ``--config``.
    config: Path | None = None
    #: ``--no-config`` was given: no file is looked for.
    isolated: bool = False
    #: Further folders that hold profiles and packs.
    catalogues: tuple[Path, ...] = ()
    #: Removes every secret known so far; set as soon as one is read.
    clean: Callable[[str], str] | None = None


def current() -> Session:
    """The session of the command that is running."""
    return click.get_current_context().ensure_object(Session)
