"""GitHub workflow commands: annotations on the run page.

Escaping follows the ``toCommandValue`` and ``escapeProperty`` functions of
github.com/actions/toolkit (packages/core/src/command.ts).  GitHub shows ten annotations
of a kind per step and drops the rest, so the last of ours says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.verdict import Outcome, Verdict
from conformance_cli.reporting.blocks import Block, blocks
from conformance_cli.reporting.gaps import gaps
from conformance_cli.reporting.shell import explain_command, next_command
from conformance_cli.reporting.summary import met, outcome_reason
from conformance_cli.reporting.text import plural, safe_text, shorten
from conformance_cli.reporting.view import OUTCOME_WORDS, VERDICT_WORDS, ReportView, counts

#: Annotations of one kind that GitHub shows per step.
CAP = 10
_MAX_VALUE = 300


def render(view: ReportView) -> str:
    """All annotations of a run, one per line."""
    return "".join(f"{line}\n" for line in commands(view))


def commands(view: ReportView) -> Iterator[str]:
    """Errors for failed requirements, warnings for the rest, and the outcome last."""
    failed = blocks(view, Verdict.FAIL)
    yield from _capped("error", [block for block in failed if not block.result.waived])
    warned = [*blocks(view, Verdict.WARNING), *(block for block in failed if block.result.waived)]
    yield from _capped("warning", warned)
    yield _outcome(view)


def annotation(kind: str, title: str, message: str) -> str:
    """One workflow command; ``kind`` is ``error``, ``warning`` or ``notice``."""
    name = _value(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{_value(message)}"


def inert(line: str) -> str:
    """A log line that the runner does not take for a command.

    It looks for ``::`` at the start of a line and for ``##[`` anywhere in it.
    """
    tamed = line.replace("##[", "# #[")
    return f"| {tamed}" if tamed.lstrip().startswith("::") else tamed


def _capped(kind: str, found: Sequence[Block]) -> Iterator[str]:
    shown = found if len(found) <= CAP else found[: CAP - 1]
    for block in shown:
        yield annotation(kind, _title(block.result), _message(block))
    if hidden := found[len(shown) :]:
        ids = ", ".join(block.result.requirement.id for block in hidden)
        yield annotation(kind, f"and {len(hidden)} more", shorten(ids, 2_000))


def _title(result: RequirementResult) -> str:
    waived = " (waived)" if result.waived else ""
    return f"{result.requirement.id} {VERDICT_WORDS[result.verdict]}{waived}"


def _message(block: Block) -> str:
    requirement = block.result.requirement
    lines = [f"{requirement.level.value}: {safe_text(requirement.text)}"]
    for seen in block.observed[:1]:
        lines.append(f"expected: {shorten(safe_text(seen.expected or seen.title), _MAX_VALUE)}")
        lines.append(f"actual: {shorten(safe_text(seen.actual or 'it is not so'), _MAX_VALUE)}")
        place = "  ".join(part for part in (*seen.exchanges[:1], seen.where) if part)
        lines.append(f"where: {shorten(safe_text(place or 'before any request'), _MAX_VALUE)}")
    if len(block.observed) > 1:
        lines.append(f"and {plural(len(block.observed) - 1, 'other difference')}")
    lines.append(explain_command(requirement.id))
    return "\n".join(lines)


def _outcome(view: ReportView) -> str:
    outcome = view.judgement.outcome
    lines = [outcome_reason(view), "Passed: " + ", ".join(met(count) for count in counts(view))]
    lines += [
        safe_text(
            f"{VERDICT_WORDS[gap.verdict]} {len(gap.results)}: {gap.words}"
            + (f"; {gap.remedy}" if gap.remedy else "")
        )
        for gap in gaps(view)[:5]
    ]
    lines.append(f"Next: {next_command(view)}")
    good = outcome is Outcome.CONFORMANT and view.judgement.gate_met
    kind = "notice" if good else "error"
    return annotation(kind, OUTCOME_WORDS[outcome], "\n".join(line for line in lines if line))


def _value(text: str) -> str:
    lines = (safe_text(line) for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25").replace("\r", "%0D") for line in lines)
