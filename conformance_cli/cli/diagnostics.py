"""Diagnostics and usage errors as the user sees them, on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

import click

from conformance_cli.model.diagnostics import Diagnostic


def render(diagnostic: Diagnostic, *, severity: str = "error", color: bool = False) -> str:
    """A diagnostic as one to three lines.

    ::

        error[profile-not-found]: no profile is called "bras"
          in   conformance.toml:1
          hint did you mean "bars"?
    """
    head = f"{severity}[{diagnostic.code}]:"
    if color:
        head = click.style(head, fg="red" if severity == "error" else "yellow", bold=True)
    lines = [f"{head} {_indented(diagnostic.message)}"]
    if diagnostic.place is not None and str(diagnostic.place):
        lines.append(f"  in   {diagnostic.place}")
    if diagnostic.hint:
        lines.append(f"  hint {_indented(diagnostic.hint)}")
    return "\n".join(lines)


def show(diagnostics: Iterable[Diagnostic], *, severity: str = "error", color: str) -> None:
    """Write diagnostics to stderr."""
    colored = wants_color(color, sys.stderr)
    for diagnostic in diagnostics:
        click.echo(render(diagnostic, severity=severity, color=colored), err=True, color=colored)


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour a stream: NO_COLOR, then FORCE_COLOR, then the flag, then a tty."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def from_usage_error(error: click.ClickException) -> Diagnostic:
    """The diagnostic that says what is wrong with the command line."""
    from conformance_cli.cli.lazy import UnknownCommandError

    path, hint = "conformance", ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        path = error.ctx.command_path
    message = _sentence(error.format_message())
    if isinstance(error, UnknownCommandError):
        code, hint = "unknown-command", did_you_mean(error.nearest)
    elif isinstance(error, click.NoSuchOption):
        code, message = "unknown-option", f"{path} has no option {error.option_name}"
        hint = did_you_mean(error.possibilities or ())
    elif isinstance(error, click.MissingParameter):
        code = "missing-argument"
    elif isinstance(error, click.BadParameter | click.BadOptionUsage):
        code = "bad-value"
    else:
        code = "usage"
    return Diagnostic(code, message, None, f"{hint}see {path} --help")


def did_you_mean(candidates: Iterable[str]) -> str:
    """``did you mean "x"? `` for the best candidate, or nothing."""
    best = next(iter(candidates), "")
    return f'did you mean "{best}"? ' if best else ""


def _sentence(message: str) -> str:
    """Click's sentence in the form of ours: no capital, no full stop."""
    text = message.strip().rstrip(".")
    return text[:1].lower() + text[1:]


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n       ")
