"""A small run to write, cut, break and read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance_cli.model.exchange import Evidence, EvidenceRequest, EvidenceResponse
from conformance_cli.model.pack import Effect
from conformance_cli.model.profile import Profile, ProfileStatus
from conformance_cli.model.requirement import Level, Requirement
from conformance_cli.model.result import (
    AssertionResult,
    Cause,
    PreflightResult,
    PreflightStatus,
    Reason,
    TestResult,
)
from conformance_cli.model.run import RunHeader, RunState
from conformance_cli.model.verdict import Verdict
from conformance_cli.store import RunDirectory

WHEN = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
PLANNED = ("one", "two", "three")
PREFLIGHT = PreflightResult("dns", PreflightStatus.OK, "it resolves")


def header(*planned: str, **rest: Any) -> RunHeader:
    requirements = (Requirement("R", Level.SHALL, "It answers."),)
    plain: dict[str, Any] = {"id": "run-1", "started": WHEN, "planned": planned or PLANNED} | rest
    return RunHeader(
        tool_version="1.0.0",
        endpoint="https://a.example.test",
        profile=Profile("bars", "1.0.0", "Booking", ProfileStatus.ACTIVE, requirements),
        packs=(),
        **plain,
    )


def result(test: str, cause: Cause | None = None, **rest: Any) -> TestResult:
    verdict = Verdict.NOT_TESTED if cause else Verdict.PASS
    plain: dict[str, Any] = {"exchanges": (f"{test}/1", f"{test}/2")} | rest
    return TestResult(
        id=test,
        title=f"Test {test}",
        pack="bars@1.0.0",
        effect=Effect.READ,
        verdict=verdict,
        requirements=("R",),
        assertions=(AssertionResult(f"{test}:1.1", "status", ("R",), verdict, "it answers"),),
        reason=Reason(cause, "no time") if cause else None,
        started=WHEN,
        elapsed_ms=1.5,
        **plain,
    )


def evidence(test: str, count: int = 2) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            id=f"{test}/{n + 1}",
            test=test,
            request=EvidenceRequest("GET", "https://a.example.test/Slot"),
            response=EvidenceResponse(200 + n),
            failure=None,
            started=WHEN,
            elapsed_ms=1.0,
        )
        for n in range(count)
    )


def record(run: RunDirectory, tests: Sequence[str]) -> None:
    """Start and finish these tests."""
    for test in tests:
        run.test_started(test)
        run.test_finished(result(test), evidence(test))


def complete(path: Path, *tests: str) -> Path:
    """A complete run of these tests, or of all that are planned."""
    with RunDirectory.create(path, header()) as run:
        run.preflight(PREFLIGHT)
        record(run, tests or PLANNED)
        run.finish(RunState.COMPLETE, WHEN)
    return path


def journal(path: Path) -> Path:
    return path / "journal.jsonl"
