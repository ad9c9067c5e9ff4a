"""``conformance check``."""

from __future__ import annotations

from typing import Any

import click

from conformance_cli.cli.help import Command
from conformance_cli.cli.options import (
    OUTPUT,
    given,
    network_options,
    option,
    package_options,
    profile_argument,
    selection_options,
    target_options,
)
from conformance_cli.cli.output import answer
from conformance_cli.cli.session import current
from conformance_cli.model.diagnostics import ExitCode


@click.command(
    cls=Command,
    examples=(
        ("conformance check", "with conformance.toml"),
        ("conformance check bars -e https://provider.example/fhir", "without one"),
        ("conformance check --show-config", "each value and where it came from"),
    ),
)
@profile_argument
@target_options
@selection_options
@package_options
@network_options
@option(
    OUTPUT, "--show-config", is_flag=True, env=False,
    help="Print every setting and where it came from, and nothing else.",
)  # fmt: skip
def check(*, show_config: bool, **_: Any) -> ExitCode:
    """See whether everything is ready for a run: settings, names, TLS, token, test data.

    Grades nothing, and nothing that it finds counts against the product. Exits with 0
    if a run can start, with 3 if not.
    """
    from conformance_cli.cli.readiness import config_table, ready
    from conformance_cli.cli.settings import configured

    config = configured(given())
    if show_config:
        answer(config_table(config))
        return ExitCode.OK
    return ExitCode.OK if ready(config, current()) else ExitCode.UNDECIDED
