"""One trial: a pack against its reference supplier, with one fault planted or none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance_cli.model.diagnostics import ConformanceError, ExitCode
from conformance_cli.model.pack import Effect, TestPack
from conformance_cli.model.profile import Profile
from conformance_cli.model.result import PreflightResult, TestResult
from conformance_cli.model.run import RunState
from conformance_cli.model.verdict import Verdict

if TYPE_CHECKING:
    from conformance_cli.model.exchange import Evidence
    from conformance_cli.model.judgement import Judgement, RequirementResult
    from conformance_cli.reference import ReferenceSupplier, RunningSupplier


@dataclass(frozen=True, slots=True)
class Trial:
    """What a pack made of its supplier with one fault planted, or with none."""

    #: Empty for the conformant supplier.
    fault: str
    title: str
    #: Requirements that the fault must break.
    expected: tuple[str, ...]
    #: Requirements that the pack says are broken: failed or warned about.
    broken: tuple[str, ...]
    #: Requirements that a test names, and nothing decisive came of it.
    undecided: tuple[str, ...] = ()
    #: Requirements whose tests broke.
    errors: tuple[str, ...] = ()
    #: For each broken requirement, the first thing that showed it.
    shown_by: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def uncaught(self) -> tuple[str, ...]:
        """What should have been found broken, and was not."""
        return tuple(r for r in self.expected if r not in self.broken)

    @property
    def misblamed(self) -> tuple[str, ...]:
        """What was found broken, and is not."""
        return tuple(r for r in self.broken if r not in self.expected)

    @property
    def holds(self) -> bool:
        """Whether the pack says of this supplier what is true of it."""
        return not (self.uncaught or self.misblamed or (self.errors and not self.fault))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A pack and a profile that can be tried with any fault; can be sent to a process."""

    pack: TestPack
    profile: Profile

    def trial(self, fault: str) -> Trial:
        """Start the supplier with a fault, run the whole pack, judge, and compare."""
        from conformance_cli.reference import loopback_identity, serve, supplier

        clock = time.monotonic()
        reference = supplier(self.pack.reference)
        planted = frozenset({fault} if fault else ())
        with (
            loopback_identity(planted) as identity,
            serve(
                reference, faults=planted, version=self._version(reference), identity=identity
            ) as running,
        ):
            judgement = self._judged(running)
        named = {r for test in self.pack.tests for r in test.requirements} | {
            r for o in self.pack.observations for spec in o.expect for r in spec.verifies
        }
        results = judgement.requirements
        broken = [r for r in results if r.verdict in (Verdict.FAIL, Verdict.WARNING)]
        return Trial(
            fault=fault,
            title=next((f.title for f in reference.faults if f.name == fault), "conformant"),
            expected=tuple(b for e in self.pack.faults if e.fault == fault for b in e.breaks),
            broken=_ids(broken),
            undecided=_ids(
                r for r in results if r.verdict is Verdict.NOT_TESTED and r.requirement.id in named
            ),
            errors=_ids(r for r in results if r.verdict is Verdict.ERROR),
            shown_by=tuple(_shown_by(r) for r in broken),
            seconds=time.monotonic() - clock,
        )

    def _version(self, reference: ReferenceSupplier) -> str:
        versions = reference.versions
        return self.profile.version if self.profile.version in versions else versions[-1]

    def _judged(self, running: RunningSupplier) -> Judgement:
        from conformance_cli.cli.connection import local_bench
        from conformance_cli.engine import Choices, Runner, make_plan
        from conformance_cli.judge import Policy, judge
        from conformance_cli.model.run import RunHeader

        offered = running.supplier
        choices = Choices(
            allow=Effect.DESTRUCTIVE, fixtures=offered.fixtures, options=offered.options
        )
        plan = make_plan(self.profile, (self.pack,), choices)
        kept = _Kept([])
        now = datetime.now(UTC)
        header = RunHeader("proof", "", now, running.base_url, self.profile, ())
        with local_bench(running, plan) as bench:
            for _ in Runner(plan, bench, kept, header).events():
                pass
        return judge(
            self.profile, kept.results, options=plan.options, policy=Policy(), today=now.date()
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A recorder that keeps results in memory: a trial leaves no files."""

    results: list[TestResult]

    def preflight(self, result: PreflightResult) -> None:
        """Take a set-up check; one that failed says that the supplier is broken."""
        from conformance_cli.model.result import PreflightStatus

        if result.status is PreflightStatus.FAILED:
            raise ConformanceError.of(
                "reference-not-ready",
                f"the reference supplier does not pass the pack's preflight: {result.message}",
                place=result.name,
                hint=result.hint or None,
                exit_code=ExitCode.UNDECIDED,
            )

    def test_started(self, test_id: str) -> None:
        """Nothing to keep."""

    def test_finished(self, result: TestResult, evidence: Sequence[Evidence]) -> None:  # noqa: ARG002
        """Keep the result."""
        self.results.append(result)

    def finish(self, state: RunState, finished: datetime) -> None:
        """Nothing to keep."""


def _ids(results: Iterable[RequirementResult]) -> tuple[str, ...]:
    return tuple(result.requirement.id for result in results)


def _shown_by(result: RequirementResult) -> str:
    """One line on the first assertion that was not met."""
    for assertion in result.assertions:
        if assertion.verdict in (Verdict.FAIL, Verdict.WARNING):
            seen = f": expected {assertion.expected}, actual {assertion.actual}"
            return f"{result.requirement.id} by {assertion.id} ({assertion.title}{seen})"
    return result.requirement.id
