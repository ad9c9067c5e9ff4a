"""Small packs and runs for the engine's specifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from conformance_cli.engine import Bench, Choices, Pace, Runner, make_plan
from conformance_cli.fhir import default_fhirpath
from conformance_cli.model.events import Event
from conformance_cli.model.exchange import Evidence
from conformance_cli.model.pack import (
    AssertionSpec,
    Capture,
    Effect,
    Fixture,
    Interaction,
    Observation,
    Procedure,
    Step,
    TestCase,
    TestPack,
)
from conformance_cli.model.profile import Option, Profile, ProfileStatus
from conformance_cli.model.requirement import Level, Requirement
from conformance_cli.model.result import AssertionResult, PreflightResult, TestResult
from conformance_cli.model.run import RunHeader, RunState
from conformance_cli.wire.client import Client
from conformance_cli.wire.limits import Limits
from conformance_cli.wire.redaction import Redactor

REQUIREMENTS = ("R-1", "R-2", "R-3")


def profile(*, applies_if: str = "", options: tuple[Option, ...] = ()) -> Profile:
    requirements = tuple(
        Requirement(name, Level.SHALL, f"{name} holds", applies_if=applies_if)
        for name in REQUIREMENTS
    )
    return Profile("p", "1.0.0", "P", ProfileStatus.ACTIVE, requirements, options=options)


INTERACTIONS = {
    name: Interaction(name, name, method, path)
    for name, method, path in (
        ("get", "GET", "/thing"),
        ("create", "POST", "/thing"),
        ("delete", "DELETE", "/thing/${made}"),
        ("other", "GET", "/other"),
    )
}


def pack(
    *tests: TestCase,
    fixtures: tuple[Fixture, ...] = (),
    procedures: Mapping[str, Procedure] | None = None,
    observations: tuple[Observation, ...] = (),
    preflight: tuple[Step, ...] = (),
    values: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
) -> TestPack:
    return TestPack(
        "pk",
        "1.0.0",
        "Pk",
        ("p@~1.0",),
        tests,
        fixtures=fixtures,
        interactions=INTERACTIONS,
        procedures=procedures or {},
        observations=observations,
        preflight=preflight,
        values=values or {},
        headers=headers or {},
    )


def status(*accepted: int | str, verifies: str = "R-1", **more: Any) -> AssertionSpec:
    return AssertionSpec("status", list(accepted), verifies=(verifies,), **more)


def precondition(accepted: int) -> AssertionSpec:
    return AssertionSpec("status", accepted)


def step(call: str = "get", **more: Any) -> Step:
    return Step(call=call, **more)


def case(*steps: Step, id_: str = "t", effect: Effect = Effect.READ, **more: Any) -> TestCase:
    named = {name for s in steps for spec in s.expect for name in spec.verifies}
    more.setdefault("requirements", tuple(sorted(named)))
    return TestCase(id_, id_, effect, steps, **more)


def captured(name: str, path: str, **more: Any) -> Capture:
    return Capture(name, fhirpath=path, **more)


@dataclass
class Kept:
    """A recorder that keeps what it is given."""

    preflights: list[PreflightResult] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    results: list[TestResult] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    state: RunState | None = None

    def preflight(self, result: PreflightResult) -> None:
        self.preflights.append(result)

    def test_started(self, test_id: str) -> None:
        self.started.append(test_id)

    def test_finished(self, result: TestResult, evidence: Sequence[Evidence]) -> None:
        self.results.append(result)
        self.evidence.update({e.id: e for e in evidence})

    def finish(self, state: RunState, finished: datetime) -> None:
        self.state = state

    def result(self, test_id: str = "t") -> TestResult:
        return next(r for r in self.results if r.id == test_id)

    def assertion(self, test_id: str = "t", n: int = 0) -> AssertionResult:
        return self.result(test_id).assertions[n]


def run(
    base_url: str,
    tested: TestPack,
    *,
    choices: Choices | None = None,
    over: Profile | None = None,
    pace: Pace | None = None,
    finished: Mapping[str, TestResult] | None = None,
    timeout_s: float = 5.0,
    test_deadline_s: float = 30.0,
    keep_bodies: str = "failures",
    on_event: Callable[[Runner, Event], None] | None = None,
) -> Kept:
    """Run a pack against an endpoint with the real client, and keep everything."""
    plan = make_plan(over or profile(), [tested], choices or Choices(allow=Effect.DESTRUCTIVE))
    redactor = Redactor()
    client = Client(base_url, limits=Limits(timeout_s=timeout_s), redactor=redactor)
    bench = Bench(
        sender=client,
        redactor=redactor,
        fhirpath=default_fhirpath(),
        fixtures=plan.fixtures,
        options=plan.options,
        schema=lambda pack_path, name: {},
        tls=client.tls,
        test_deadline_s=test_deadline_s,
        keep_bodies=keep_bodies,
    )
    kept = Kept()
    header = RunHeader("run", "0", datetime.now(UTC), base_url, plan.profile, ())
    runner = Runner(plan, bench, kept, header, pace=pace, finished=finished)
    for event in runner.events():
        if on_event is not None:
            on_event(runner, event)
    client.close()
    return kept
