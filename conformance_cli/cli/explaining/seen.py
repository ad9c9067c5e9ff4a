"""What one run saw of a requirement or a test, with curl lines to see it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance_cli.cli.output import fields, wrapped
from conformance_cli.model.exchange import Evidence
from conformance_cli.model.result import AssertionResult
from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.exchanges import MAX_BODY, Budget, ShownMessage
from conformance_cli.reporting.shell import curl
from conformance_cli.reporting.text import safe_text
from conformance_cli.reporting.view import VERDICT_WORDS, ReportView

_BAD = (Verdict.FAIL, Verdict.WARNING, Verdict.ERROR)
#: Exchanges shown with curl; the report has them all.
_CURLS = 3


def requirement_lines(requirement_id: str, view: ReportView) -> Iterator[str]:
    """The verdict of a requirement in a run, and everything that is against it."""
    run = view.run.header
    for result in view.judgement.requirements:
        if result.requirement.id != requirement_id:
            continue
        waived = " (waived)" if result.waived else ""
        yield f"  In run {run.id}: {VERDICT_WORDS[result.verdict]}{waived}"
        for reason in result.reasons:
            remedy = f"; {reason.remedy}" if reason.remedy else ""
            yield wrapped(safe_text(reason.text + remedy), indent="      ", first="    because ")
        yield from _assertions(result.assertions, view)
        return
    yield f"  Run {run.id} was judged over {run.profile.ref}, which has no {requirement_id}"


def test_lines(test_ids: Sequence[str], view: ReportView) -> Iterator[str]:
    """The results of tests in a run, and what was wrong."""
    for test in view.run.tests:
        if test.id in test_ids:
            yield f"  In run {view.run.header.id}: {test.id} {VERDICT_WORDS[test.verdict]}"
            if test.reason is not None:
                yield wrapped(safe_text(test.reason.text), indent="      ", first="    because ")
            yield from _assertions(test.assertions, view)


def exchange_text(evidence: Evidence) -> str:
    """One exchange in full, and the whole curl command that sends it again."""
    shown = Budget().show(evidence)
    parts = [f"{evidence.id}  {shown.timing}", "", *_message(shown.request)]
    if shown.response is not None:
        parts += ["", *_message(shown.response)]
    if shown.failure:
        parts += ["", safe_text(shown.failure)]
    parts += ["", "Again:", curl(evidence, inline_body=MAX_BODY)]
    if shown.redactions:
        parts += ["", wrapped(f"Masked: {shown.redactions}", indent="  ", first="")]
    return "\n".join(parts)


def _message(message: ShownMessage) -> Iterator[str]:
    yield message.first_line
    yield from (f"{name}: {value}" for name, value in message.headers)
    if message.body is not None:
        yield ""
        yield message.body.text or f"({message.body.note})"


def _assertions(assertions: Sequence[AssertionResult], view: ReportView) -> Iterator[str]:
    exchanges: dict[str, None] = {}
    for assertion in assertions:
        if assertion.verdict not in _BAD:
            continue
        if assertion.exchange:
            exchanges[assertion.exchange] = None
        yield f"    {VERDICT_WORDS[assertion.verdict]} {assertion.id}: {safe_text(assertion.title)}"
        yield fields(
            (
                ("expected", safe_text(assertion.expected)),
                ("actual", safe_text(assertion.actual)),
                ("where", safe_text(assertion.where)),
                ("because", safe_text(assertion.reason.text) if assertion.reason else ""),
                ("evidence", assertion.exchange),
                ("defined", assertion.source),
            ),
            indent="      ",
        )
    for exchange_id in list(exchanges)[:_CURLS]:
        evidence = view.evidence(exchange_id)
        if evidence is not None:
            yield f"\n    {exchange_id} again:"
            yield "\n".join(f"    {line}" for line in curl(evidence).splitlines())
    if len(exchanges) > _CURLS:
        yield f"    and {len(exchanges) - _CURLS} more exchanges, all in the report"
