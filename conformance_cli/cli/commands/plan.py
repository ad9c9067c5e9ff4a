"""``conformance plan``."""

from __future__ import annotations

from typing import Any

import click

from conformance_cli.cli.help import Command
from conformance_cli.cli.options import (
    OUTPUT,
    given,
    option,
    package_options,
    profile_argument,
    selection_options,
    target_options,
)
from conformance_cli.cli.output import answer
from conformance_cli.model.diagnostics import ExitCode


@click.command(
    cls=Command,
    examples=(
        ("conformance plan bars", "what a read-only run would send"),
        ("conformance plan bars --allow writes --fixture service=2000011147", "and with more"),
        ("conformance plan --format json", "for other programs"),
    ),
)
@profile_argument
@target_options
@selection_options
@package_options
@option(
    OUTPUT, "--format", "form", type=click.Choice(("text", "json")), default="text",
    show_default=True, help="Shape of the answer.", env=False,
)  # fmt: skip
def plan(*, form: str, **_: Any) -> ExitCode:
    """Show what would run against the endpoint, and what that could not prove.

    Nothing is sent. For every requirement that would stay undecided, the flag or the
    fixture that would decide it is named.
    """
    from conformance_cli.cli import plan_view
    from conformance_cli.cli.compose import definitions, plan_of
    from conformance_cli.cli.connection import definitions_of
    from conformance_cli.cli.settings import configured

    config = configured(given())
    planned = plan_of(config, definitions(config))
    shape = plan_view.as_json if form == "json" else plan_view.as_text
    packages = definitions_of(config.packages, planned.profile)
    answer(shape(planned, endpoint=config.endpoint or "", definitions=packages))
    return ExitCode.OK
