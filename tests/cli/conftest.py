"""The program in this process: much faster, and the same but for streams and signals."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from conformance_cli.cli.main import main
from tests.cli.program import Finished, environment

Cli = Callable[..., Finished]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command line inside this process."""

    def run(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            clean = environment(env)
            for name in set(os.environ) - set(clean):
                patch.delenv(name)
            for name, value in clean.items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = main(arguments)
            out, err = capsys.readouterr()
        return Finished(int(code), out, err)

    return run
