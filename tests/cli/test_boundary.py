"""What the user reads when something goes wrong, and what nobody may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_cli.cli import boundary, crash
from conformance_cli.cli.diagnostics import render, wants_color
from conformance_cli.cli.session import Session
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic, ExitCode, Location
from tests.cli.program import conformance

SECRET = "hunter2-hunter2-hunter2"


def crash_with(message: str, session: Session) -> ExitCode:
    def call() -> None:
        local = SECRET
        raise ValueError(message if local else "")

    return boundary.guarded(session, call)


@pytest.fixture
def crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_diagnostic_is_a_code_a_sentence_a_place_and_a_remedy() -> None:
    shown = render(
        Diagnostic(
            "profile-not-found",
            'no profile is called "bras"',
            Location("conformance.toml", 1),
            'did you mean "bars"?',
        )
    )
    assert shown == (
        'error[profile-not-found]: no profile is called "bras"\n'
        "  in   conformance.toml:1\n"
        '  hint did you mean "bars"?'
    )


def test_a_diagnostic_without_place_and_remedy_is_one_line() -> None:
    assert render(Diagnostic("x", "no")) == "error[x]: no"


def test_colour_changes_no_character_of_a_diagnostic() -> None:
    import click

    diagnostic = Diagnostic("x", "no", "there", "do this")
    assert click.unstyle(render(diagnostic, color=True)) == render(diagnostic)


def test_every_diagnostic_of_an_error_is_shown(capsys) -> None:
    def call() -> None:
        raise ConformanceError(Diagnostic("a", "first"), Diagnostic("b", "second"))

    boundary.guarded(Session(), call)
    assert capsys.readouterr().err == "error[a]: first\nerror[b]: second\n"


def test_nothing_that_goes_wrong_is_said_on_stdout(capsys, crashes) -> None:
    crash_with("broken", Session())
    assert capsys.readouterr().out == ""


def test_a_crash_is_one_diagnostic_that_names_its_report(capsys, crashes) -> None:
    crash_with("broken", Session())
    shown = capsys.readouterr().err
    (report,) = crashes.iterdir()
    assert shown.startswith("error[internal-error]: ")
    assert f"  in   {report}\n" in shown
    assert "Traceback" not in shown


def test_a_crash_report_has_the_traceback_and_no_locals(crashes) -> None:
    crash_with("broken", Session())
    (report,) = crashes.iterdir()
    text = report.read_text()
    assert "Traceback" in text
    assert "ValueError: broken" in text
    assert SECRET not in text


def test_a_crash_report_can_be_read_by_its_owner_only(crashes) -> None:
    crash_with("broken", Session())
    (report,) = crashes.iterdir()
    assert report.stat().st_mode & 0o077 == 0


def test_known_secrets_are_taken_out_of_a_crash_report(crashes) -> None:
    session = Session()
    session.clean = lambda text: text.replace(SECRET, "[redacted]")
    crash_with(f"token {SECRET} refused", session)
    (report,) = crashes.iterdir()
    assert SECRET not in report.read_text()
    assert "[redacted]" in report.read_text()


def test_two_v_show_the_traceback_without_secrets(capsys, crashes) -> None:
    session = Session()
    session.verbosity = 2
    session.clean = lambda text: text.replace(SECRET, "[redacted]")
    crash_with(f"token {SECRET} refused", session)
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert SECRET not in shown


def test_a_crash_report_names_options_and_not_their_values() -> None:
    text = crash.describe(
        ValueError("x"),
        Session(),
        [
            "run",
            "bars",
            "-e",
            "https://user:pw@host",
            "--fixture=patient=9000000009",
            "--jobs",
            "4",
        ],
    )
    assert "command: conformance run bars -e ... --fixture=... --jobs 4" in text


def test_without_a_folder_for_it_the_crash_report_goes_to_stderr(monkeypatch, capsys) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    crash_with("broken", Session())
    assert "ValueError: broken" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "choice", "wanted"),
    [
        ({}, "auto", False),
        ({}, "always", True),
        ({}, "never", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"NO_COLOR": "1"}, "always", False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, "auto", True),
    ],
)
def test_no_color_wins_over_force_color_wins_over_the_flag(
    environment, choice, wanted, monkeypatch, tmp_path
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with (tmp_path / "file").open("w") as stream:
        assert wants_color(choice, stream) is wanted


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu"], 'error[unknown-command]: conformance has no command "rnu"'),
        (["rnu"], 'did you mean "run"?'),
        (["pack", "shw", "bars"], 'did you mean "show"?'),
        (["run", "--reprot", "html"], "error[unknown-option]: conformance run has no option"),
        (["run", "--reprot", "html"], 'did you mean "--report"?'),
        (["run", "--report", "htm"], 'did you mean "html"?'),
        (["run", "--allow", "everything"], "error[bad-value]"),
        (["run", "--jobs", "0"], "error[bad-value]"),
        (["run", "--fixture", "patient"], "NAME=VALUE"),
        (["diff", "one"], "error[missing-argument]"),
        (["completion", "tcsh"], "error[bad-value]"),
    ],
)
def test_a_wrong_command_line_is_told_what_is_right(arguments, said, tmp_path) -> None:
    ended = conformance(*arguments, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert said in ended.err
    assert ended.out == ""


def test_no_command_at_all_shows_the_help_on_stderr(tmp_path) -> None:
    ended = conformance(cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert ended.out == ""
    assert "Everyday:" in ended.err
