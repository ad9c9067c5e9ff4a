"""Command groups whose commands are imported only when one of them is called."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from conformance_cli.cli.help import global_options, write_examples, write_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """A command that a group offers, described without importing it."""

    name: str
    #: ``module:attribute`` of the command, relative to ``conformance_cli.cli.commands``.
    target: str
    summary: str
    #: Heading of the group's help under which it stands.
    section: str = "Commands"


class UnknownCommandError(click.UsageError):
    """A word that names no command, with the nearest one that exists."""

    def __init__(self, name: str, known: Sequence[str], ctx: click.Context) -> None:
        from difflib import get_close_matches

        super().__init__(f'{ctx.command_path} has no command "{name}"', ctx)
        self.nearest = get_close_matches(name, known, n=1, cutoff=0.5)


class LazyGroup(click.Group):
    """A group that knows its commands by name and summary, and imports them on demand."""

    def __init__(
        self,
        *args: Any,
        entries: Sequence[Entry] = (),
        examples: Sequence[tuple[str, str]] = (),
        **extra: Any,
    ) -> None:
        super().__init__(*args, **extra)
        self.params.extend(global_options())
        self.examples = tuple(examples)
        self.entries = {entry.name: entry for entry in entries}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All names, in the order of the help."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command = getattr(import_module(f"conformance_cli.cli.commands.{module}"), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.target} is not a command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command to call, or say which one is nearest."""
        if (
            args[0] not in self.entries
            and not args[0].startswith("-")
            and not ctx.resilient_parsing
        ):
            raise UnknownCommandError(args[0], tuple(self.entries), ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands first: they are what a reader looks for."""
        self.format_commands(ctx, formatter)
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples."""
        write_examples(self.examples, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands under their headings."""
        width = max((len(name) for name in self.entries), default=0)
        for section in dict.fromkeys(entry.section for entry in self.entries.values()):
            rows = [(e.name, e.summary) for e in self.entries.values() if e.section == section]
            with formatter.section(section):
                formatter.write_dl([(name.ljust(width), summary) for name, summary in rows])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete command names without importing them."""
        from click.shell_completion import CompletionItem as Item

        names = [
            Item(entry.name, help=entry.summary)
            for entry in self.entries.values()
            if entry.name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)
