"""Comparison: what became of each requirement from one run to another.

A requirement of level SHALL or SHOULD *regressed* where it is now known to be worse, or
is no longer shown: pass → anything else but not-applicable, and warning → fail.  The
reverse is a *fix*.  What passes between two kinds of not knowing, or from a failure to
not knowing, is neither: a failing test that is skipped is not mended.  Such changes, all
of MAY, and those into or out of applicability are listed as *other*.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from conformance_cli.judge.outcome import judge_run
from conformance_cli.model.judgement import Change, Comparison, RequirementResult
from conformance_cli.model.requirement import Level
from conformance_cli.model.run import Run, RunHeader
from conformance_cli.model.verdict import Verdict

_WORSE = {
    Verdict.PASS: {Verdict.WARNING, Verdict.FAIL, Verdict.ERROR, Verdict.NOT_TESTED},
    Verdict.WARNING: {Verdict.FAIL},
}

#: What the tool tells apart besides verdicts, and where the header says it.
_FACETS: dict[str, Callable[[RunHeader], object]] = {
    "target": lambda h: (h.endpoint, h.environment),
    "product": lambda h: h.product,
    "profile": lambda h: (h.profile.ref, h.profile.digest),
    "pack": lambda h: {(pack.ref, pack.digest) for pack in h.packs},
    "tool": lambda h: h.tool_version,
    "settings": lambda h: h.settings,
}


def compare(old: Run, new: Run, today: date) -> Comparison:
    """Compare two saved runs, each judged by its own settings.

    ``changed`` names what else differs between them, so that nobody blames the product
    for a change of the pack.
    """
    before, after = judge_run(old, today=today), judge_run(new, today=today)
    was = {result.requirement.id: result for result in before.requirements}
    now = {result.requirement.id: result for result in after.requirements}
    moved = [
        (was[name], now[name])
        for name in now
        if name in was and was[name].verdict is not now[name].verdict
    ]
    return Comparison(
        regressions=tuple(_change(a, b) for a, b in moved if _graded(a, b) and _worse(a, b)),
        fixes=tuple(_change(a, b) for a, b in moved if _graded(a, b) and _worse(b, a)),
        other=tuple(
            _change(a, b)
            for a, b in moved
            if not (_graded(a, b) and (_worse(a, b) or _worse(b, a)))
        ),
        new=tuple(_change(None, result) for name, result in now.items() if name not in was),
        gone=tuple(_change(result, None) for name, result in was.items() if name not in now),
        outcome_before=before.outcome,
        outcome_after=after.outcome,
        changed=tuple(name for name, of in _FACETS.items() if of(old.header) != of(new.header)),
    )


def _worse(before: RequirementResult, after: RequirementResult) -> bool:
    return after.verdict in _WORSE.get(before.verdict, set())


def _graded(before: RequirementResult, after: RequirementResult) -> bool:
    """Whether a change matters: in either run it was more than a MAY."""
    return {before.requirement.level, after.requirement.level} != {Level.MAY}


def _change(before: RequirementResult | None, after: RequirementResult | None) -> Change:
    shown = after or before
    assert shown is not None  # noqa: S101 - a change has two sides, and at least one exists
    return Change(
        requirement=shown.requirement.id,
        text=shown.requirement.text,
        before=before.verdict if before else None,
        after=after.verdict if after else None,
    )
