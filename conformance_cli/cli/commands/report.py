"""``conformance report``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from conformance_cli.cli.consoles import FORMATS
from conformance_cli.cli.help import Command
from conformance_cli.cli.options import (
    OUTPUT,
    given,
    judgement_options,
    option,
    output_dir_option,
    report_option,
)
from conformance_cli.cli.output import answer
from conformance_cli.cli.session import current
from conformance_cli.cli.values import Target
from conformance_cli.model.diagnostics import ConformanceError, ExitCode

if TYPE_CHECKING:
    from conformance_cli.load.config import Config


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
def report(*, run: str | None, form: str | None, schema: str | None, **_: Any) -> ExitCode:
    """Make reports again from a saved RUN: its directory, its id, or latest.

    Nothing is sent. The run is judged again, today, by its own settings unless others
    are given; the exit code only says whether the reports could be made.
    """
    from conformance_cli.cli.consoles import console_for
    from conformance_cli.cli.reports import prepared, write
    from conformance_cli.cli.runs import open_view
    from conformance_cli.cli.settings import configured, shown_path, was_said

    if schema:
        return _schema()
    if run is None:
        raise ConformanceError.of(
            "missing-argument",
            "conformance report does not know which run",
            hint="give a run directory, or latest",
        )
    config = configured(given())
    wanted = config.reports.formats if was_said(config, "reports.formats") else ()
    targets = prepared([Target(t.format, t.path) for t in wanted])
    view = open_view(run, config.reports.directory, **_judged_by(config))
    for path in write(view, targets):
        answer(shown_path(path))
    if form or not targets:
        console_for(form, current()).summary(view)
    return ExitCode.OK


def _judged_by(config: Config) -> dict[str, Any]:
    """The rules that were asked for now; a file's are those of its own runs."""
    from conformance_cli.cli.settings import was_said

    rules = {
        "gate": ("gate.mode", config.gate.mode),
        "fail_on": ("gate.fail-on", config.gate.fail_on),
        "basis": ("run.basis", config.run.basis),
    }
    changes: dict[str, Any] = {
        name: value for name, (key, value) in rules.items() if was_said(config, key)
    }
    if config.gate.waivers is not None and was_said(config, "gate.waivers"):
        from conformance_cli.load.waivers import load_waivers

        changes["waivers"] = load_waivers(config.gate.waivers)
    return changes


def _schema() -> ExitCode:
    import json

    from conformance_cli.load.resources import schema

    answer(json.dumps(schema("report"), indent=2))
    return ExitCode.OK
