"""Errors that users see cross from a worker process to the one that shows them."""

from __future__ import annotations

import pickle

import pytest

from conformance_cli.model.diagnostics import ConformanceError, Diagnostic, ExitCode, SetupError


@pytest.mark.parametrize(
    "error",
    [
        ConformanceError.of("package-missing", "x is missing", place="p", hint="install it"),
        SetupError(Diagnostic("a", "b"), Diagnostic("c", "d")),
        ConformanceError.of("worker-lost", "gone", exit_code=ExitCode.INTERNAL),
    ],
)
def test_an_error_arrives_whole(error: ConformanceError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.diagnostics, again.exit_code) == (error.diagnostics, error.exit_code)
    assert str(again) == str(error)
