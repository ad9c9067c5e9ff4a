"""The terminal summary: five facts per failure, then the denominators, then what next."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from conformance_cli.model.result import PreflightResult, PreflightStatus
from conformance_cli.model.run import RunState
from conformance_cli.reporting import plain
from conformance_cli.reporting.lines import text_of
from conformance_cli.reporting.summary import outcome_reason, summary_lines
from conformance_cli.reporting.text import is_safe
from conformance_cli.reporting.view import ReportView
from tests.reporting import fixed_run
from tests.reporting.views import gated, views

_TEXT = plain.render(fixed_run.view())


def _block(requirement: str) -> str:
    return next(part for part in _TEXT.split("\n\n") if requirement in part.split("\n")[0])


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param(
            "FAIL  BKR-SLT-006  SHALL  Refuse a slot search without a status", id="requirement"
        ),
        pytest.param("expected  status 400 with an OperationOutcome", id="expected"),
        pytest.param("actual    status 200 (Bundle)", id="actual"),
        pytest.param("where     slot-status-missing.1/1  (seen 3 times)", id="where"),
        pytest.param("evidence  slot-status-missing.1/1, slot-status-missing.2/1", id="evidence"),
        pytest.param("curl      curl --request GET", id="curl"),
        pytest.param("explain   conformance explain BKR-SLT-006", id="explain"),
    ],
)
def test_a_failure_block_holds(fact: str):
    assert fact in _block("BKR-SLT-006")


def test_a_waived_failure_says_who_waived_it_and_until_when():
    block = _block("BKR-COM-007")
    assert block.startswith("FAIL WAIVED  BKR-COM-007")
    assert re.search(r"A\. Sessor, until\s+2027-01-31", block)


def test_gaps_say_which_flag_or_fixture_would_decide_them():
    assert "to decide  run again with --allow writes" in _TEXT
    assert "to decide  give --fixture taken-slot=VALUE" in _TEXT


def test_the_last_lines_are_outcome_denominator_report_and_next_command():
    assert _TEXT.splitlines()[-4:] == [
        "Outcome   NOT CONFORMANT  3 mandatory requirements failed, 1 of them waived",
        "Passed    SHALL 11 of 20  SHOULD 1 of 3  MAY 0 of 1  (of those that apply)",
        "Report    conformance-results/20261123-0941-k3",
        "Next      conformance run --rerun conformance-results/20261123-0941-k3 --failed",
    ]


def test_written_reports_are_named():
    view = replace(fixed_run.view(), reports=("out/report.html", "out/junit.xml"))
    assert "Report    out/report.html\nReport    out/junit.xml\nNext" in plain.render(view)


@given(view=views())
def test_the_last_lines_are_there_whatever_the_run(view: ReportView):
    labels = [line.split(" ")[0] for line in plain.render(view).splitlines()]
    end = labels.index("Outcome")
    assert set(labels[end:]) <= {"Outcome", "Gate", "", "Passed", "Report", "Next"}
    assert labels[-1] == "Next"


@given(view=views())
def test_no_line_is_wider_than_the_terminal_except_commands(view: ReportView):
    for line in summary_lines(view, 100):
        text = text_of(line)
        assert is_safe(text)
        assert len(text) <= 100 or text.lstrip().startswith(("curl", "--", "Next"))


def test_a_gate_that_differs_from_the_outcome_is_said():
    text = plain.render(gated(fixed_run.conformant(), fail_on="must"))
    assert "Gate" not in text
    waived = fixed_run.view()
    kept = tuple(t for t in waived.run.tests if t.id in ("wrong-verb",))
    profile = waived.run.header.profile
    header = replace(
        waived.run.header,
        planned=("wrong-verb",),
        profile=replace(
            profile,
            requirements=tuple(
                r for r in profile.requirements if r.id in ("BKR-COM-007", "BKR-COM-002")
            ),
        ),
    )
    text = plain.render(fixed_run.view(replace(waived.run, header=header, tests=kept)))
    assert "Outcome   NOT CONFORMANT" in text
    assert "Gate      conformant, with waived failures set aside" in text


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (RunState.INTERRUPTED, "the run did not come to its end"),
        (RunState.COMPLETE, "not every planned test has a result"),
    ],
)
def test_an_undecided_run_in_which_nothing_waits_says_why(state: RunState, reason: str):
    run = fixed_run.conformant().run
    header = replace(run.header, planned=(*run.header.planned, "unmapped"))
    assert outcome_reason(fixed_run.view(replace(run, header=header, state=state))) == reason


def test_what_qualifies_the_outcome_is_never_left_out():
    run = fixed_run.run()
    failed = PreflightResult("token", PreflightStatus.FAILED, "refused", "renew it")
    dirty = replace(run.tests[0], left_behind=("Appointment/17",))
    view = fixed_run.view(
        replace(run, preflight=(failed,), tests=(dirty, *run.tests[1:])), insecure=True
    )
    text = plain.render(view)
    assert "Set-up check token: refused (renew it)" in text
    assert "Left behind on the endpoint by metadata: Appointment/17" in text
    assert "TLS verification was switched off" in text


def test_failures_beyond_the_twentieth_are_named():
    run = fixed_run.run()
    first = run.header.profile.requirements[0]
    many = tuple(replace(first, id=f"BKR-X-{n:03}") for n in range(30))
    failure = next(a for t in run.tests for a in t.assertions if a.actual)
    test = replace(
        run.tests[0],
        assertions=tuple(replace(failure, requirements=(r.id,)) for r in many),
        requirements=tuple(r.id for r in many),
    )
    header = replace(
        run.header,
        profile=replace(run.header.profile, requirements=many),
        planned=(test.id,),
        waivers=(),
    )
    text = plain.render(fixed_run.view(replace(run, header=header, tests=(test,))))
    assert text.count("\nFAIL  BKR-X-") == 20
    assert "and 10 more: BKR-X-020, BKR-X-021" in text
