"""Finding what a word means, and saying it."""

from __future__ import annotations

from conformance_cli.cli.explaining.search import explanation

__all__ = ["explanation"]
