"""The runner: a plan in, a stream of typed events out."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime

from conformance_cli.engine.execution import Bench, run_test
from conformance_cli.engine.plan import Plan, PlannedTest
from conformance_cli.engine.ports import Recorder
from conformance_cli.engine.preflight import Preflight
from conformance_cli.model.events import (
    Event,
    PreflightChecked,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from conformance_cli.model.exchange import Evidence
from conformance_cli.model.pack import Effect
from conformance_cli.model.result import (
    AssertionResult,
    Cause,
    PreflightStatus,
    Reason,
    TestResult,
)
from conformance_cli.model.run import RunHeader, RunState
from conformance_cli.model.verdict import Verdict

_Outcome = tuple[TestResult, tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how long a run may go."""

    #: Read-only tests at the same time; tests that write always run alone.
    jobs: int = 1
    #: Seconds for the whole run; ``None`` is without end.
    max_time_s: float | None = None


class Runner:
    """Runs a plan once, recording every result before telling of it.

    Iterate ``events()`` to the end.  ``stop()`` may be called from a signal handler or
    another thread: the tests in flight finish with their cleanup, no other one starts,
    and the journal gets its footer.
    """

    def __init__(
        self,
        plan: Plan,
        bench: Bench,
        recorder: Recorder,
        header: RunHeader,
        *,
        pace: Pace | None = None,
        finished: Mapping[str, TestResult] | None = None,
    ) -> None:
        self._plan = plan
        self._bench = bench
        self._recorder = recorder
        self._header = header
        self._pace = pace or Pace()
        self._finished = finished or {}
        self._stopped = threading.Event()
        self._done = 0

    def stop(self) -> None:
        """Start no further test."""
        self._stopped.set()

    def events(self) -> Iterator[Event]:
        """Everything that happens, in order.  Results are on disk before their event."""
        yield RunStarted(self._header, runnable=len(self._plan.runnable))
        absent: dict[str, str] = {}
        preflight = Preflight(self._plan, self._bench)
        failed = False
        for result in preflight.checks():
            self._recorder.preflight(result)
            failed = failed or result.status is PreflightStatus.FAILED
            yield PreflightChecked(result)
        absent.update(preflight.absent_fixtures)
        if failed:
            yield self._finish(RunState.SETUP_FAILED)
            return
        self._plan = self._plan.without_fixtures(absent)
        yield from self._skipped()
        yield from self._tests()
        yield self._finish(RunState.INTERRUPTED if self._stopped.is_set() else RunState.COMPLETE)

    def _finish(self, state: RunState) -> RunFinished:
        finished = datetime.now(UTC)
        self._recorder.finish(state, finished)
        return RunFinished(state, finished)

    def _skipped(self) -> Iterator[Event]:
        for planned in self._plan.tests:
            if planned.skip is not None and planned.test.id not in self._finished:
                yield self._record((skipped_result(planned, planned.skip, planned.verdict), ()))

    def _tests(self) -> Iterator[Event]:
        waiting = [p for p in self._plan.runnable if p.test.id not in self._finished]
        self._done += len(self._finished)
        ends = None if self._pace.max_time_s is None else time.monotonic() + self._pace.max_time_s
        reads = [p for p in waiting if p.test.effect is Effect.READ]
        writes = [p for p in waiting if p.test.effect is not Effect.READ]
        if self._pace.jobs > 1:
            yield from self._parallel(reads, ends)
        else:
            yield from self._sequential(reads, ends)
        yield from self._sequential(writes, ends)

    def _sequential(self, tests: Sequence[PlannedTest], ends: float | None) -> Iterator[Event]:
        for planned in tests:
            if self._stopped.is_set():
                return
            if _over(ends):
                yield self._record((self._out_of_time(planned), ()))
                continue
            yield self._start(planned)
            yield self._record(run_test(planned, self._bench))

    def _parallel(self, tests: Sequence[PlannedTest], ends: float | None) -> Iterator[Event]:
        # the longest first, lest one of them be left alone at the end
        queue = deque(sorted(tests, key=_requests, reverse=True))
        running: set[Future[_Outcome]] = set()
        with ThreadPoolExecutor(self._pace.jobs, thread_name_prefix="test") as pool:
            while queue or running:
                while queue and len(running) < self._pace.jobs and not self._stopped.is_set():
                    planned = queue.popleft()
                    if _over(ends):
                        yield self._record((self._out_of_time(planned), ()))
                        continue
                    yield self._start(planned)
                    running.add(pool.submit(run_test, planned, self._bench))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield self._record(future.result())

    def _start(self, planned: PlannedTest) -> TestStarted:
        self._recorder.test_started(planned.test.id)
        return TestStarted(planned.test.id, planned.test.title)

    def _record(self, outcome: _Outcome) -> TestFinished:
        result, evidence = outcome
        self._recorder.test_finished(result, evidence)
        self._done += 1
        return TestFinished(result, done=self._done, total=len(self._plan.tests))

    def _out_of_time(self, planned: PlannedTest) -> TestResult:
        reason = Reason(
            Cause.DEADLINE,
            f"the run's {self._pace.max_time_s:g} s were over",
            "raise --max-time or --jobs",
        )
        return skipped_result(planned, reason, Verdict.NOT_TESTED)


def skipped_result(planned: PlannedTest, reason: Reason, verdict: Verdict) -> TestResult:
    """The result of a test that was not sent: one entry for each of its requirements."""
    test = planned.test
    assertion = AssertionResult(
        id=f"{test.id}:0.1",
        kind="",
        requirements=test.requirements,
        verdict=verdict,
        title=test.title,
        reason=reason,
        source=str(test.location),
    )
    return TestResult(
        id=test.id,
        title=test.title,
        pack=planned.pack.ref,
        effect=test.effect,
        verdict=verdict,
        requirements=test.requirements,
        assertions=(assertion,),
        reason=reason,
    )


def _requests(planned: PlannedTest) -> int:
    """About how many requests a test sends, one after the other."""
    procedures = planned.pack.procedures
    return sum(
        len(procedures[step.procedure].steps) if step.procedure else step.repeat
        for step in planned.test.steps
    )


def _over(ends: float | None) -> bool:
    return ends is not None and time.monotonic() > ends
