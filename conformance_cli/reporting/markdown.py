"""The report as GitHub-flavoured Markdown, for step summaries and merge requests.

Text from the profile is escaped; text from the endpoint only ever stands in code spans.
GitHub refuses step summaries above 1 MiB, so failures beyond the first fifty are named
and not shown; the numbers always cover all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.reporting.blocks import Block, Link, Observed, blocks, source_links
from conformance_cli.reporting.facts import elapsed, instant, notices, product
from conformance_cli.reporting.gaps import Gap, gaps
from conformance_cli.reporting.shell import curl, explain_command, next_command
from conformance_cli.reporting.summary import met, outcome_reason
from conformance_cli.reporting.text import code_span, markdown_text, plural, safe_text, shorten
from conformance_cli.reporting.view import (
    OUTCOME_WORDS,
    VERDICT_WORDS,
    ReportView,
    counts,
    short_digest,
)

_ICONS = {Outcome.CONFORMANT: "✅", Outcome.NOT_CONFORMANT: "❌", Outcome.UNDECIDED: "❔"}
_MAX_BLOCKS = 50
_MAX_OBSERVED = 5
_MAX_VALUE = 300
_MAX_BODY = 1_000
_MAX_CURL = 3_000


def render(view: ReportView) -> str:
    """The whole report, ending with a line break."""
    return "\n".join(_lines(view)) + "\n"


def _lines(view: ReportView) -> Iterator[str]:
    outcome = view.judgement.outcome
    profile = view.run.header.profile
    title = markdown_text(f"{OUTCOME_WORDS[outcome].capitalize()}: {profile.title}")
    yield f"# {_ICONS[outcome]} {title}"
    yield ""
    yield markdown_text(f"{outcome_reason(view)}.".capitalize())
    yield "Passed, of those that apply: " + ", ".join(met(count) for count in counts(view)) + "."
    yield ""
    yield from _denominators(view)
    for notice in notices(view):
        yield f"> **Note** {code_span(notice)}"
        yield ""
    yield from _blocks("Failures", blocks(view, Verdict.FAIL), view)
    yield from _blocks("Warnings", blocks(view, Verdict.WARNING), view)
    yield from _gaps(gaps(view))
    yield from _facts(view)


def _denominators(view: ReportView) -> Iterator[str]:
    yield ("| Level | Total | Pass | Fail | Warn | Error | Not tested | N/A | Waived | Attested |")
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for count in counts(view):
        numbers = (count.total, *count.verdicts.values(), count.waived, count.attested)
        yield f"| {markdown_text(count.level)} | " + " | ".join(map(str, numbers)) + " |"
    yield ""


def _blocks(heading: str, found: Sequence[Block], view: ReportView) -> Iterator[str]:
    if not found:
        return
    yield f"## {heading} ({len(found)})"
    yield ""
    for block in found[:_MAX_BLOCKS]:
        yield from _block(block, view)
    if hidden := [block.result for block in found[_MAX_BLOCKS:]]:
        yield f"And {len(hidden)} more: {_ids(hidden)}"
        yield ""


def _block(block: Block, view: ReportView) -> Iterator[str]:
    result = block.result
    requirement = result.requirement
    words = f"{VERDICT_WORDS[result.verdict]}{' (WAIVED)' if result.waived else ''}"
    yield f"### {words} {markdown_text(requirement.id)} {requirement.level.value}"
    yield ""
    yield markdown_text(requirement.text)
    yield ""
    if links := source_links(view, result):
        yield "Source: " + "; ".join(_link(link) for link in links)
        yield ""
    for seen in block.observed[:_MAX_OBSERVED]:
        yield from _observed(seen)
    if len(block.observed) > _MAX_OBSERVED:
        yield f"- and {plural(len(block.observed) - _MAX_OBSERVED, 'other difference')}"
    if result.waiver is not None:
        waiver = result.waiver
        text = f"{waiver.reason} ({waiver.approver}, until {waiver.expires.isoformat()})"
        yield f"- **Waived** {markdown_text(text)}"
    yield f"- **More** {code_span(explain_command(requirement.id))}"
    yield ""
    yield from _curl(view, block)


def _observed(seen: Observed) -> Iterator[str]:
    place = "  ".join(part for part in (*seen.exchanges[:1], seen.where) if part)
    times = f" (seen {seen.times} times)" if seen.times > 1 else ""
    yield f"- **Expected** {_value(seen.expected or seen.title)}\\"
    yield f"  **Actual** {_value(seen.actual or 'it is not so')}\\"
    yield f"  **Where** {_value(place or 'before any request')}{times}"


def _curl(view: ReportView, block: Block) -> Iterator[str]:
    evidence = view.evidence(block.exchanges[0]) if block.exchanges else None
    if evidence is None:
        return
    command = curl(evidence, inline_body=_MAX_BODY)
    if len(command) > _MAX_CURL:
        return
    yield "<details><summary>curl</summary>"
    yield ""
    # Indented code has no end that a value could write; a fence would.
    yield from (f"    {line}" for line in command.split("\n"))
    yield ""
    yield "</details>"
    yield ""


def _gaps(found: Sequence[Gap]) -> Iterator[str]:
    if not found:
        return
    yield "## Without a verdict"
    yield ""
    yield "| Verdict | Requirements | Because | To decide | Ids |"
    yield "|---|--:|---|---|---|"
    for gap in found:
        cells = (
            VERDICT_WORDS[gap.verdict],
            str(len(gap.results)),
            f"{markdown_text(gap.words)}: {_value(gap.texts[0])}",
            _value(gap.remedy) if gap.remedy else "",
            _ids([*gap.results]),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _facts(view: ReportView) -> Iterator[str]:
    header = view.run.header
    profile = header.profile
    yield "## Run"
    yield ""
    yield "| Fact | Value |"
    yield "|---|---|"
    pairs = [
        ("Profile", f"{profile.ref} ({profile.status.value}) {short_digest(profile.digest)}"),
        *(("Pack", f"{pack.ref} {short_digest(pack.digest)}") for pack in header.packs),
        ("Target", header.endpoint),
        ("Environment", header.environment),
        ("Product", product(view)),
        ("Run", header.id),
        ("Started", f"{instant(header.started)}, {elapsed(view)}"),
        ("Tool", f"conformance {header.tool_version}"),
        ("Report", ", ".join(view.reports or (view.directory,))),
        ("Next", next_command(view)),
    ]
    for label, value in pairs:
        if value:
            yield f"| {label} | {code_span(value)} |"


def _ids(results: Sequence[RequirementResult]) -> str:
    return ", ".join(markdown_text(result.requirement.id) for result in results)


def _link(link: Link) -> str:
    if not link.url or set(link.url) & set("<>()[] \\") or safe_text(link.url) != link.url:
        return markdown_text(link.text)
    return f"[{markdown_text(link.text)}](<{link.url}>)"


def _value(text: str) -> str:
    return code_span(shorten(text, _MAX_VALUE))
