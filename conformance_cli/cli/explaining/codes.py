"""What the code of every error message means: ``error[code]: ...``."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

CODES: dict[str, Explanation] = {}
