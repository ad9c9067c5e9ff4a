"""Write the golden help texts again: ``python -m tests.cli.make_golden``.

Read the difference before you commit it: help is part of the public interface.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from conformance_cli.cli.lazy import LazyGroup
from conformance_cli.cli.main import program

FOLDER = Path(__file__).parent / "golden"


def commands(
    command: click.Command = program, path: tuple[str, ...] = ("conformance",)
) -> Iterator[tuple[str, ...]]:
    """Every command by its words, groups before their members."""
    yield path
    if isinstance(command, LazyGroup):
        context = click.Context(command)
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            assert member is not None
            yield from commands(member, (*path, name))


def find(path: tuple[str, ...]) -> tuple[click.Command, click.Context]:
    """A command and its context, as if it had been called."""
    command: click.Command = program
    context = click.Context(command, info_name=path[0], **program.context_settings)
    for name in path[1:]:
        assert isinstance(command, LazyGroup)
        inner = command.get_command(context, name)
        assert inner is not None
        command = inner
        context = click.Context(command, parent=context, info_name=name)
    return command, context


def help_text(path: tuple[str, ...]) -> str:
    """The help of a command at 100 columns, of which click leaves two free."""
    command, context = find(path)
    context.terminal_width = 98
    return command.get_help(context) + "\n"


def file_of(path: tuple[str, ...]) -> Path:
    return FOLDER / f"{'-'.join(path)}.txt"


def write() -> None:
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for path in commands():
        file_of(path).write_text(help_text(path), encoding="utf-8")


if __name__ == "__main__":
    write()
