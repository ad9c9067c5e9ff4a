"""Live consoles: what is talk, what is the answer, and when there is colour."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance_cli.model.events import (
    Event,
    PreflightChecked,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from conformance_cli.model.run import RunState
from conformance_cli.reporting import markdown, plain
from conformance_cli.reporting.console import GithubConsole, PlainConsole
from conformance_cli.reporting.pretty import PrettyConsole, wants_colour
from tests.reporting import fixed_run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _events() -> list[Event]:
    run = fixed_run.run()
    events: list[Event] = [RunStarted(run.header, 13)]
    events += [PreflightChecked(result) for result in run.preflight]
    for number, test in enumerate(run.tests, 1):
        events.append(TestStarted(test.id, test.title))
        events.append(TestFinished(test, number, len(run.tests)))
    events.append(RunFinished(RunState.INTERRUPTED, datetime(2026, 11, 23, tzinfo=UTC)))
    return events


def test_plain_writes_one_line_per_finished_test_to_the_talk_stream():
    answer, talk = io.StringIO(), io.StringIO()
    console = PlainConsole(answer, talk, environ={})
    for event in _events():
        console.handle(event)
    lines = talk.getvalue().splitlines()
    assert answer.getvalue() == ""
    assert [line for line in lines if line.startswith("[")] == [
        line for line in lines if "/17]" in line
    ]
    assert lines[0] == (
        "bookings@1.0.0 against https://bookings.example.test/fhir/R4: 13 tests of 17"
    )
    assert "[ 2/17] FAIL       wrong-verb  435 ms  DELETE on a search is refused" in lines
    assert "[14/17] NOT-TESTED booking-new  its effect is write" in lines
    assert lines[-1] == "The run is over: interrupted"
    assert max(map(len, lines)) <= 100


def test_plain_writes_the_summary_to_the_answer_stream():
    answer = io.StringIO()
    PlainConsole(answer, io.StringIO(), environ={}).summary(fixed_run.view())
    assert answer.getvalue() == plain.render(fixed_run.view())


def test_plain_respects_columns():
    answer = io.StringIO()
    PlainConsole(answer, io.StringIO(), environ={"COLUMNS": "70"}).summary(fixed_run.view())
    wide = [line for line in answer.getvalue().splitlines() if len(line) > 70]
    tables = ("  ", "SHALL", "SHOULD", "MAY", "Next")
    assert [line for line in wide if not line.startswith(tables)] == []


def test_pretty_says_the_same_as_plain():
    answer = Terminal()
    with PrettyConsole(answer, Terminal(), environ={"COLUMNS": "100", "NO_COLOR": "1"}) as console:
        console.summary(fixed_run.view())
    assert answer.getvalue() == plain.render(fixed_run.view())


def test_pretty_colours_on_a_terminal_and_only_repeats_words():
    answer = Terminal()
    with PrettyConsole(answer, Terminal(), environ={"COLUMNS": "100"}) as console:
        console.summary(fixed_run.view())
    assert "\x1b[1;31mFAIL" in answer.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", answer.getvalue()) == plain.render(fixed_run.view())


def test_pretty_shows_progress_and_takes_it_away():
    talk = Terminal()
    console = PrettyConsole(Terminal(), talk, environ={"COLUMNS": "100"})
    for event in _events():
        console.handle(event)
    written = talk.getvalue()
    assert "0/17" in written
    assert "Set-up" not in written
    assert "check warning  clock" in written
    assert "\x1b[2K" in written.rpartition("17/17")[2]


def test_pretty_is_silent_about_progress_where_nobody_watches():
    talk = io.StringIO()
    console = PrettyConsole(io.StringIO(), talk, environ={"COLUMNS": "100"})
    for event in _events():
        console.handle(event)
    assert talk.getvalue() == (
        "check warning  clock: the endpoint's clock differs from this machine's by 74 s "
        "(synchronise both cl…\n"
    )


@pytest.mark.parametrize(
    ("environ", "choice", "terminal", "colour"),
    [
        ({}, "auto", True, True),
        ({}, "auto", False, False),
        ({"TERM": "dumb"}, "auto", True, False),
        ({}, "always", False, True),
        ({}, "never", True, False),
        ({"FORCE_COLOR": "1"}, "never", False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "always", True, False),
        ({"NO_COLOR": ""}, "auto", True, True),
    ],
)
def test_no_color_wins_over_force_color_over_the_flag_over_the_terminal(
    environ: dict[str, str], choice: str, terminal: bool, colour: bool
):
    stream = Terminal() if terminal else io.StringIO()
    assert wants_colour(stream, environ, choice) is colour


def test_forced_colour_does_not_animate_a_log():
    talk = io.StringIO()
    console = PrettyConsole(io.StringIO(), talk, environ={"FORCE_COLOR": "1"})
    for event in _events():
        console.handle(event)
    assert "/17" not in talk.getvalue()


def test_github_annotates_and_appends_to_the_step_summary(tmp_path: Path):
    step = tmp_path / "step.md"
    step.write_text("before\n")
    answer = io.StringIO()
    console = GithubConsole(answer, io.StringIO(), environ={}, step_summary=step)
    console.summary(fixed_run.view())
    assert answer.getvalue().startswith("::error title=BKR-SLT-003 FAIL::")
    assert answer.getvalue().endswith(plain.render(fixed_run.view()))
    assert step.read_text() == "before\n" + markdown.render(fixed_run.view())


def test_rich_and_jinja_are_not_imported_for_the_other_formats():
    code = (
        "import sys; from conformance_cli.reporting import console, registry, json_report,"
        " junit_xml, pretty, html; "
        "print([m for m in ('rich', 'jinja2', 'markupsafe') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
