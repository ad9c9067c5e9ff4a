"""Option values that are more than text, each with an error that says what is right."""

from __future__ import annotations

from typing import NamedTuple

import click


class Target(NamedTuple):
    """A report to write; an empty path means the run directory, ``-`` means stdout."""

    format: str
    path: str = ""


def pair(text: str) -> tuple[str, str]:
    """``NAME=VALUE``, split at the first equals sign."""
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise click.BadParameter(f'write it as NAME=VALUE, not "{text[:40]}"')
    return name.strip(), value


def commas(text: str) -> tuple[str, ...]:
    """One or several values with commas between them."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def report_target(text: str) -> Target:
    """``FORMAT`` or ``FORMAT=PATH``, of a format that exists."""
    from conformance_cli.reporting import registry

    name, _, path = text.partition("=")
    known = registry.formats()
    if name not in known:
        from difflib import get_close_matches

        nearest = get_close_matches(name, known, n=1)
        hint = f'did you mean "{nearest[0]}"? ' if nearest else ""
        raise click.BadParameter(f'no report format "{name}"; {hint}there are {", ".join(known)}')
    return Target(name, path)


def flattened(values: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The values of a repeated option that accepts commas, as one list."""
    return tuple(part for value in values for part in value)
