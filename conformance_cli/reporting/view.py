"""The one thing every format is made of, so that their numbers cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from conformance_cli.model.exchange import Evidence
from conformance_cli.model.judgement import Judgement, LevelCount, RequirementResult
from conformance_cli.model.run import Run
from conformance_cli.model.verdict import Outcome, Verdict

#: The words in which every report speaks of a verdict.  Colour only repeats them.
VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.PASS: "PASS",
    Verdict.FAIL: "FAIL",
    Verdict.WARNING: "WARN",
    Verdict.NOT_APPLICABLE: "N/A",
    Verdict.NOT_TESTED: "NOT-TESTED",
    Verdict.ERROR: "ERROR",
}
OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.CONFORMANT: "CONFORMANT",
    Outcome.NOT_CONFORMANT: "NOT CONFORMANT",
    Outcome.UNDECIDED: "UNDECIDED",
}


@dataclass(frozen=True, slots=True)
class ReportView:
    """A judged run, with a way to its evidence."""

    run: Run
    judgement: Judgement
    #: Reads one exchange from the run directory; ``None`` where it was not kept.
    evidence: Callable[[str], Evidence | None]
    #: The run directory, as the user would type it.
    directory: str
    #: Report files that were written, as the user would type them.
    reports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """The denominator of one level.

    The six verdicts add up to ``total``.  ``waived`` and ``attested`` are overlays: how
    many of those have a waiver, and how many only a person can decide.
    """

    level: str
    total: int
    passed: int
    failed: int
    warned: int
    errors: int
    not_tested: int
    not_applicable: int
    waived: int
    attested: int

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many requirements have each verdict, in the order of the reports."""
        return {
            Verdict.PASS: self.passed,
            Verdict.FAIL: self.failed,
            Verdict.WARNING: self.warned,
            Verdict.ERROR: self.errors,
            Verdict.NOT_TESTED: self.not_tested,
            Verdict.NOT_APPLICABLE: self.not_applicable,
        }


@dataclass(frozen=True, slots=True)
class Section:
    """The requirements of one section of the profile."""

    id: str
    title: str
    results: tuple[RequirementResult, ...]


def counts(view: ReportView) -> tuple[Count, ...]:
    """The denominators of every level, as the judgement has them."""
    return tuple(_count(level) for level in view.judgement.levels)


def sections(view: ReportView) -> tuple[Section, ...]:
    """Every requirement by section: the profile's reading order, then the rest."""
    titles = view.run.header.profile.sections
    found: dict[str, list[RequirementResult]] = {key: [] for key in titles}
    for result in view.judgement.requirements:
        found.setdefault(result.requirement.section, []).append(result)
    return tuple(
        Section(key, titles.get(key) or key or "General", tuple(results))
        for key, results in found.items()
        if results
    )


def of_verdict(view: ReportView, verdict: Verdict) -> tuple[RequirementResult, ...]:
    """Requirements with a verdict, those that no waiver covers first."""
    results = [r for r in view.judgement.requirements if r.verdict is verdict]
    return tuple(sorted(results, key=lambda result: result.waived))


def evidence_ids(result: RequirementResult) -> tuple[str, ...]:
    """The exchanges that a requirement's verdict stands on, in the order sent."""
    return tuple(dict.fromkeys(a.exchange for a in result.assertions if a.exchange))


def left_behind(view: ReportView) -> Iterator[tuple[str, str]]:
    """Test id and what its cleanup could not take away from the live system."""
    for test in view.run.tests:
        for thing in test.left_behind:
            yield test.id, thing


def short_digest(digest: str) -> str:
    """Enough of a digest for a person to compare: ``sha256:4f1c0a9e2b7d``."""
    algorithm, separator, value = digest.partition(":")
    return f"{algorithm}{separator}{value[:12]}"


def duration(milliseconds: float) -> str:
    """A time span for people: ``840 ms``, ``12.4 s``, ``3 min 5 s``."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s"


def _count(level: LevelCount) -> Count:
    def of(verdict: Verdict) -> int:
        return level.verdicts.get(verdict.value, 0)

    return Count(
        level=level.level,
        total=level.total,
        passed=of(Verdict.PASS),
        failed=of(Verdict.FAIL),
        warned=of(Verdict.WARNING),
        errors=of(Verdict.ERROR),
        not_tested=of(Verdict.NOT_TESTED),
        not_applicable=of(Verdict.NOT_APPLICABLE),
        waived=level.waived,
        attested=level.attested,
    )
