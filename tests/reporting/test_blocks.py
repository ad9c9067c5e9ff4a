"""Failures are said once and gaps by what would decide them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance_cli.model.profile import SourceDocument
from conformance_cli.model.requirement import Source
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.blocks import block, blocks, source_links
from conformance_cli.reporting.gaps import CAUSE_WORDS, gaps
from conformance_cli.reporting.view import duration
from tests.reporting import fixed_run


def _found(verdict: Verdict) -> dict[str, object]:
    return {b.result.requirement.id: b for b in blocks(fixed_run.view(), verdict)}


def test_the_same_difference_seen_three_times_is_one_observation():
    found = _found(Verdict.FAIL)["BKR-SLT-006"]
    assert [seen.times for seen in found.observed] == [3]
    assert found.exchanges == tuple(f"slot-status-missing.{n}/1" for n in (1, 2, 3))


def test_two_differences_of_one_requirement_are_one_block():
    found = _found(Verdict.FAIL)["BKR-COM-007"]
    assert [seen.expected for seen in found.observed] == ["status 405", "header Allow is present"]


def test_waived_failures_come_last():
    assert list(_found(Verdict.FAIL))[-1] == "BKR-COM-007"


def test_a_should_that_failed_is_explained_by_its_failed_assertion():
    assert _found(Verdict.WARNING)["BKR-CAP-005"].observed[0].actual == "false"


def test_assertions_that_passed_explain_no_failure():
    result = _found(Verdict.FAIL)["BKR-SLT-003"].result
    passed = replace(result.assertions[0], verdict=Verdict.PASS)
    assert block(replace(result, assertions=(passed,))).observed == ()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_only_web_addresses_become_links(url: str):
    view = fixed_run.view()
    result = view.judgement.requirements[0]
    hostile = replace(result.requirement, sources=(Source("G", "page", url),))
    assert source_links(view, replace(result, requirement=hostile))[0].url == ""


def test_a_source_without_an_address_of_its_own_links_to_its_document():
    view = fixed_run.view()
    result = view.judgement.requirements[0]
    named = replace(result.requirement, sources=(Source("G", "page 3"), Source("?", "")))
    link, unknown = source_links(view, replace(result, requirement=named))
    assert isinstance(view.run.header.profile.sources["G"], SourceDocument)
    assert (link.text, link.url) == (
        "Implementation guide, page 3",
        "https://guide.example.test/booking",
    )
    assert (unknown.text, unknown.url) == ("?", "")


def test_gaps_put_errors_first_and_then_what_decides_most():
    found = [(gap.verdict, gap.cause, gap.size) for gap in gaps(fixed_run.view())]
    assert found == [
        (Verdict.ERROR, Cause.TRANSPORT, 1),
        (Verdict.NOT_TESTED, Cause.EFFECT, 4),
        (Verdict.NOT_TESTED, Cause.FIXTURE, 1),
        (Verdict.NOT_TESTED, Cause.ATTESTATION, 1),
    ]


def test_every_cause_has_words():
    assert set(CAUSE_WORDS) == set(Cause)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0 ms"), (999.4, "999 ms"), (1000, "1.0 s"), (59_940, "59.9 s"), (125_400, "2 min 5 s")],
)
def test_durations_are_written_for_people(milliseconds: float, text: str):
    assert duration(milliseconds) == text
