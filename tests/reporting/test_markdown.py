"""The Markdown report: it reads as Markdown and stays below what GitHub accepts."""

from __future__ import annotations

from dataclasses import replace

from markdown_it import MarkdownIt

from conformance_cli.reporting import markdown
from tests.reporting import fixed_run

_HTML = MarkdownIt("commonmark").enable("table").render(markdown.render(fixed_run.view()))


def test_the_first_heading_is_the_outcome_in_words():
    assert _HTML.startswith("<h1>❌ Not conformant: Bookings and referrals (receiver)</h1>")


def test_expected_actual_and_where_stand_below_each_other():
    assert (
        "<strong>Expected</strong> <code>every Slot satisfies start &lt; end</code><br />\n"
        "<strong>Actual</strong> <code>2 of 14 do not: slot-0071, slot-0072</code><br />\n"
        "<strong>Where</strong> <code>slot-search/1  Bundle.entry[5].resource</code>"
    ) in _HTML


def test_each_failure_has_its_curl_command():
    assert _HTML.count("<pre><code>curl --request") == 5


def test_a_gap_says_what_would_decide_it():
    assert "<code>run again with --allow writes</code>" in _HTML


def test_the_worst_of_runs_fits_into_a_step_summary():
    run = fixed_run.run()
    first = run.header.profile.requirements[0]
    failure = next(a for t in run.tests for a in t.assertions if a.actual)
    long = "x|" * 5_000
    many = tuple(replace(first, id=f"BKR-X-{n:04}", text="x " * 150) for n in range(1_000))
    assertions = tuple(
        replace(failure, requirements=(r.id,), expected=f"{n}{long}", actual=long, where=long)
        for r in many
        for n in range(6)
    )
    test = replace(run.tests[0], assertions=assertions, requirements=tuple(r.id for r in many))
    header = replace(
        run.header,
        profile=replace(run.header.profile, requirements=many),
        planned=(test.id,),
        waivers=(),
    )
    text = markdown.render(fixed_run.view(replace(run, header=header, tests=(test,))))
    assert text.count("\n### FAIL") == 50
    assert "And 950 more: BKR-X-0050, " in text
    assert len(text.encode()) < 1024 * 1024
