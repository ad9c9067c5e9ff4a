"""``conformance demo``."""

from __future__ import annotations

import click

from conformance_cli.cli import complete
from conformance_cli.cli.consoles import FORMATS
from conformance_cli.cli.help import Command
from conformance_cli.cli.lazy import Entry, LazyGroup
from conformance_cli.cli.options import (
    OUTPUT,
    SELECT,
    given,
    option,
    output_dir_option,
    profile_argument,
    report_option,
)
from conformance_cli.cli.session import current
from conformance_cli.model.diagnostics import ExitCode

_FAULTS = option(
    SELECT, "--fault", "faults", metavar="NAME", multiple=True, env=False,
    help="Plant this fault. Repeatable.", shell_complete=complete.faults,
)  # fmt: skip


class DemoGroup(LazyGroup):
    """``demo`` runs; ``demo serve`` serves.  A word that is no command is a profile."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as if the command that is meant were named."""
        return super().parse_args(ctx, self.meant(args))

    def meant(self, args: list[str]) -> list[str]:
        """The arguments with the command that is meant where none is named."""
        named = bool(args) and args[0] in (*self.entries, "-h", "--help")
        return args if named else ["run", *args]


demo = DemoGroup(
    name="demo",
    help="Try it on a bundled endpoint: run the whole pack against a conformant server, or "
    "against one with a fault. Without a command, demo runs.",
    options_metavar=None,
    subcommand_metavar="[run|serve] [PROFILE] [OPTIONS]",
    entries=(
        Entry("run", "demo:run", "Run everything against it, and report."),
        Entry("serve", "demo:serve", "Only serve it, for your own first runs."),
    ),
    examples=(
        ("conformance demo", "a conformant server"),
        ("conformance demo --list-faults", "the faults that can be planted"),
        ("conformance demo serve", "serve it, and print the command to type"),
    ),
)


@click.command(
    cls=Command,
    examples=(
        ("conformance demo", "a conformant server"),
        ("conformance demo --list-faults", "the faults that can be planted"),
        (
            "conformance demo bars --fault drops-correlation-id",
            "a faulty one: which requirement is blamed?",
        ),
    ),
)
@profile_argument
@_FAULTS
@option(SELECT, "--list-faults", is_flag=True, env=False, help="List the faults, and stop.")
@report_option
@output_dir_option
@option(
    OUTPUT, "--format", "form", type=click.Choice(FORMATS),
    help="Shape of the summary.  [default: pretty on a terminal, else plain]",
)  # fmt: skip
def run(
    *,
    profile: str | None,
    faults: tuple[str, ...],
    list_faults: bool,
    form: str | None,
    **_: object,
) -> ExitCode:
    """Start a bundled server for PROFILE, run all its tests, report, and stop the server.

    Tests may write: the server is ours and forgets everything. Exits with 0 if it is
    conformant, with 1 if a fault was found.
    """
    from conformance_cli.cli.demonstration import Stage, fault_table, perform
    from conformance_cli.cli.output import answer

    stage = Stage.of(profile, faults)
    if list_faults:
        answer(fault_table(stage))
        return ExitCode.OK
    return perform(stage, given(), current(), form)


@click.command(
    cls=Command,
    examples=(
        ("conformance demo serve", "on a free port, until Ctrl-C"),
        (
            "conformance demo serve --port 8080 --fault drops-correlation-id",
            "a faulty one, on port 8080",
        ),
    ),
)
@profile_argument
@_FAULTS
@option(
    OUTPUT, "--port", metavar="N", type=click.IntRange(0, 65535), default=0, env=False,
    help="Port on 127.0.0.1.  [default: any free one]",
)  # fmt: skip
def serve(profile: str | None, faults: tuple[str, ...], port: int) -> ExitCode:
    """Serve a bundled server for PROFILE on 127.0.0.1 until Ctrl-C.

    The command that runs the tests against it is printed.
    """
    from conformance_cli.cli.demonstration import Stage, serve_until_interrupted

    serve_until_interrupted(Stage.of(profile, faults), port)
    return ExitCode.OK
