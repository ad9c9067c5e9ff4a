"""``conformance explain``."""

from __future__ import annotations

import click

from conformance_cli.cli import complete
from conformance_cli.cli.help import Command
from conformance_cli.cli.options import SELECT, option
from conformance_cli.cli.output import answer
from conformance_cli.model.diagnostics import ExitCode


@click.command(
    cls=Command,
    examples=(
        ("conformance explain BARS-SLT-006", "a requirement: text, sources, tests"),
        ("conformance explain BARS-SLT-006 -r latest", "and what the last run saw of it"),
        ("conformance explain slots-found/1 -r latest", "one exchange of it, in full"),
        ("conformance explain not-tested", "a verdict"),
        ("conformance explain exit-codes", "the exit codes"),
        ("conformance explain profile-not-found", "the code of an error message"),
        ("conformance explain element-minimum", "a message of the validator"),
    ),
)
@click.argument("word", metavar="ID", shell_complete=complete.explainable)
@option(
    SELECT,
    "--profile",
    "profile_ref",
    metavar="REF",
    env=False,
    help="Look for a requirement in this profile.",
    shell_complete=complete.profiles,
)
@option(
    SELECT, "-r", "--run", "run_ref", metavar="RUN", env=False,
    help="Show what this run saw of it: a run directory, or latest.",
)  # fmt: skip
def explain(word: str, profile_ref: str | None, run_ref: str | None) -> ExitCode:
    """Explain ID: a requirement, a test, a verdict, an outcome, an exit code or any other code.

    With a run, an evidence id shows that exchange and the whole curl command.
    Where nothing is called ID, the nearest names are shown.
    """
    from conformance_cli.cli.explaining import explanation

    answer(explanation(word, profile_ref, run_ref))
    return ExitCode.OK
