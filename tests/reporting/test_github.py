"""Workflow commands as the runner reads them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from conformance_cli.reporting import github
from conformance_cli.reporting.view import ReportView
from tests.reporting import fixed_run


def _failing(number: int) -> ReportView:
    run = fixed_run.run()
    first = run.header.profile.requirements[0]
    many = tuple(replace(first, id=f"BKR-X-{n:03}") for n in range(number))
    failure = next(a for t in run.tests for a in t.assertions if a.actual)
    test = replace(
        run.tests[0],
        assertions=tuple(replace(failure, requirements=(r.id,)) for r in many),
        requirements=tuple(r.id for r in many),
    )
    profile = replace(run.header.profile, requirements=many)
    header = replace(run.header, profile=profile, planned=(test.id,), waivers=())
    return fixed_run.view(replace(run, header=header, tests=(test,)))


def _kinds(view: ReportView) -> list[str]:
    return [line.split(" ")[0] for line in github.render(view).splitlines()]


def test_failures_are_errors_and_warnings_and_waived_failures_are_warnings():
    assert _kinds(fixed_run.view()) == ["::error"] * 2 + ["::warning"] * 3 + ["::error"]


def test_a_conformant_run_is_one_notice():
    lines = github.render(fixed_run.conformant()).splitlines()
    assert [line.partition("::")[2].partition("::")[0] for line in lines] == [
        "notice title=CONFORMANT"
    ]


@pytest.mark.parametrize(("number", "shown"), [(10, 10), (11, 10), (25, 10)])
def test_no_more_than_ten_failures_are_annotated(number: int, shown: int):
    lines = github.render(_failing(number)).splitlines()[:-1]
    assert len(lines) == shown
    if number > shown:
        assert lines[-1].startswith(f"::error title=and {number - 9} more::BKR-X-009, ")


def test_line_breaks_and_percent_signs_are_escaped_as_the_runner_wants():
    assert github.annotation("error", "a:b,c\nd", "50%\nof: it, all") == (
        "::error title=a%3Ab%2Cc%0Ad::50%25%0Aof: it, all"
    )


@pytest.mark.parametrize("line", ["::set-output name=x::y", "  ::add-mask::x", "a ##[group]b"])
def test_a_log_line_is_never_a_command(line: str):
    inert = github.inert(line)
    assert not inert.lstrip().startswith("::")
    assert "##[" not in inert


def test_an_ordinary_line_is_left_alone():
    assert github.inert("FAIL  a::b # [x]") == "FAIL  a::b # [x]"


def test_every_line_is_a_complete_command():
    for line in github.render(fixed_run.view()).splitlines():
        assert re.fullmatch(r"::(error|warning|notice) title=[^:,]+::.+", line)
