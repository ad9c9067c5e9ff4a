"""Failure blocks for the HTML report, each with the exchanges that show it.

An exchange can show several requirements broken.  It is embedded under the first and
linked from the others, so that one bad answer does not make the page ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.blocks import Block, Link, Observed, blocks, source_links
from conformance_cli.reporting.exchanges import Budget, ShownExchange
from conformance_cli.reporting.view import ReportView

#: Exchanges embedded under one requirement, one per observation; the others are named.
_MAX_EXCHANGES = 4
_MAX_OBSERVED = 25


@dataclass(frozen=True, slots=True)
class HtmlExchange:
    """An exchange under a requirement: shown here, shown elsewhere, or not kept."""

    id: str
    #: Fragment of the place where it is shown; empty where it is not kept.
    anchor: str
    #: ``None`` where it is shown under another requirement, or not kept.
    shown: ShownExchange | None


@dataclass(frozen=True, slots=True)
class HtmlBlock:
    """A requirement that is not met, ready to show."""

    block: Block
    links: tuple[Link, ...]
    exchanges: tuple[HtmlExchange, ...]
    #: Evidence ids beyond those.
    more_exchanges: tuple[str, ...]

    @property
    def observed(self) -> tuple[Observed, ...]:
        """The observations that are shown."""
        return self.block.observed[:_MAX_OBSERVED]

    @property
    def hidden(self) -> int:
        """How many observations are not shown."""
        return max(0, len(self.block.observed) - _MAX_OBSERVED)


@dataclass(slots=True)
class Blocks:
    """All blocks of a report; remembers which exchanges are already on the page."""

    view: ReportView
    budget: Budget
    anchors: dict[str, str]
    failures: tuple[HtmlBlock, ...] = ()
    warnings: tuple[HtmlBlock, ...] = ()

    @classmethod
    def of(cls, view: ReportView) -> Blocks:
        """The blocks of failures, then of warnings."""
        made = cls(view, Budget(), {})
        made.failures = tuple(made._block(b) for b in blocks(view, Verdict.FAIL))
        made.warnings = tuple(made._block(b) for b in blocks(view, Verdict.WARNING))
        return made

    def _block(self, block: Block) -> HtmlBlock:
        first_of_each = [seen.exchanges[0] for seen in block.observed if seen.exchanges]
        ids = tuple(dict.fromkeys(first_of_each))[:_MAX_EXCHANGES]
        return HtmlBlock(
            block,
            source_links(self.view, block.result),
            tuple(self._exchange(evidence_id) for evidence_id in ids),
            tuple(other for other in block.exchanges if other not in ids),
        )

    def _exchange(self, evidence_id: str) -> HtmlExchange:
        if evidence_id in self.anchors:
            return HtmlExchange(evidence_id, self.anchors[evidence_id], None)
        evidence = self.view.evidence(evidence_id)
        if evidence is None:
            return HtmlExchange(evidence_id, "", None)
        self.anchors[evidence_id] = f"exchange-{len(self.anchors) + 1}"
        return HtmlExchange(evidence_id, self.anchors[evidence_id], self.budget.show(evidence))
