"""Readers that leave, and streams that cannot say everything."""

from __future__ import annotations

import subprocess

from tests.cli.endpoint import endpoint, forgetful, run_of
from tests.cli.program import PATIENCE_S, command, conformance, environment


def with_closed_stdout(arguments: tuple[str, ...], cwd) -> tuple[int, str]:
    """Run with a stdout whose reader is gone before the first byte."""
    process = subprocess.Popen(
        command(*arguments), cwd=cwd, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    return process.wait(PATIENCE_S), err


def test_a_reader_that_leaves_is_no_error(tmp_path) -> None:
    code, err = with_closed_stdout(("explain", "error-codes"), tmp_path)
    assert (code, err) == (0, "")


def test_a_reader_that_leaves_changes_neither_exit_code_nor_reports(tmp_path) -> None:
    with endpoint(forgetful) as served:
        code, err = with_closed_stdout(run_of(served), tmp_path)
    assert code == 1
    assert "Traceback" not in err
    assert "roken pipe" not in err
    (run,) = (tmp_path / "conformance-results").iterdir()
    assert (run / "report.html").is_file()


def test_nobody_reading_stderr_is_no_error_either(tmp_path) -> None:
    with endpoint() as served:
        process = subprocess.Popen(
            command(*run_of(served)), cwd=tmp_path, env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stderr is not None
        process.stderr.close()
        assert process.stdout is not None
        out = process.stdout.read()
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0
    assert "Outcome   CONFORMANT" in out


def test_a_terminal_that_knows_only_ascii_is_no_error(tmp_path) -> None:
    ended = conformance(
        "explain", "BARS-COM-001", cwd=tmp_path,
        env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert ended.code == 0
    assert ended.out.isascii()
