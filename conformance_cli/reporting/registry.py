"""The report formats by name.  A format's module is imported when it is asked for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.reporting.view import ReportView


@dataclass(frozen=True, slots=True)
class _Format:
    module: str
    extension: str


_FORMATS: Mapping[str, _Format] = {
    "github": _Format("github", "github.txt"),
    "html": _Format("html", "html"),
    "json": _Format("json_report", "json"),
    "junit": _Format("junit_xml", "xml"),
    "markdown": _Format("markdown", "md"),
    "plain": _Format("plain", "txt"),
}


def formats() -> tuple[str, ...]:
    """Every format name, in alphabetical order."""
    return tuple(_FORMATS)


def extension(name: str) -> str:
    """The end of a report file's name, without the leading dot.

    Raises:
        ConformanceError: ``format-unknown``.

    """
    return _find(name).extension


def render(name: str, view: ReportView) -> str:
    """The report in one format.

    Raises:
        ConformanceError: ``format-unknown``.

    """
    module = import_module(f"conformance_cli.reporting.{_find(name).module}")
    text: str = module.render(view)
    return text


def _find(name: str) -> _Format:
    found = _FORMATS.get(name)
    if found is None:
        near = difflib.get_close_matches(name, _FORMATS, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"one of {', '.join(_FORMATS)}"
        raise ConformanceError.of(
            "format-unknown", f'no report format is called "{name}"', hint=hint
        )
    return found
