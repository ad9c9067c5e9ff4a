"""The configuration of a command: flags, environment, file and defaults together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance_cli.cli.session import Session, current

if TYPE_CHECKING:
    from conformance_cli.load.config import Config


def configured(flags: Mapping[str, Any], session: Session | None = None) -> Config:
    """What flags, environment, file and defaults say together.

    ``flags`` are those of the command line only: see ``options.given``.

    Raises:
        ConformanceError: with every value that is wrong, and where it was written.

    """
    from conformance_cli.load.config import NO_FILE, load_config

    session = session or current()
    said = dict(flags)
    environment = said.pop("environment", None)
    if session.catalogues:
        said["catalogue"] = session.catalogues
    path = NO_FILE if session.isolated else session.config
    return load_config(path, environment, said, os.environ, Path.cwd())


def was_said(config: Config, key: str) -> bool:
    """Whether a setting was given for this command: by flag or environment variable."""
    return config.origin(key).startswith(("flag", "env "))


def shown_path(path: Path | str) -> str:
    """A path as the user would type it: relative where it is below the current folder."""
    absolute = Path(path).absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
