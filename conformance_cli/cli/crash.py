"""Crash reports: what we need to mend our own faults, without anybody's secrets."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from conformance_cli import __version__
from conformance_cli.cli.session import Session

#: Options whose value may say who is asked, with what, or about whom.
_SHOWN_VALUES = ("--format", "--allow", "--level", "--gate", "--fail-on", "--jobs")


def describe(error: BaseException, session: Session, arguments: Sequence[str]) -> str:
    """The text of a crash report: versions, option names and a traceback without locals."""
    frames = traceback.format_exception(error)
    clean = session.clean or _default_cleaner()
    shown = clean("".join(frames)) if clean else _frames_only(error)
    lines = (
        f"conformance {__version__}",
        f"Python {platform.python_version()} on {platform.platform()}",
        f"command: conformance {' '.join(_names_only(arguments))}",
        "",
        shown.rstrip(),
        "",
    )
    return "\n".join(lines)


def save(text: str) -> str:
    """Write a crash report where only its owner can read it, and return its path."""
    try:
        handle, name = tempfile.mkstemp(prefix="conformance-crash-", suffix=".txt")
    except OSError:
        sys.stderr.write(text)
        return "no file: no temporary folder can be written"
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return str(Path(name))


def _default_cleaner() -> Callable[[str], str] | None:
    """The redactor's own rules, or nothing where the redactor itself is what broke."""
    try:
        from conformance_cli.wire.redaction import Redactor

        return Redactor().text
    except Exception:  # noqa: BLE001 - a crash report must not crash
        return None


def _frames_only(error: BaseException) -> str:
    """A traceback without the message, which could quote anything."""
    stack = traceback.format_tb(error.__traceback__)
    return "".join(stack) + type(error).__name__


def _names_only(arguments: Sequence[str]) -> list[str]:
    """The words of a command line without values: a URL or a fixture may be personal."""
    shown = []
    for position, word in enumerate(arguments):
        name, separator, _ = word.partition("=")
        if word.startswith("-"):
            shown.append(f"{name}=..." if separator else name)
        elif (word.isidentifier() and position < 2) or arguments[position - 1] in _SHOWN_VALUES:
            shown.append(word)
        else:
            shown.append("...")
    return shown
