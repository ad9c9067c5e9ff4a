"""One test against the endpoint: steps, preconditions, captures, cleanup, evidence."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from conformance_cli.checks.subject import Subject
from conformance_cli.checks.validation import Validation
from conformance_cli.engine.assertions import judge_assertion, unreached
from conformance_cli.engine.captures import MissingCapture, capture
from conformance_cli.engine.plan import PlannedTest
from conformance_cli.engine.ports import Redactor, Sender
from conformance_cli.engine.reasons import MEND, missing_value, own_verdict, says_nothing
from conformance_cli.engine.requests import build_request
from conformance_cli.engine.scope import TestScope, exchange_names
from conformance_cli.engine.script import Frame, ScriptStep, unfold, unfold_cleanup
from conformance_cli.expressions import ExpressionError, MissingValue, render, truth
from conformance_cli.fhir import FhirPath
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.exchange import Evidence, Exchange, TlsFacts
from conformance_cli.model.pack import Json, Step
from conformance_cli.model.result import AssertionResult, Cause, Reason, TestResult
from conformance_cli.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Bench:
    """What every test of a run shares."""

    sender: Sender
    redactor: Redactor
    fhirpath: FhirPath
    fixtures: Mapping[str, str]
    options: Mapping[str, bool]
    #: A JSON Schema of a pack, by pack path and file name.
    schema: Callable[[str, str], Json]
    tls: Callable[[], TlsFacts | None]
    #: Validates bodies as FHIR resources; ``None`` where no assertion can ask for it.
    validation: Validation | None = None
    #: Seconds that one test may take, cleanup apart.
    test_deadline_s: float = 120.0
    #: ``none``, ``failures`` or ``all``.
    keep_bodies: str = "failures"


class _Stop(Exception):  # noqa: N818 - it stops a test, it is no error
    """The rest of the test cannot be decided, from the current step on."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


class _StopAfter(_Stop):
    """The current step was judged; what follows it cannot be decided."""


def run_test(planned: PlannedTest, bench: Bench) -> tuple[TestResult, tuple[Evidence, ...]]:
    """Run one test with its cleanup; never raises for anything the endpoint does."""
    return _Execution(planned, bench).run()


class _Execution:
    """The state of one test while it runs; used once, by one thread."""

    def __init__(self, planned: PlannedTest, bench: Bench) -> None:
        self._test = planned.test
        self._pack = planned.pack
        self._bench = bench
        self._scope = TestScope.start(
            fixtures=bench.fixtures,
            options=bench.options,
            values=planned.pack.values,
            each=planned.test.each,
        )
        self._deadline = time.monotonic() + bench.test_deadline_s
        self._exchanges: list[Exchange] = []
        self._results: list[AssertionResult] = []
        self._observed: list[AssertionResult] = []
        self._left_behind: list[str] = []
        #: Rendered parameters by frame number; ``None`` for a frame passed over.
        self._frames: dict[int, Mapping[str, Any] | None] = {}
        self._cleanups: list[tuple[Step, Frame | None]] = [(s, None) for s in self._test.cleanup]

    def run(self) -> tuple[TestResult, tuple[Evidence, ...]]:
        started, clock = datetime.now(UTC), time.monotonic()
        stopped = self._run_steps()
        self._clean_up()
        evidence = self._evidence()
        # all is learned now, so that a text is cleaned once for the whole test
        clean = cache(self._bench.redactor.text)
        result = TestResult(
            id=self._test.id,
            title=self._test.title,
            pack=self._pack.ref,
            effect=self._test.effect,
            verdict=own_verdict(self._results),
            requirements=self._test.requirements,
            assertions=tuple([_redacted(r, clean) for r in (*self._results, *self._observed)]),
            exchanges=tuple(e.id for e in self._exchanges),
            reason=stopped,
            left_behind=tuple(clean(t) for t in self._left_behind),
            started=started,
            elapsed_ms=round((time.monotonic() - clock) * 1000, 3),
        )
        return result, evidence

    def _run_steps(self) -> Reason | None:
        script = unfold(self._test, self._pack)
        for position, item in enumerate(script):
            try:
                self._run_step(item)
            except _Stop as stop:
                judged = 1 if isinstance(stop, _StopAfter) else 0
                self._record_unreached(script[position + judged :], stop.reason)
                return _redacted_reason(stop.reason, self._bench.redactor)
        return None

    def _run_step(self, item: ScriptStep) -> None:
        if not self._enter(item.frame):
            return
        step = item.step
        scope = self._view(item)
        try:
            if not truth(step.when, scope):
                return
        except ExpressionError as error:
            raise _Stop(missing_value(error)) from error
        if time.monotonic() > self._deadline:
            raise _Stop(
                Reason(
                    Cause.DEADLINE,
                    f"the test took longer than {self._bench.test_deadline_s:g} s",
                    "see which exchange was slow, or raise --timeout",
                )
            )
        subject = self._send(item, self._deadline)
        names = {**scope, **_names(subject)}
        self._require(item, subject, names)
        self._capture(item, subject, names, self._expect(item, subject, names))

    def _enter(self, frame: Frame | None) -> bool:
        """Begin a procedure the first time one of its steps is reached."""
        if frame is None:
            return True
        if not self._enter(frame.caller):
            return False
        if frame.number in self._frames:
            return self._frames[frame.number] is not None
        scope = self._scope.view(self._parameters(frame.caller))
        try:
            if not truth(frame.when, scope):
                self._frames[frame.number] = None
                return False
            absent = [name for name in frame.mandatory if name not in frame.parameters]
            if absent:
                raise _Stop(Reason(Cause.TOOL, f"procedure parameter {absent[0]} is not given"))
            self._frames[frame.number] = dict(render(dict(frame.parameters), scope))
        except ExpressionError as error:
            raise _Stop(missing_value(error)) from error
        self._cleanups.extend((step, frame) for step in frame.cleanup)
        return True

    def _parameters(self, frame: Frame | None) -> Mapping[str, Any]:
        return {} if frame is None else self._frames.get(frame.number) or {}

    def _view(self, item: ScriptStep) -> Mapping[str, Any]:
        return self._scope.view(self._parameters(item.frame), item.step.parameters)

    def _subject(self, exchanges: Sequence[Exchange]) -> Subject:
        bench = self._bench
        return Subject(
            exchanges=tuple(exchanges),
            fhirpath=bench.fhirpath,
            schema=lambda name: bench.schema(self._pack.path, name),
            tls=bench.tls,
            validation=bench.validation,
        )

    def _send(self, item: ScriptStep, deadline: float) -> Subject:
        if item.step.together > 1:
            exchanges = self._send_together(item, deadline)
        else:
            exchanges = [self._send_once(item, deadline) for _ in range(item.step.repeat)]
        subjects = [self._subject([exchange]) for exchange in exchanges]
        for subject in subjects:
            self._observe(item, subject)
        return subjects[0] if len(subjects) == 1 else self._subject(exchanges)

    def _send_once(self, item: ScriptStep, deadline: float) -> Exchange:
        try:
            request = build_request(
                self._pack, item.step, self._bench.sender.base_url, self._view(item)
            )
        except ExpressionError as error:
            raise _Stop(missing_value(error)) from error
        except ConformanceError as error:
            raise _Stop(Reason(Cause.TOOL, str(error), "mend the pack")) from error
        exchange = self._bench.sender.send(request, self._next_id(), deadline)
        self._exchanges.append(exchange)
        return exchange

    def _send_together(self, item: ScriptStep, deadline: float) -> list[Exchange]:
        count = item.step.together
        try:
            request = build_request(
                self._pack, item.step, self._bench.sender.base_url, self._view(item)
            )
        except ExpressionError as error:
            raise _Stop(missing_value(error)) from error
        first = len(self._exchanges) + 1
        ids = [f"{self._test.id}/{first + n}" for n in range(count)]
        with ThreadPoolExecutor(count) as pool:
            exchanges = list(
                pool.map(lambda id_: self._bench.sender.send(request, id_, deadline), ids)
            )
        self._exchanges.extend(exchanges)
        return exchanges

    def _next_id(self) -> str:
        return f"{self._test.id}/{len(self._exchanges) + 1}"

    def _observe(self, item: ScriptStep, subject: Subject) -> None:
        if not self._pack.observations:
            return
        scope = {**self._view(item), **_names(subject)}
        number = subject.exchange.id.rpartition("/")[2]
        for observation in self._pack.observations:
            try:
                if not truth(observation.when, scope):
                    continue
            except MissingValue:
                continue
            for n, spec in enumerate(observation.expect, 1):
                result = judge_assertion(
                    spec,
                    subject,
                    scope,
                    result_id=f"{self._test.id}:{observation.name}.{n}/{number}",
                    verifies=(),
                )
                if result is not None and not says_nothing(result):
                    self._observed.append(result)

    def _require(self, item: ScriptStep, subject: Subject, scope: Mapping[str, Any]) -> None:
        for spec in item.step.require:
            result = judge_assertion(spec, subject, scope, result_id="", verifies=())
            if result is None or result.verdict in (Verdict.PASS, Verdict.WARNING):
                continue
            what = item.step.title or f"step {item.number} ({item.step.call})"
            if result.reason is not None and result.reason.cause is Cause.TRANSPORT:
                raise _Stop(result.reason)
            seen = f"expected {result.expected}, actual {result.actual}"
            raise _Stop(
                Reason(
                    Cause.PRECONDITION,
                    f"{what}: {seen if result.expected else result.title} ({result.exchange})",
                    MEND,
                )
            )

    def _expect(
        self, item: ScriptStep, subject: Subject, scope: Mapping[str, Any]
    ) -> list[AssertionResult]:
        results = []
        for n, spec in enumerate(item.step.expect, 1):
            result = judge_assertion(
                spec,
                subject,
                scope,
                result_id=f"{self._test.id}:{item.number}.{n}",
                verifies=item.step.verifies or self._test.verifies,
            )
            if result is not None:
                results.append(result)
        self._results.extend(results)
        return results

    def _capture(
        self,
        item: ScriptStep,
        subject: Subject,
        scope: Mapping[str, Any],
        results: Sequence[AssertionResult],
    ) -> None:
        for wanted in item.step.capture:
            try:
                value = capture(wanted, subject, {**scope, **self._scope.captures})
                self._scope.captures[wanted.name] = value
            except MissingCapture as error:
                if any(r.verdict is Verdict.FAIL for r in results):
                    text = f"{error}, after this step failed"
                else:
                    text = str(error)
                # the step itself was judged: only what follows stays undecided
                raise _StopAfter(Reason(Cause.PRECONDITION, text, MEND)) from error

    def _record_unreached(self, script: Sequence[ScriptStep], reason: Reason) -> None:
        for item in script:
            verifies = item.step.verifies or self._test.verifies
            for n, spec in enumerate(item.step.expect, 1):
                result_id = f"{self._test.id}:{item.number}.{n}"
                self._results.append(
                    unreached(spec, result_id=result_id, verifies=verifies, reason=reason)
                )

    def _clean_up(self) -> None:
        while self._cleanups:
            step, frame = self._cleanups.pop()
            for item in unfold_cleanup(step, self._pack, frame, len(self._frames)):
                self._clean_up_step(item)

    def _clean_up_step(self, item: ScriptStep) -> None:
        step = item.step
        try:
            if not self._enter(item.frame) or not truth(step.when, self._view(item)):
                return
            deadline = time.monotonic() + self._bench.test_deadline_s
            exchange = self._send(item, deadline).exchange
        except MissingValue:
            return
        except _Stop as stop:
            # a value that never came to be means that there is nothing to undo
            if stop.reason.cause not in (Cause.PRECONDITION, Cause.FIXTURE):
                self._leave_behind(item, stop.reason.text)
            return
        response = exchange.response
        if response is None:
            self._leave_behind(item, exchange.failure.message if exchange.failure else "no answer")
        elif not 200 <= response.status < 300:
            self._leave_behind(item, f"{exchange.id} answered HTTP {response.status}")

    def _leave_behind(self, item: ScriptStep, why: str) -> None:
        try:
            what = str(render(item.step.leaves or item.step.title, self._view(item)))
        except ExpressionError:
            what = item.step.title
        self._left_behind.append(f"{what or item.step.call} (cleanup: {why})")

    def _evidence(self) -> tuple[Evidence, ...]:
        keep = self._bench.keep_bodies
        bad = keep == "failures" and any(
            r.verdict in (Verdict.FAIL, Verdict.WARNING, Verdict.ERROR)
            for r in (*self._results, *self._observed)
        )
        return tuple(
            self._bench.redactor.evidence(
                exchange, test=self._test.id, keep_body=keep == "all" or bad
            )
            for exchange in self._exchanges
        )


def _redacted(result: AssertionResult, clean: Callable[[str], str]) -> AssertionResult:
    said = (result.title, result.expected, result.actual, result.where)
    shown = title, expected, actual, where = tuple([clean(text) for text in said])
    if shown != said:
        result = replace(result, title=title, expected=expected, actual=actual, where=where)
    if result.reason is None:
        return result
    return replace(result, reason=replace(result.reason, text=clean(result.reason.text)))


def _names(subject: Subject) -> dict[str, Any]:
    return exchange_names(subject.exchange, lambda: subject.body().value)


def _redacted_reason(reason: Reason | None, redactor: Redactor) -> Reason | None:
    return None if reason is None else replace(reason, text=redactor.text(reason.text))
