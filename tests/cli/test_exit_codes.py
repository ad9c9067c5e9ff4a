"""The exit codes: which one stands, and which way out leads to each."""

from __future__ import annotations

import itertools

import click
import pytest

from conformance_cli.cli import boundary
from conformance_cli.cli.exit_codes import PRECEDENCE, forgiven, strongest
from conformance_cli.cli.session import Session
from conformance_cli.model.diagnostics import ConformanceError, ExitCode, SetupError


def raising(error: BaseException):
    def call() -> None:
        raise error

    return call


def test_every_exit_code_has_a_place_in_the_precedence() -> None:
    assert sorted(PRECEDENCE) == sorted(ExitCode)


def test_interruption_outranks_our_fault_outranks_usage_outranks_no_outranks_unknown() -> None:
    assert [int(code) for code in PRECEDENCE] == [130, 4, 2, 1, 3, 0]


@pytest.mark.parametrize("codes", list(itertools.combinations(PRECEDENCE, 2)))
def test_of_two_codes_the_stronger_one_stands_whatever_the_order(codes) -> None:
    assert strongest(codes) is strongest(reversed(codes)) is codes[0]


def test_no_answer_at_all_is_ok() -> None:
    assert strongest(()) is ExitCode.OK


@pytest.mark.parametrize(
    ("code", "then"),
    [
        (ExitCode.OK, ExitCode.OK),
        (ExitCode.NOT_CONFORMANT, ExitCode.OK),
        (ExitCode.UNDECIDED, ExitCode.OK),
        (ExitCode.USAGE, ExitCode.USAGE),
        (ExitCode.INTERNAL, ExitCode.INTERNAL),
        (ExitCode.INTERRUPTED, ExitCode.INTERRUPTED),
    ],
)
def test_exit_zero_forgives_answers_but_never_breakage(code, then) -> None:
    assert forgiven(code) is then


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (click.Abort(), ExitCode.INTERRUPTED),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (click.UsageError("no"), ExitCode.USAGE),
        (click.FileError("f"), ExitCode.USAGE),
        (ConformanceError.of("x", "no"), ExitCode.USAGE),
        (SetupError.of("x", "no"), ExitCode.UNDECIDED),
        (ConformanceError.of("x", "no", exit_code=ExitCode.INTERNAL), ExitCode.INTERNAL),
        (ValueError("ours"), ExitCode.INTERNAL),
        (RecursionError(), ExitCode.INTERNAL),
    ],
)
def test_every_way_out_has_its_exit_code(error, code, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert boundary.guarded(Session(), raising(error)) is code


@pytest.mark.parametrize("code", ExitCode)
def test_the_code_that_a_command_returns_is_the_exit_code(code) -> None:
    assert boundary.guarded(Session(), lambda: code) is code


def test_help_and_version_which_return_nothing_are_ok() -> None:
    assert boundary.guarded(Session(), lambda: None) is ExitCode.OK
