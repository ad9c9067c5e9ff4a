"""The ``conformance`` program: its commands, and where every way out leads.

Only what every invocation needs is imported here.  ``--version`` and ``--help`` cost
little more than importing click, which a test measures.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from conformance_cli import __version__
from conformance_cli.cli import boundary
from conformance_cli.cli.lazy import Entry, LazyGroup
from conformance_cli.cli.session import Session
from conformance_cli.cli.streams import tolerant
from conformance_cli.model.diagnostics import ExitCode

#: Modules that may have something to do when the process ends, once they are imported.
_TIDYING = frozenset({"concurrent.futures", "logging", "multiprocessing", "sqlite3", "tempfile"})

EVERYDAY, CERTIFICATION = "Everyday", "Certification"
AUTHORS, OTHER = "Authors", "Other"

COMMANDS = (
    Entry("init", "init:init", "Write a commented conformance.toml.", EVERYDAY),
    Entry("check", "check:check", "Is the set-up ready? Grades nothing.", EVERYDAY),
    Entry("plan", "plan:plan", "What would run, and what it could not prove.", EVERYDAY),
    Entry("run", "run:run", "Check, run, judge and report.", EVERYDAY),
    Entry("report", "report:report", "Make any report again from a saved run.", EVERYDAY),
    Entry("validate", "validate:validate", "Is this FHIR resource valid? Needs no run.", EVERYDAY),
    Entry("explain", "explain:explain", "A requirement, test, verdict or code in words.", EVERYDAY),
    Entry("diff", "diff:diff", "What two runs do not agree on.", CERTIFICATION),
    Entry("profile", "profile:profile", "List, show, lint and compare profiles.", AUTHORS),
    Entry("pack", "pack:pack", "List, show, write, lint and prove test packs.", AUTHORS),
    Entry("package", "package:package", "Install and list FHIR packages.", OTHER),
    Entry("demo", "demo:demo", "Try it on a bundled endpoint, good or faulty.", OTHER),
    Entry("completion", "completion:completion", "Print a shell completion script.", OTHER),
)

EXAMPLES = (
    ("conformance demo", "see a whole run in a few seconds, without any set-up"),
    ("conformance init", "describe your endpoint once"),
    ("conformance check", "see whether the set-up is ready"),
    ("conformance run", "run the tests that only read"),
    ("conformance explain exit-codes", "what the exit codes mean"),
)


def _show_version(ctx: click.Context, _: click.Parameter, value: Any) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"conformance {__version__}")
        ctx.exit()


program = LazyGroup(
    name="conformance",
    entries=COMMANDS,
    examples=EXAMPLES,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="Show the version and exit.",
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Certify live health-care endpoints against versioned interoperability profiles.",
)


def main(arguments: Sequence[str] | None = None) -> ExitCode:
    """Run one command line and return its exit code.  Nothing escapes but ``SystemExit``."""
    session = Session()
    return boundary.guarded(
        session,
        lambda: program.main(
            arguments, prog_name="conformance", standalone_mode=False, obj=session
        ),
    )


def entry() -> NoReturn:
    """The program as a process: standard streams that take any text, and a quick end."""
    sys.stdout, sys.stderr = tolerant(sys.stdout), tolerant(sys.stderr)
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    _leave(code)


def _leave(code: ExitCode) -> NoReturn:
    """End the process, at once where nobody has left anything to do at its end.

    To take every module apart, the interpreter needs longer than a short command.
    """
    if threading.active_count() == 1 and not _TIDYING & set(sys.modules):
        os._exit(code)
    sys.exit(code)
