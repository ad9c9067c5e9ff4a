"""The one place where errors become words and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from conformance_cli.cli import diagnostics
from conformance_cli.cli.session import Session
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic, ExitCode


def guarded(session: Session, call: Callable[[], Any]) -> ExitCode:
    """Call a command; whatever it raises becomes an exit code, and words on stderr."""
    try:
        return ExitCode(call() or ExitCode.OK)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    except click.ClickException as error:
        diagnostics.show([diagnostics.from_usage_error(error)], color=session.color)
        return ExitCode.USAGE
    except ConformanceError as error:
        diagnostics.show(error.diagnostics, color=session.color)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the boundary is where our own faults end
        _report_crash(error, session)
        return ExitCode.INTERNAL


def _report_crash(error: Exception, session: Session) -> None:
    from conformance_cli.cli import crash

    text = crash.describe(error, session, sys.argv[1:])
    place = crash.save(text)
    if session.verbosity > 1:
        click.echo(text, err=True)
    shown = Diagnostic(
        "internal-error",
        f"this is our fault, not yours: {type(error).__name__} in conformance itself",
        place,
        "send that file with a report of what you did; it holds no secrets and no data",
    )
    diagnostics.show([shown], color=session.color)
