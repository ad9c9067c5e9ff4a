"""Hypothesis strategies for judged runs, with whatever text an endpoint may send."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from conformance_cli.judge import judge_run
from conformance_cli.model.exchange import Evidence
from conformance_cli.model.run import Run
from conformance_cli.reporting.view import ReportView
from tests.strategies import runs_with_evidence

TODAY = date(2026, 11, 23)


@st.composite
def views(draw: st.DrawFn) -> ReportView:
    """A judged run of any kind, with the evidence of its exchanges."""
    run, evidence = draw(runs_with_evidence())
    return view_of(run, evidence)


def view_of(run: Run, evidence: dict[str, Evidence]) -> ReportView:
    """The run, judged today by its own settings."""
    judgement = judge_run(run, today=TODAY)
    return ReportView(run, judgement, evidence.get, "conformance-results/20261123-0941-k3")


def gated(view: ReportView, **settings: str) -> ReportView:
    """The same run, judged by other settings."""
    header = view.run.header
    run = replace(view.run, header=replace(header, settings=replace(header.settings, **settings)))
    return replace(view, run=run, judgement=judge_run(run, today=TODAY))
