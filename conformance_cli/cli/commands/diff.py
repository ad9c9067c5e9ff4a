"""``conformance diff``."""

from __future__ import annotations

from pathlib import Path

import click

from conformance_cli.cli.help import Command
from conformance_cli.cli.options import OUTPUT, exit_zero_option, option, output_dir_option
from conformance_cli.cli.output import answer
from conformance_cli.model.diagnostics import ExitCode


@click.command(
    cls=Command,
    examples=(
        ("conformance diff conformance-results/20260101-0900-k3 latest", "since January"),
        ("conformance diff baseline latest --format markdown", "for a pull request"),
    ),
)
@click.argument("old")
@click.argument("new")
@option(
    OUTPUT,
    "--format",
    "form",
    type=click.Choice(("pretty", "json", "markdown")),
    default="pretty",
    show_default=True,
    help="Shape of the answer.",
    env=False,
)
@output_dir_option
@exit_zero_option
def diff(*, old: str, new: str, form: str, output_dir: str | None, exit_zero: bool) -> ExitCode:
    """Compare two saved runs, and exit with 1 if a requirement regressed.

    OLD and NEW are run directories, run ids, or latest. What else changed between them
    (endpoint, product, profile, pack, tool, settings) is said too.
    """
    from conformance_cli.cli import comparison as shapes
    from conformance_cli.cli.exit_codes import forgiven
    from conformance_cli.cli.runs import find_run, today
    from conformance_cli.judge import compare
    from conformance_cli.store import load_run

    results = Path(output_dir) if output_dir else None
    before, after = load_run(find_run(old, results)), load_run(find_run(new, results))
    comparison = compare(before, after, today())
    shape = {"json": shapes.as_json, "markdown": shapes.as_markdown}.get(form, shapes.as_text)
    answer(shape(comparison, before, after))
    code = ExitCode.NOT_CONFORMANT if comparison.regressions else ExitCode.OK
    return forgiven(code) if exit_zero else code
