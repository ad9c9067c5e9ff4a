"""``conformance completion``."""

from __future__ import annotations

import click

from conformance_cli.cli.help import Command
from conformance_cli.model.diagnostics import ExitCode


@click.command(
    cls=Command,
    examples=(
        (
            'eval "$(conformance completion bash)"',
            "for this shell; put it into ~/.bashrc to keep it",
        ),
        ("conformance completion zsh > ~/.zfunc/_conformance", "zsh, from a folder on your fpath"),
        ("conformance completion fish | source", "fish, for this shell"),
    ),
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> ExitCode:
    """Print the completion script for SHELL.

    Commands, options, profiles, packs, requirement ids and faults complete with Tab.
    """
    from click.shell_completion import get_completion_class

    from conformance_cli.cli.main import program

    script = get_completion_class(shell)
    if script is None:
        raise click.BadParameter(f"click does not know {shell}")
    click.echo(script(program, {}, "conformance", "_CONFORMANCE_COMPLETE").source(), nl=False)
    return ExitCode.OK
