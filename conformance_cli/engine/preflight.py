"""Preflight: is the set-up ready?  Nothing here counts for or against the supplier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance_cli.checks.subject import Subject
from conformance_cli.engine.execution import Bench, run_test
from conformance_cli.engine.plan import Plan, PlannedTest
from conformance_cli.engine.probe import ProbeSender
from conformance_cli.model.exchange import Exchange
from conformance_cli.model.pack import Effect, Fixture, Step, TestCase, TestPack
from conformance_cli.model.result import (
    Cause,
    PreflightResult,
    PreflightStatus,
    Reason,
    TestResult,
)
from conformance_cli.model.verdict import Verdict

#: Beyond this, signed tokens are refused by many servers (exp and iat checks).
_MAX_SKEW_S = 60.0


@dataclass(slots=True)
class Preflight:
    """The set-up checks of one run, and the fixtures that they did not find."""

    plan: Plan
    bench: Bench
    #: Fixture name to why it is not there; filled by ``checks``.
    absent_fixtures: dict[str, str] = field(default_factory=dict)

    def checks(self) -> Iterator[PreflightResult]:
        """Run every check, cheapest first, and stop after the first that failed."""
        for check in (self._fixture_values, self._tls, self._base_url, self._fixtures):
            failed = False
            for result in check():
                failed = failed or result.status is PreflightStatus.FAILED
                yield result
            if failed:
                return

    def _fixture_values(self) -> Iterator[PreflightResult]:
        for fixture in self._all_fixtures():
            value = self.plan.fixtures.get(fixture.name)
            if value is not None and fixture.pattern and not re.fullmatch(fixture.pattern, value):
                yield PreflightResult(
                    f"fixture {fixture.name}",
                    PreflightStatus.FAILED,
                    f"the value does not look like {fixture.title} ({fixture.pattern})",
                    f"give --fixture {fixture.name}={fixture.example or 'VALUE'}",
                )

    def _tls(self) -> Iterator[PreflightResult]:
        facts = self.bench.tls()
        if facts is None:
            return
        if facts.verified:
            text = f"{facts.version}, certificate of {facts.subject} until {facts.not_after:%F}"
            yield PreflightResult("tls", PreflightStatus.OK, text)
        else:
            yield PreflightResult(
                "tls",
                PreflightStatus.WARNING,
                f"the certificate could not be verified: {facts.problem}",
                "give --ca-bundle FILE for a private authority",
            )

    def _base_url(self) -> Iterator[PreflightResult]:
        for pack in self.plan.packs:
            for number, step in enumerate(pack.preflight, 1):
                name = step.title or f"{step.call} answers"
                result, exchanges = self._probe(pack, f"preflight-{pack.name}-{number}", step)
                yield self._answered(name, result, exchanges)
                yield from self._clock_skew(exchanges)
                yield from self._fhir_version(exchanges)

    def _answered(
        self, name: str, result: TestResult, exchanges: list[Exchange]
    ) -> PreflightResult:
        failure = next((e.failure for e in exchanges if e.failure is not None), None)
        if failure is not None:
            return PreflightResult(
                name,
                PreflightStatus.FAILED,
                self.bench.redactor.text(f"{failure.kind.value}: {failure.message}"),
                failure.hint,
            )
        reason = result.reason
        if reason is not None and reason.cause is Cause.FIXTURE:
            return _not_asked(name, reason)
        if reason is not None:
            hint = "check --endpoint: paths of the standard are appended to it"
            return PreflightResult(
                name, PreflightStatus.FAILED, reason.text, hint if exchanges else reason.remedy
            )
        return PreflightResult(name, PreflightStatus.OK, _statuses(exchanges))

    def _clock_skew(self, exchanges: list[Exchange]) -> Iterator[PreflightResult]:
        response = exchanges[-1].response if exchanges else None
        stamp = response.header("Date") if response else None
        if stamp is None:
            return
        try:
            theirs = parsedate_to_datetime(stamp)
        except ValueError:
            return
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        skew = abs((theirs - datetime.now(UTC)).total_seconds())
        if skew > _MAX_SKEW_S:
            yield PreflightResult(
                "clock",
                PreflightStatus.WARNING,
                f"the endpoint's clock differs from this machine's by {skew:.0f} s",
                "synchronise both clocks: tokens and time windows depend on them",
            )

    def _fhir_version(self, exchanges: list[Exchange]) -> Iterator[PreflightResult]:
        wanted = self.plan.profile.fhir_version
        if not wanted or not exchanges or exchanges[-1].response is None:
            return
        body = Subject((exchanges[-1],), self.bench.fhirpath).body()
        if body.problem or not isinstance(body.value, dict):
            return
        found = body.value.get("fhirVersion")
        if isinstance(found, str) and found != wanted:
            yield PreflightResult(
                "fhir-version",
                PreflightStatus.WARNING,
                self.bench.redactor.text(f"the endpoint states FHIR {found[:20]}, not {wanted}"),
                "check that --endpoint is the base URL of the right FHIR version",
            )

    def _fixtures(self) -> Iterator[PreflightResult]:
        for fixture in self._all_fixtures():
            if fixture.name not in self.plan.fixtures:
                if unlocked := self._unlocked(fixture):
                    self.absent_fixtures[fixture.name] = "not given"
                    yield PreflightResult(
                        f"fixture {fixture.name}",
                        PreflightStatus.WARNING,
                        f"not given: {unlocked} tests need {fixture.title}",
                        f"give --fixture {fixture.name}=VALUE",
                    )
            elif fixture.verify:
                yield self._fixture_there(fixture)

    def _fixture_there(self, fixture: Fixture) -> PreflightResult:
        pack = next(p for p in self.plan.packs if fixture in p.fixtures)
        name = f"fixture {fixture.name}"
        result, exchanges = self._probe(pack, f"preflight-{fixture.name}", *fixture.verify)
        if result.reason is not None and result.reason.cause is Cause.FIXTURE:
            return _not_asked(name, result.reason)
        failure = next((e.failure for e in exchanges if e.failure is not None), None)
        why = failure.message if failure else result.reason.text if result.reason else ""
        if not why:
            return PreflightResult(name, PreflightStatus.OK, f"{fixture.title} is there")
        why = self.bench.redactor.text(why)
        self.absent_fixtures[fixture.name] = why
        return PreflightResult(
            name,
            PreflightStatus.WARNING,
            f"{fixture.title} is not there: {why}; {self._unlocked(fixture)} tests need it",
            "; ".join(fixture.properties) or fixture.why,
        )

    def _all_fixtures(self) -> list[Fixture]:
        named = {f.name: f for pack in self.plan.packs for f in pack.fixtures}
        return list(named.values())

    def _unlocked(self, fixture: Fixture) -> int:
        wanted = (p.test for p in self.plan.tests if p.skip is None or _for_want(p, fixture))
        return sum(fixture.name in test.fixtures for test in wanted)

    def _probe(
        self, pack: TestPack, test_id: str, *steps: Step
    ) -> tuple[TestResult, list[Exchange]]:
        """Run steps as a test of their own whose exchanges are not kept as evidence."""
        probe = ProbeSender(self.bench.sender)
        test = TestCase(test_id, test_id, Effect.READ, steps)
        quiet = replace(pack, observations=())
        bench = replace(self.bench, sender=probe, keep_bodies="none")
        result, _ = run_test(PlannedTest(test, quiet), bench)
        return result, probe.exchanges


def _not_asked(name: str, reason: Reason) -> PreflightResult:
    """A check whose question needs a fixture: it says nothing about the endpoint."""
    return PreflightResult(
        name, PreflightStatus.SKIPPED, f"could not be asked: {reason.text}", reason.remedy
    )


def _for_want(planned: PlannedTest, fixture: Fixture) -> bool:
    skip = planned.skip
    return (
        skip is not None
        and skip.cause is Cause.FIXTURE
        and planned.verdict is Verdict.NOT_TESTED
        and fixture.name in planned.test.fixtures
    )


def _statuses(exchanges: list[Exchange]) -> str:
    return ", ".join(
        f"{e.request.method} answered {e.response.status} in {e.elapsed_ms:.0f} ms"
        for e in exchanges
        if e.response is not None
    )
