"""Hypothesis strategies for valid values of the model.

What they build hangs together as a real run does: assertions name requirements of the
profile, a test that did not run has a reason and no assertions, evidence ids belong to
the exchanges of a test, planned tests hold the finished ones.  Sizes are small, so that
properties over whole runs stay fast.

    @given(runs())
    def test_a_claim(run): ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from conformance_cli.model.exchange import (
    Evidence,
    EvidenceBody,
    EvidenceRequest,
    EvidenceResponse,
    FailureKind,
    Headers,
    TransportFailure,
)
from conformance_cli.model.pack import Effect, FaultExpectation, TestCase, TestPack
from conformance_cli.model.profile import Option, Profile, ProfileStatus, SourceDocument
from conformance_cli.model.requirement import Basis, Level, Method, Requirement, Source
from conformance_cli.model.result import (
    AssertionResult,
    Cause,
    PreflightResult,
    PreflightStatus,
    Reason,
    TestResult,
)
from conformance_cli.model.run import (
    PackIdentity,
    Product,
    Run,
    RunHeader,
    RunSettings,
    RunState,
)
from conformance_cli.model.verdict import Verdict
from conformance_cli.model.waiver import Waiver

#: Why a test as a whole did not run to its end.
TEST_CAUSES = (
    Cause.FIXTURE,
    Cause.EFFECT,
    Cause.EXCLUDED,
    Cause.OPTION,
    Cause.PRECONDITION,
    Cause.DEADLINE,
    Cause.INTERRUPTED,
    Cause.SETUP,
    Cause.TRANSPORT,
    Cause.TOOL,
)
_OPTIONS = ("booking", "referral")
_CONDITIONS = ("", "", "option.booking", "not option.referral", "option.booking and true")


def words(max_size: int = 24) -> st.SearchStrategy[str]:
    """Any text a file can hold: all of Unicode but surrogates, control characters too."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=max_size)


def digests() -> st.SearchStrategy[str]:
    """``sha256:`` and 64 hexadecimal digits."""
    return st.binary(min_size=32, max_size=32).map(lambda raw: f"sha256:{raw.hex()}")


def versions() -> st.SearchStrategy[str]:
    """SemVer versions, some of them pre-releases."""
    number = st.integers(0, 9)
    suffix = st.sampled_from(["", "", "-alpha", "-beta.8"])
    return st.builds(lambda a, b, c, s: f"{a}.{b}.{c}{s}", number, number, number, suffix)


def instants() -> st.SearchStrategy[datetime]:
    """Aware moments, in UTC or at an offset of whole minutes."""
    zones = st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(timedelta(minutes=-210))])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    return st.builds(
        lambda after, zone: (start + timedelta(microseconds=after)).astimezone(zone),
        st.integers(0, 10**15 // 2),
        zones,
    )


def days() -> st.SearchStrategy[date]:
    """Dates around the present."""
    return st.dates(date(2020, 1, 1), date(2035, 1, 1))


def reasons(causes: Sequence[Cause] = tuple(Cause)) -> st.SearchStrategy[Reason]:
    """Why something is not decisive."""
    return st.builds(Reason, st.sampled_from(causes), words(), words())


@st.composite
def requirements(draw: st.DrawFn, requirement_id: str = "TST-COM-001") -> Requirement:
    """A requirement with the given id, of any level, basis and method."""
    return Requirement(
        id=requirement_id,
        level=draw(st.sampled_from(Level)),
        text=draw(words()),
        section=draw(st.sampled_from(["COM", "SLT"])),
        sources=draw(st.sampled_from([(), (Source("G", "page", "https://example.test/page"),)])),
        basis=draw(st.sampled_from(Basis)),
        method=draw(st.sampled_from([Method.AUTOMATED, Method.AUTOMATED, Method.ATTESTED])),
        applies_if=draw(st.sampled_from(_CONDITIONS)),
        not_testable=draw(st.sampled_from(["", "", "only a log shows it"])),
        note=draw(words()),
        waivable=draw(st.booleans()),
    )


@st.composite
def profiles(draw: st.DrawFn, min_requirements: int = 0, max_requirements: int = 6) -> Profile:
    """A profile whose requirement ids are ``TST-COM-001``, ``TST-COM-002`` and so on."""
    count = draw(st.integers(min_requirements, max_requirements))
    return Profile(
        name=draw(st.sampled_from(["bars", "gp-connect"])),
        version=draw(versions()),
        title=draw(words()),
        status=draw(st.sampled_from(ProfileStatus)),
        requirements=tuple(draw(requirements(f"TST-COM-{n + 1:03d}")) for n in range(count)),
        description=draw(words()),
        fhir_version="4.0.1",
        publisher=draw(words()),
        effective_from=draw(st.none() | days()),
        options=tuple(Option(name, draw(words()), draw(st.booleans())) for name in _OPTIONS),
        sources={"G": SourceDocument(draw(words()), "https://example.test", draw(words()))},
        sections={"COM": draw(words()), "SLT": draw(words())},
        digest=draw(digests()),
    )


def pack_identities() -> st.SearchStrategy[PackIdentity]:
    """Which pack ran."""
    return st.builds(
        PackIdentity, st.sampled_from(["bars", "bars-extra"]), versions(), digests(), words()
    )


@st.composite
def packs(draw: st.DrawFn, profile: Profile) -> TestPack:
    """A pack whose tests and faults name requirements of the profile.  Tests have no steps."""
    some = _some_requirements(profile)
    return TestPack(
        name=draw(st.sampled_from(["bars", "bars-extra"])),
        version=draw(versions()),
        title=draw(words()),
        certifies=(f"{profile.name}@*",),
        tests=tuple(
            TestCase(f"case-{n}", draw(words()), Effect.READ, (), requirements=draw(some))
            for n in range(draw(st.integers(0, 4)))
        ),
        faults=tuple(
            FaultExpectation(f"fault-{n}", draw(some)) for n in range(draw(st.integers(0, 3)))
        ),
        digest=draw(digests()),
    )


@st.composite
def assertion_results(
    draw: st.DrawFn,
    requirement_ids: Sequence[str],
    assertion_id: str = "case:1.1",
    exchanges: Sequence[str] = ("",),
) -> AssertionResult:
    """An assertion about some of the requirements; undecided ones have a reason."""
    verdict = draw(st.sampled_from(Verdict))
    reason = None
    if verdict is Verdict.ERROR:
        reason = draw(reasons((Cause.TRANSPORT, Cause.TOOL)))
    elif verdict is Verdict.NOT_TESTED:
        reason = draw(reasons((Cause.NOTHING_TO_JUDGE, Cause.PRECONDITION, Cause.DEADLINE)))
    return AssertionResult(
        id=assertion_id,
        kind=draw(st.sampled_from(["status", "header", "fhirpath"])),
        requirements=tuple(requirement_ids),
        verdict=verdict,
        title=draw(words()),
        expected=draw(words()),
        actual=draw(words()),
        where=draw(words()),
        exchange=draw(st.sampled_from(exchanges)),
        reason=reason,
        source="tests/slots.yaml:12",
    )


@st.composite
def results(draw: st.DrawFn, profile: Profile, case: str = "case") -> TestResult:
    """A test about requirements of the profile that ran, stopped half-way or never ran."""
    named = draw(_some_requirements(profile))
    ran = draw(st.booleans())
    exchanges = tuple(f"{case}/{n + 1}" for n in range(draw(st.integers(1, 2)))) if ran else ()
    assertions = tuple(
        draw(
            assertion_results(
                draw(_subsets(named)), assertion_id=f"{case}:1.{n + 1}", exchanges=exchanges
            )
        )
        for n in range(draw(st.integers(0, 3)) if ran else 0)
    )
    stopped = draw(reasons(TEST_CAUSES))
    return TestResult(
        id=case,
        title=draw(words()),
        pack="bars@1.0.0",
        effect=draw(st.sampled_from(Effect)),
        verdict=worst(assertion.verdict for assertion in assertions),
        requirements=named,
        assertions=assertions,
        exchanges=exchanges,
        reason=stopped if not ran else draw(st.sampled_from([None, None, stopped])),
        left_behind=draw(st.sampled_from([(), (), ("Appointment/17",)])),
        started=draw(st.none() | instants()),
        elapsed_ms=draw(st.floats(0, 1e6)),
    )


def worst(verdicts: Any) -> Verdict:
    """The verdict of a test over its own assertions, as an engine would sum it up."""
    seen = set(verdicts)
    order = (Verdict.FAIL, Verdict.ERROR, Verdict.WARNING, Verdict.PASS)
    return next((verdict for verdict in order if verdict in seen), Verdict.NOT_TESTED)


def preflight_results() -> st.SearchStrategy[PreflightResult]:
    """One set-up check."""
    return st.builds(
        PreflightResult,
        st.sampled_from(["dns", "tls", "token", "base-url"]),
        st.sampled_from(PreflightStatus),
        words(),
        words(),
    )


def waivers(requirement_ids: Sequence[str] = ("TST-COM-001",)) -> st.SearchStrategy[Waiver]:
    """Waivers for these requirements: of any product or one, valid or expired."""
    return st.builds(
        Waiver,
        requirement=st.sampled_from([*requirement_ids, "TST-GONE-001"]),
        reason=words(),
        approver=words(),
        expires=days(),
        role=st.sampled_from(["", "assessor"]),
        reference=words(),
        product=st.sampled_from(["", "Acme Bookings"]),
        profile_versions=st.sampled_from(["", "*", ">=1.0.0", "^2"]),
    )


def products() -> st.SearchStrategy[Product]:
    """What is certified; sometimes nothing is said about it."""
    return st.just(Product()) | st.builds(
        Product, st.sampled_from(["Acme Bookings", "Other"]), versions(), words(), words()
    )


def run_settings(options: Mapping[str, bool]) -> st.SearchStrategy[RunSettings]:
    """Settings with the given options; every gate, basis and ``--fail-on``."""
    return st.builds(
        RunSettings,
        requested_profile=st.just("bars@latest"),
        allow=st.sampled_from([effect.value for effect in Effect]),
        exclude=st.sampled_from([(), ("case-9*",)]),
        basis=st.sampled_from(["specification", "suite"]),
        gate=st.sampled_from(["run", "certify"]),
        fail_on=st.sampled_from(["must", "should", "warning"]),
        insecure=st.booleans(),
        options=st.just(dict(options)),
        fixtures=st.sampled_from([(), ("service",)]),
    )


@st.composite
def runs(draw: st.DrawFn, profile: Profile | None = None, max_tests: int = 5) -> Run:
    """A saved run, in any state, of the given profile or of any."""
    profile = draw(profiles()) if profile is None else profile
    tests = tuple(
        draw(results(profile, f"case-{n}")) for n in range(draw(st.integers(0, max_tests)))
    )
    state = draw(st.sampled_from(RunState))
    ended = state is not RunState.INCOMPLETE
    ids = [requirement.id for requirement in profile.requirements]
    return Run(
        header=draw(run_headers(profile, tuple(test.id for test in tests), ids)),
        state=state,
        tests=tests,
        preflight=tuple(draw(st.lists(preflight_results(), max_size=2, unique_by=_name))),
        finished=draw(instants()) if ended else None,
        resumed=draw(st.integers(0, 2)),
    )


@st.composite
def run_headers(
    draw: st.DrawFn, profile: Profile, planned: tuple[str, ...] = (), waived: Sequence[str] = ()
) -> RunHeader:
    """The header of a run of the profile."""
    options = {option.name: draw(st.booleans()) for option in profile.options}
    return RunHeader(
        id=draw(st.sampled_from(["20261123-0941-k3", "20261124-1200-zz"])),
        tool_version=draw(versions()),
        started=draw(instants()),
        endpoint=draw(st.sampled_from(["https://a.example.test", "https://b.example.test/R4"])),
        profile=profile,
        packs=tuple(draw(st.lists(pack_identities(), max_size=2))),
        product=draw(products()),
        environment=draw(st.sampled_from(["", "int"])),
        settings=draw(run_settings(options)),
        waivers=tuple(draw(st.lists(waivers(waived), max_size=2))),
        planned=planned,
    )


def headers() -> st.SearchStrategy[Headers]:
    """Header lists in which a name may repeat."""
    names = st.sampled_from(["Content-Type", "X-Request-Id", "Allow"])
    return st.lists(st.tuples(names, words(12)), max_size=3).map(tuple)


def evidence_bodies() -> st.SearchStrategy[EvidenceBody]:
    """Bodies with and without kept text."""
    return st.builds(
        EvidenceBody,
        size=st.integers(0, 10**9),
        digest=digests(),
        media_type=st.sampled_from(["", "application/fhir+json"]),
        text=st.none() | words(),
        omitted=words(),
    )


@st.composite
def evidence(draw: st.DrawFn, evidence_id: str = "case/1") -> Evidence:
    """One redacted exchange, answered or broken."""
    answered = draw(st.booleans())
    url = "https://a.example.test/Slot"
    bodies = st.none() | evidence_bodies()
    return Evidence(
        id=evidence_id,
        test=evidence_id.rpartition("/")[0],
        request=EvidenceRequest("GET", url, draw(headers()), draw(bodies)),
        response=EvidenceResponse(draw(st.integers(100, 599)), "", draw(headers()), draw(bodies))
        if answered
        else None,
        failure=None
        if answered
        else TransportFailure(draw(st.sampled_from(FailureKind)), draw(words()), draw(words())),
        started=draw(instants()),
        elapsed_ms=draw(st.floats(0, 1e6)),
        attempts=draw(st.integers(1, 3)),
        redactions=draw(st.sampled_from([(), ("header:authorization",)])),
    )


@st.composite
def runs_with_evidence(draw: st.DrawFn) -> tuple[Run, dict[str, Evidence]]:
    """A run, and the evidence of every exchange that its tests name, by evidence id."""
    run = draw(runs())
    ids = [exchange for test in run.tests for exchange in test.exchanges]
    return run, {exchange: draw(evidence(exchange)) for exchange in ids}


def _name(result: PreflightResult) -> str:
    return result.name


def _some_requirements(profile: Profile) -> st.SearchStrategy[tuple[str, ...]]:
    return _subsets([requirement.id for requirement in profile.requirements])


def _subsets(ids: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    if not ids:
        return st.just(())
    return st.lists(st.sampled_from(list(ids)), unique=True, max_size=3).map(tuple)
