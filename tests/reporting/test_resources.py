"""Templates are found in a wheel and in a checkout alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_cli.model.diagnostics import ConformanceError, ExitCode
from conformance_cli.reporting import resources


@pytest.mark.parametrize("place", ["conformance_cli/_data/reports", "reports"])
def test_templates_are_found(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / place / "templates"
    folder.mkdir(parents=True)
    (folder / "a.css").write_text("b {}")
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "conformance_cli")
    assert resources.template("a.css") == "b {}"


def test_a_damaged_installation_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "conformance_cli")
    with pytest.raises(ConformanceError) as caught:
        resources.template("a.css")
    assert caught.value.exit_code is ExitCode.INTERNAL
