"""Files that a command writes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from conformance_cli.model.diagnostics import ConformanceError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a refusal of the file system into an error that names the path.

    Raises:
        ConformanceError: ``cannot-write``.

    """
    try:
        yield
    except OSError as error:
        raise ConformanceError.of(
            "cannot-write",
            f"cannot write {error.filename or path}: {error.strerror or error}",
            place=str(path),
            hint="check that the folder may be written to and that the disk is not full",
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a report, making its folders; nobody ever sees half a file.

    Raises:
        ConformanceError: ``cannot-write``.

    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            # a device or a pipe, such as /dev/stderr or >(command): written in place
            path.write_text(text, encoding="utf-8")
            return
        partial = path.with_name(f".{path.name}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)


def write_stdout(text: str) -> None:
    """Write a whole report to stdout."""
    click.echo(text.rstrip("\n"), file=sys.stdout)
