"""Commands and options that teach: options under headings, and examples at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from conformance_cli.cli.session import Session

if TYPE_CHECKING:
    from pathlib import Path

#: The heading of the options that every command has.
GLOBAL = "Everywhere"


class Option(click.Option):
    """An option that stands under a heading and names its environment variable."""

    def __init__(self, *args: Any, section: str = "Options", **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.section = section


class Setting(Option):
    """An option that is also a key of the configuration.

    Its environment variable is shown here and read by the configuration, which knows
    how lists are written there and says where each value came from.
    """

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002
        """Leave the variable to the configuration."""
        return None


class Command(click.Command):
    """A command with examples, sectioned options and the global options."""

    def __init__(self, *args: Any, examples: Sequence[tuple[str, str]] = (), **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.examples = tuple(examples)
        self.params.extend(global_options())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each under its heading."""
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples."""
        write_examples(self.examples, formatter)


def write_options(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    """Write a command's options under their headings, the global ones last."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is None or isinstance(param, click.Argument):
            continue
        default = GLOBAL if "--help" in param.opts else "Options"
        sections.setdefault(getattr(param, "section", default), []).append(record)
    last = sections.pop(GLOBAL, [])
    for section, rows in [*sections.items(), (GLOBAL, last)]:
        if rows:
            with formatter.section(section):
                formatter.write_dl(rows)


def write_examples(examples: Sequence[tuple[str, str]], formatter: click.HelpFormatter) -> None:
    """Write what each example does, and the command line to type."""
    if not examples:
        return
    with formatter.section("Examples"):
        for line, meaning in examples:
            formatter.write(f"{'':{formatter.current_indent}}# {meaning}\n")
            formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def global_options() -> list[click.Parameter]:
    """The options that may stand before or after any command."""
    return [
        _global(
            ("-c", "--config"), "config", "Read this file instead of looking for conformance.toml.",
            _path, metavar="FILE", envvar="CONFORMANCE_CONFIG",
        ),
        _global(
            ("--no-config",), "isolated", "Read no configuration file.",
            bool, is_flag=True, envvar="CONFORMANCE_NO_CONFIG",
        ),
        _global(
            ("--catalogue",), "catalogues", "Look for profiles and packs here too. Repeatable.",
            _paths, metavar="DIR", type=click.Path(), multiple=True,
            envvar="CONFORMANCE_CATALOGUE",
        ),
        _global(
            ("-v", "--verbose"), "verbosity", "Say more; -vv shows tracebacks.", int, count=True
        ),
        _global(
            ("-q", "--quiet"), "quiet", "Say only the final block.",
            bool, is_flag=True, envvar="CONFORMANCE_QUIET",
        ),
        _global(
            ("--color",), "color", "When to colour. NO_COLOR and FORCE_COLOR are respected.",
            str, type=click.Choice(("auto", "always", "never")), metavar="auto|always|never",
            envvar="CONFORMANCE_COLOR",
        ),
    ]  # fmt: skip


def _global(
    flags: tuple[str, ...], attribute: str, text: str, convert: Callable[[Any], Any], **extra: Any
) -> Option:
    def note(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Session), attribute, convert(value))

    return Option(
        [*flags, f"global_{attribute}"],
        section=GLOBAL,
        help=text,
        expose_value=False,
        callback=note,
        show_envvar="envvar" in extra,
        **extra,
    )


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def _paths(texts: Sequence[str]) -> tuple[Path, ...]:
    return tuple(map(_path, texts))
