"""Failure blocks: why a requirement has its verdict, said once and not once per test."""

from __future__ import annotations

from dataclasses import dataclass

from conformance_cli.model.judgement import RequirementResult
from conformance_cli.model.requirement import Source
from conformance_cli.model.result import AssertionResult
from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.view import ReportView, of_verdict

#: Assertions that speak for a verdict.  A SHOULD that is not met is a warning of the
#: requirement although its assertion failed.
_SPEAKS = {
    Verdict.FAIL: (Verdict.FAIL,),
    Verdict.WARNING: (Verdict.FAIL, Verdict.WARNING),
    Verdict.ERROR: (Verdict.ERROR,),
}


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing that was seen to be wrong, however often it was seen."""

    title: str
    expected: str
    actual: str
    #: FHIRPath, header name or JSON Pointer.
    where: str
    #: Evidence ids, in the order sent.
    exchanges: tuple[str, ...]
    #: How many assertions showed it.
    times: int
    #: ``file:line`` of the first of them in the pack.
    source: str


@dataclass(frozen=True, slots=True)
class Block:
    """A requirement that is not met, and everything that shows it."""

    result: RequirementResult
    observed: tuple[Observed, ...]

    @property
    def exchanges(self) -> tuple[str, ...]:
        """Evidence ids over all observations, first seen first."""
        return tuple(dict.fromkeys(e for seen in self.observed for e in seen.exchanges))


@dataclass(frozen=True, slots=True)
class Link:
    """Where a requirement is published.  ``url`` is empty unless it is http(s)."""

    text: str
    url: str


def blocks(view: ReportView, verdict: Verdict) -> tuple[Block, ...]:
    """One block per requirement with this verdict (``fail``, ``warning`` or ``error``)."""
    return tuple(block(result) for result in of_verdict(view, verdict))


def block(result: RequirementResult) -> Block:
    """The block of one requirement; identical observations become one."""
    speaks = _SPEAKS.get(result.verdict, ())
    groups: dict[tuple[str, str, str, str], list[AssertionResult]] = {}
    for assertion in result.assertions:
        if assertion.verdict in speaks:
            key = (assertion.title, assertion.expected, assertion.actual, assertion.where)
            groups.setdefault(key, []).append(assertion)
    return Block(result, tuple(_observed(group) for group in groups.values()))


def source_links(view: ReportView, result: RequirementResult) -> tuple[Link, ...]:
    """Where the requirement is published, most specific address first."""
    return tuple(_link(view, source) for source in result.requirement.sources)


def _link(view: ReportView, source: Source) -> Link:
    document = view.run.header.profile.sources.get(source.ref)
    title = document.title if document else source.ref
    text = f"{title}, {source.at}" if source.at else title
    url = source.url or (document.link(source.at) if document else "")
    # Anything else (javascript:, data:, file:) would be code or a local file in a browser.
    return Link(text, url if url.lower().startswith(("https://", "http://")) else "")


def _observed(group: list[AssertionResult]) -> Observed:
    first = group[0]
    return Observed(
        title=first.title,
        expected=first.expected,
        actual=first.actual,
        where=first.where,
        exchanges=tuple(dict.fromkeys(a.exchange for a in group if a.exchange)),
        times=len(group),
        source=first.source,
    )
