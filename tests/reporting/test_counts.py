"""Whatever a run holds, every format says the same numbers as the judge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting import registry
from conformance_cli.reporting.gaps import gaps
from conformance_cli.reporting.view import ReportView, counts, sections
from tests.reporting import fixed_run
from tests.reporting.reading import READERS, from_judgement
from tests.reporting.views import views


@given(view=views())
@settings(max_examples=60)
def test_every_format_has_the_numbers_of_the_judgement(view: ReportView):
    expected = from_judgement(view)
    rendered = {name: registry.render(name, view) for name, _ in READERS.values()}
    for reader, (name, read) in READERS.items():
        assert read(rendered[name]) == expected, reader


@pytest.mark.parametrize("reader", READERS)
def test_the_fixed_run_is_read_back_with_numbers_that_are_not_all_zero(reader: str):
    name, read = READERS[reader]
    found = read(registry.render(name, fixed_run.view()))
    assert found["SHALL"] == [21, 11, 3, 0, 1, 5, 1, 1, 1]


@given(view=views())
def test_the_verdicts_of_a_level_add_up_to_its_total(view: ReportView):
    for count in counts(view):
        assert sum(count.verdicts.values()) == count.total


@given(view=views())
def test_every_requirement_is_in_exactly_one_section(view: ReportView):
    listed = [r.requirement.id for section in sections(view) for r in section.results]
    assert sorted(listed) == sorted(r.requirement.id for r in view.judgement.requirements)


@given(view=views())
def test_the_gaps_of_a_verdict_add_up_to_its_count(view: ReportView):
    for verdict in (Verdict.ERROR, Verdict.NOT_TESTED):
        in_gaps = sum(gap.size for gap in gaps(view) if gap.verdict is verdict)
        assert in_gaps == sum(count.verdicts[verdict] for count in counts(view))
