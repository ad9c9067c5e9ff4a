"""Failure blocks on a terminal: five facts each, always in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.blocks import Block, Observed, blocks, source_links
from conformance_cli.reporting.lines import (
    BLANK,
    VERDICT_ROLES,
    Line,
    Role,
    Span,
    labelled,
    wrapped,
)
from conformance_cli.reporting.shell import curl, evidence_command, explain_command
from conformance_cli.reporting.text import plural, shorten
from conformance_cli.reporting.view import VERDICT_WORDS, ReportView

#: Blocks and observations beyond these are named or counted, not shown.
_MAX_BLOCKS = 20
_MAX_OBSERVED = 3
_MAX_EVIDENCE = 4
_MAX_VALUE = 400
_MAX_IDS = 12
_MAX_BODY = 300
_INDENT = 6


def failure_lines(view: ReportView, width: int) -> Iterator[Line]:
    """Every failed requirement as a block; the twenty-first and later by id."""
    found = blocks(view, Verdict.FAIL)
    for block in found[:_MAX_BLOCKS]:
        yield BLANK
        yield from _title(block.result, width)
        yield from _what(block, width)
        yield from _how_to_see(view, block, width)
    yield from _rest([block.result for block in found[_MAX_BLOCKS:]], Verdict.FAIL, width)


def warning_lines(view: ReportView, width: int) -> Iterator[Line]:
    """Every warning, more briefly: what was seen first, and where."""
    found = blocks(view, Verdict.WARNING)
    for block in found[:_MAX_BLOCKS]:
        yield BLANK
        yield from _title(block.result, width)
        for seen in block.observed[:1]:
            yield from _observed(seen, width)
    yield from _rest([block.result for block in found[_MAX_BLOCKS:]], Verdict.WARNING, width)


def id_list(results: Sequence[RequirementResult]) -> str:
    """The first ids, and how many more there are."""
    shown = ", ".join(result.requirement.id for result in results[:_MAX_IDS])
    hidden = len(results) - _MAX_IDS
    return f"{shown} and {hidden} more" if hidden > 0 else shown


def _title(result: RequirementResult, width: int) -> Iterator[Line]:
    requirement = result.requirement
    head = (
        Span(VERDICT_WORDS[result.verdict], VERDICT_ROLES[result.verdict]),
        Span(" WAIVED" if result.waived else "", Role.LABEL),
        Span("  "),
        Span(requirement.id, Role.STRONG),
        Span(f"  {requirement.level.value}  "),
    )
    yield from wrapped(head, requirement.text, width=width, hang=_INDENT)


def _what(block: Block, width: int) -> Iterator[Line]:
    for seen in block.observed[:_MAX_OBSERVED]:
        yield from _observed(seen, width)
    hidden = len(block.observed) - _MAX_OBSERVED
    if hidden > 0:
        yield from _row("and", f"{plural(hidden, 'other difference')}, see the reports", width)
    if block.result.waiver is not None:
        waiver = block.result.waiver
        text = f"{waiver.reason} ({waiver.approver}, until {waiver.expires.isoformat()})"
        yield from _row("waived", text, width)


def _observed(seen: Observed, width: int) -> Iterator[Line]:
    yield from _row("expected", seen.expected or seen.title, width)
    yield from _row("actual", seen.actual or "it is not so", width)
    place = "  ".join(part for part in (*seen.exchanges[:1], seen.where) if part)
    times = f"  (seen {seen.times} times)" if seen.times > 1 else ""
    yield from _row("where", (place or "before any request") + times, width)


def _how_to_see(view: ReportView, block: Block, width: int) -> Iterator[Line]:
    if block.exchanges:
        hidden = len(block.exchanges) - _MAX_EVIDENCE
        shown = ", ".join(block.exchanges[:_MAX_EVIDENCE])
        yield from _row("evidence", f"{shown} and {hidden} more" if hidden > 0 else shown, width)
        yield from _curl(view, block.exchanges[0], width)
    for link in source_links(view, block.result)[:1]:
        yield from _row("source", link.text, width)
        if link.url:
            yield from _row("", link.url, width)
    explain = explain_command(block.result.requirement.id)
    yield from _row("explain", explain, width, Role.COMMAND)


def _curl(view: ReportView, exchange: str, width: int) -> Iterator[Line]:
    evidence = view.evidence(exchange)
    if evidence is None:
        return
    for number, line in enumerate(curl(evidence, inline_body=_MAX_BODY).split("\n")):
        label = "" if number else "curl"
        # Never wrapped: it must still be one command when it is pasted.
        yield (Span(" " * _INDENT), Span(f"{label:<10}", Role.LABEL), Span(line, Role.COMMAND))
    body = evidence.request.body
    if body is not None and body.text is not None and len(body.text) > _MAX_BODY:
        yield from _row("body", evidence_command(exchange, view.directory), width, Role.COMMAND)


def _rest(results: Sequence[RequirementResult], verdict: Verdict, width: int) -> Iterator[Line]:
    if results:
        yield BLANK
        head = (Span(VERDICT_WORDS[verdict], VERDICT_ROLES[verdict]), Span("  "))
        text = f"and {len(results)} more: {id_list(results)}"
        yield from wrapped(head, text, width=width, hang=_INDENT)


def _row(label: str, text: str, width: int, role: Role = Role.PLAIN) -> Iterator[Line]:
    text = shorten(text, _MAX_VALUE)
    yield from labelled(label, text, width=width, indent=_INDENT, role=role)
