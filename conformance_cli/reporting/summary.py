"""The final summary for a terminal: what failed, the denominators, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from conformance_cli.model.run import RunState
from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.reporting.block_lines import failure_lines, id_list, warning_lines
from conformance_cli.reporting.facts import elapsed, instant, notices, product
from conformance_cli.reporting.gaps import gaps
from conformance_cli.reporting.lines import (
    BLANK,
    OUTCOME_ROLES,
    VERDICT_ROLES,
    Line,
    Role,
    Span,
    labelled,
    wrapped,
)
from conformance_cli.reporting.shell import next_command
from conformance_cli.reporting.text import plural
from conformance_cli.reporting.view import (
    OUTCOME_WORDS,
    VERDICT_WORDS,
    Count,
    ReportView,
    counts,
    short_digest,
)

#: Heading and width of each column of the table of denominators.
_COLUMNS = (
    ("total", 8),
    ("pass", 7),
    ("fail", 7),
    ("warn", 7),
    ("error", 8),
    ("not tested", 13),
    ("n/a", 6),
    ("waived", 10),
    ("attested", 11),
)


def summary_lines(view: ReportView, width: int) -> Iterator[Line]:
    """The whole summary, for a terminal of ``width`` columns."""
    yield from _header(view, width)
    yield from failure_lines(view, width)
    yield from warning_lines(view, width)
    yield from _gaps(view, width)
    yield BLANK
    yield from _table(view)
    yield BLANK
    for notice in notices(view):
        yield from labelled("Note", notice, width=width, role=Role.DOUBT)
    yield from _last_lines(view, width)


def outcome_reason(view: ReportView) -> str:
    """Why the outcome is what it is, in one sentence without a full stop."""
    judgement = view.judgement
    number = len(judgement.decided_by)
    if judgement.outcome is Outcome.NOT_CONFORMANT:
        waived = sum(r.waived for r in view.judgement.requirements if r.verdict is Verdict.FAIL)
        of_these = f", {waived} of them waived" if waived else ""
        return f"{plural(number, 'mandatory requirement')} failed{of_these}"
    if judgement.outcome is Outcome.UNDECIDED:
        waiting = f"{plural(number, 'mandatory requirement')} without a verdict"
        return waiting if number else _open_reason(view)
    return f"{plural(number, 'mandatory requirement')} decided, none failed"


def _open_reason(view: ReportView) -> str:
    """Why a run is undecided although no requirement waits for a verdict."""
    if view.run.state is not RunState.COMPLETE:
        return "the run did not come to its end"
    if view.run.header.settings.insecure:
        return "a run without TLS verification does not show who answered"
    results = view.judgement.requirements
    if any(r.requirement.level.mandatory and r.verdict.decisive for r in results):
        return "not every planned test has a result"
    return "not one mandatory requirement was decided"


def gate_reason(view: ReportView) -> str:
    """How the gate differs from the outcome; empty where it does not."""
    judgement = view.judgement
    if judgement.gate_outcome is judgement.outcome:
        return ""
    words = OUTCOME_WORDS[judgement.gate_outcome].lower()
    if judgement.gate_outcome is Outcome.NOT_CONFORMANT:
        return f"{words}, because the gate fails on {view.run.header.settings.fail_on}"
    return f"{words}, with waived failures set aside"


def met(count: Count) -> str:
    """The denominator of a level in words: ``SHALL 15 of 21``."""
    return f"{count.level} {count.passed} of {count.total - count.not_applicable}"


def _header(view: ReportView, width: int) -> Iterator[Line]:
    header = view.run.header
    profile = header.profile
    named = f"{profile.name} {profile.version} ({profile.status.value})"
    yield from labelled("Profile", f"{named}  {short_digest(profile.digest)}", width=width)
    for pack in header.packs:
        named = f"{pack.name} {pack.version}"
        yield from labelled("Pack", f"{named}  {short_digest(pack.digest)}", width=width)
    target = "  ".join(part for part in (header.endpoint, header.environment) if part)
    yield from labelled("Target", target, width=width)
    if about := product(view):
        yield from labelled("Product", about, width=width)
    facts = (header.id, instant(header.started), elapsed(view), f"tool {header.tool_version}")
    yield from labelled("Run", "  ".join(facts), width=width)


def _gaps(view: ReportView, width: int) -> Iterator[Line]:
    found = gaps(view)
    for verdict in (Verdict.ERROR, Verdict.NOT_TESTED):
        mine = [gap for gap in found if gap.verdict is verdict]
        if not mine:
            continue
        yield BLANK
        total = sum(len(gap.results) for gap in mine)
        yield (
            Span(VERDICT_WORDS[verdict], VERDICT_ROLES[verdict]),
            Span(f"  {plural(total, 'requirement')}, grouped by cause"),
        )
        for gap in mine:
            head = (Span(f"{len(gap.results):>6}  "),)
            yield from wrapped(head, f"{gap.words}: {id_list(gap.results)}", width=width, hang=8)
            label, text = ("to decide", gap.remedy) if gap.remedy else ("because", gap.texts[0])
            yield from labelled(label, text, width=width, indent=8, column=11)


def _table(view: ReportView) -> Iterator[Line]:
    heading = "".join(f"{name:>{size}}" for name, size in _COLUMNS)
    yield (Span(f"{'':<8}{heading}", Role.LABEL),)
    for count in counts(view):
        numbers = (
            (count.total, Role.STRONG),
            (count.passed, Role.GOOD),
            (count.failed, Role.BAD),
            (count.warned, Role.DOUBT),
            (count.errors, Role.DOUBT),
            (count.not_tested, Role.DOUBT),
            (count.not_applicable, Role.PLAIN),
            (count.waived, Role.PLAIN),
            (count.attested, Role.PLAIN),
        )
        cells = (
            Span(f"{number:>{size}}", role if number else Role.QUIET)
            for (number, role), (_, size) in zip(numbers, _COLUMNS, strict=True)
        )
        yield (Span(f"{count.level:<8}", Role.STRONG), *cells)


def _last_lines(view: ReportView, width: int) -> Iterator[Line]:
    outcome = view.judgement.outcome
    head = (
        Span(f"{'Outcome':<10}", Role.LABEL),
        Span(OUTCOME_WORDS[outcome], OUTCOME_ROLES[outcome]),
        Span("  "),
    )
    yield from wrapped(head, outcome_reason(view), width=width, hang=10)
    if gate := gate_reason(view):
        yield from labelled("Gate", gate, width=width)
    applicable = "  ".join(met(count) for count in counts(view))
    yield from labelled("Passed", f"{applicable}  (of those that apply)", width=width)
    for path in view.reports or (view.directory,):
        yield from labelled("Report", path, width=width)
    # Not wrapped: it must be one command when it is pasted.
    yield (Span(f"{'Next':<10}", Role.LABEL), Span(next_command(view), Role.COMMAND))
