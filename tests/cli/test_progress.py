"""The bar of long validations: on a terminal, for many files, and nowhere else."""

from __future__ import annotations

import io
import sys

import pytest

from conformance_cli.cli.validating.progress import progress
from conformance_cli.fhir.outcome.report import Checked, Origin

FILES = [f"{n}.json" for n in range(30)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    monkeypatch: pytest.MonkeyPatch, talk: io.StringIO, files: list[str], *, quiet: bool = False
) -> str:
    monkeypatch.setattr(sys, "stderr", talk)
    monkeypatch.setattr("conformance_cli.cli.validating.progress._PAUSE_S", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    with progress(files, quiet=quiet) as bar:
        for name in files:
            bar.move(Checked(Origin(name)))
    return talk.getvalue()


def test_it_counts_files_and_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal(), FILES)
    assert "30/30" in text
    assert "30 resources" in text


def test_it_is_shown_for_ndjson(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1/1" in shown(monkeypatch, Terminal(), ["all.ndjson"])


def test_few_files_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, Terminal(), FILES[:3]) == ""


def test_it_goes_to_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO(), FILES) == ""


def test_quiet_leaves_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, Terminal(), FILES, quiet=True) == ""
