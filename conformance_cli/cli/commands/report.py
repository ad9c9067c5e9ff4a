"""``conformance report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conformance_cli.cli.consoles import FORMATS
from conformance_cli.cli.help import Command
from conformance_cli.cli.options import (
    OUTPUT,
    judgement_options,
    option,
    output_dir_option,
    report_option,
)
from conformance_cli.cli.output import answer
from conformance_cli.cli.session import current
from conformance_cli.cli.values import Target
from conformance_cli.model.diagnostics import ConformanceError, ExitCode


@click.command(
    cls=Command,
    examples=(
        ("conformance report latest", "the summary of the last run"),
        ("conformance report latest --report junit=junit.xml --report html", "files"),
        ("conformance report latest --report markdown=- | less", "to stdout"),
        ("conformance report latest --basis suite", "judged by other rules"),
        ("conformance report --schema json", "what report.json looks like"),
    ),
)
@click.argument("run", metavar="RUN", required=False)
@report_option
@output_dir_option
@option(
    OUTPUT,
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Shape of the summary.  [default: pretty on a terminal, else plain]",
)
@option(
    OUTPUT,
    "--schema",
    type=click.Choice(("json",)),
    env=False,
    help="Print the JSON Schema of a format, and nothing else.",
)
@judgement_options
def report(
    run: str | None,
    report: tuple[Target, ...],
    output_dir: str | None,
    form: str | None,
    schema: str | None,
    **judged_by: Any,
) -> ExitCode:
    """Make reports again from a saved RUN: its directory, its id, or latest.

    Nothing is sent. The run is judged again, today, by its own settings unless others
    are given; the exit code only says whether the reports could be made.
    """
    from conformance_cli.cli.consoles import console_for
    from conformance_cli.cli.reports import write
    from conformance_cli.cli.runs import open_view

    if schema:
        return _schema()
    if run is None:
        raise ConformanceError.of(
            "missing-argument",
            "conformance report does not know which run",
            hint="give a run directory, or latest",
        )
    changes = {name: value for name, value in judged_by.items() if value}
    if path := changes.get("waivers"):
        from conformance_cli.load.waivers import load_waivers

        changes["waivers"] = load_waivers(Path(path))
    view = open_view(run, Path(output_dir) if output_dir else None, **changes)
    written = write(view, report)
    for path in written:
        answer(path)
    if not report or form:
        console_for(form, current()).summary(view)
    return ExitCode.OK


def _schema() -> ExitCode:
    import json

    from conformance_cli.load.resources import schema

    answer(json.dumps(schema("report"), indent=2))
    return ExitCode.OK
