"""``conformance run``."""

from __future__ import annotations

from typing import Any

import click

from conformance_cli.cli.consoles import FORMATS
from conformance_cli.cli.help import Command
from conformance_cli.cli.options import (
    OUTPUT,
    SELECT,
    exit_zero_option,
    given,
    judgement_options,
    keep_bodies_option,
    network_options,
    option,
    output_dir_option,
    pace_options,
    package_options,
    profile_argument,
    report_option,
    selection_options,
    target_options,
)
from conformance_cli.cli.session import current
from conformance_cli.model.diagnostics import ConformanceError, ExitCode


@click.command(
    cls=Command,
    examples=(
        ("conformance run", "everything that conformance.toml says, reading only"),
        ("conformance run bars@1.0.0 -e https://provider.example/fhir --allow writes", "all of it"),
        ("conformance run --include 'BARS-SLT-*' --include slots", "by requirement, test or tag"),
        ("conformance run --rerun latest --failed", "what failed, once more"),
        ("conformance run --resume latest", "go on after Ctrl-C or a crash"),
        ("conformance run --report junit=junit.xml --format github", "in a pipeline"),
    ),
)
@profile_argument
@target_options
@selection_options
@package_options
@option(
    SELECT,
    "--rerun",
    metavar="RUN",
    env=False,
    help="Run again as RUN was run: a run directory, its id, or latest.",
)
@option(
    SELECT,
    "--failed",
    is_flag=True,
    env=False,
    help="With --rerun: only tests that failed or warned.",
)
@option(
    SELECT,
    "--undecided",
    is_flag=True,
    env=False,
    help="With --rerun: only tests that did not decide.",
)
@option(
    SELECT,
    "--resume",
    metavar="RUN",
    env=False,
    help="Go on with a run that was interrupted or crashed.",
)
@network_options
@pace_options
@judgement_options
@report_option
@output_dir_option
@keep_bodies_option
@option(
    OUTPUT, "--format", "form", type=click.Choice(FORMATS),
    help="Shape of the summary.  [default: pretty on a terminal, github in its actions, else "
    "plain]",
)  # fmt: skip
@exit_zero_option
def run(
    *,
    rerun: str | None,
    resume: str | None,
    failed: bool,
    undecided: bool,
    form: str | None,
    exit_zero: bool,
    **_: Any,
) -> ExitCode:
    """Check the set-up, run the tests, judge over PROFILE, and write reports.

    PROFILE is NAME, NAME@VERSION, NAME@RANGE or NAME@latest. Tests only read unless
    --allow says otherwise. Every run has a directory with report.html, report.json, the
    journal and redacted evidence.
    """
    from conformance_cli.cli.exit_codes import forgiven
    from conformance_cli.cli.starting import Again, begin

    if rerun and resume:
        raise _contradiction("--rerun", "--resume")
    if (failed or undecided) and not rerun:
        raise ConformanceError.of(
            "missing-argument",
            "--failed and --undecided say what of a run to repeat, and no run is named",
            hint="add --rerun latest",
        )
    again = Again(rerun=rerun, resume=resume, failed=failed, undecided=undecided)
    code = begin(given(), again, current(), form)
    return forgiven(code) if exit_zero else code


def _contradiction(one: str, other: str) -> ConformanceError:
    return ConformanceError.of(
        "contradiction", f"{one} and {other} cannot go together", hint=f"leave out {other}"
    )
