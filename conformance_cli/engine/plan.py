"""Plans: which tests a run will send, in what order, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from conformance_cli.expressions import truth
from conformance_cli.model.pack import Effect, TestCase, TestPack
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Level, Requirement
from conformance_cli.model.result import Cause, Reason
from conformance_cli.model.verdict import Verdict

#: ``--level`` word to the levels whose tests are selected.
LEVELS: Mapping[str, frozenset[Level]] = {
    "shall": frozenset({Level.SHALL, Level.SHALL_NOT}),
    "should": frozenset(Level) - {Level.MAY},
    "may": frozenset(Level),
}

_ALLOW_FLAG = {Effect.WRITE: "writes", Effect.DESTRUCTIVE: "destructive"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose: what may be touched, and which tests are wanted."""

    allow: Effect = Effect.READ
    #: Patterns over test ids, tags and requirement ids (``*`` and ``?``).
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    level: str = "may"
    fixtures: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, bool] = field(default_factory=dict)
    #: Exact test ids to run again; empty means all.
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A test and, where it will not be sent, why."""

    test: TestCase
    pack: TestPack
    #: ``None`` means that the test will be sent.
    skip: Reason | None = None
    verdict: Verdict = Verdict.NOT_TESTED

    @property
    def runnable(self) -> bool:
        """Whether the test will be sent."""
        return self.skip is None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every test of every pack, in the order of the run: reads before writes."""

    profile: Profile
    packs: tuple[TestPack, ...]
    tests: tuple[PlannedTest, ...]
    #: Given values over the packs' defaults, by fixture name.
    fixtures: Mapping[str, str]
    #: Given values over the profile's defaults, by option name.
    options: Mapping[str, bool]

    @property
    def runnable(self) -> tuple[PlannedTest, ...]:
        """The tests that will be sent."""
        return tuple(t for t in self.tests if t.runnable)

    def without_fixtures(self, absent: Mapping[str, str]) -> Plan:
        """The same plan once preflight found fixtures (name to reason) not to be there."""
        tests = tuple(
            replace(
                planned,
                skip=Reason(
                    Cause.FIXTURE,
                    f"fixture {missing[0]} is not there: {absent[missing[0]]}",
                    f"prepare it or give another value with --fixture {missing[0]}=VALUE",
                ),
            )
            if planned.runnable and (missing := [f for f in planned.test.fixtures if f in absent])
            else planned
            for planned in self.tests
        )
        return replace(self, tests=tests)


def make_plan(profile: Profile, packs: Sequence[TestPack], choices: Choices) -> Plan:
    """Select and order tests, and refuse those that would do more than is allowed.

    Pure: it reads definitions and choices only, and sends nothing.
    """
    options = {option.name: option.default for option in profile.options} | dict(choices.options)
    fixtures = {
        fixture.name: fixture.default
        for pack in packs
        for fixture in pack.fixtures
        if fixture.default is not None
    } | dict(choices.fixtures)
    requirements = {r.id: r for r in profile.requirements}
    selector = _Selector(choices, options, fixtures, requirements)
    planned = [selector.plan(test, pack) for pack in packs for test in pack.tests]
    planned.sort(key=lambda p: p.test.effect.rank)
    return Plan(profile, tuple(packs), tuple(planned), fixtures, options)


@dataclass(frozen=True, slots=True)
class _Selector:
    choices: Choices
    options: Mapping[str, bool]
    fixtures: Mapping[str, str]
    requirements: Mapping[str, Requirement]

    def plan(self, test: TestCase, pack: TestPack) -> PlannedTest:
        scope = {"option": self.options, "each": test.each}
        if not truth(test.when, scope):
            reason = Reason(Cause.OPTION, f"only where {test.when}")
            return PlannedTest(test, pack, reason, Verdict.NOT_APPLICABLE)
        if self._all_not_applicable(test):
            reason = Reason(Cause.OPTION, "none of its requirements applies to this product")
            return PlannedTest(test, pack, reason, Verdict.NOT_APPLICABLE)
        return PlannedTest(test, pack, self._excluded(test) or self._unsafe(test, pack))

    def _all_not_applicable(self, test: TestCase) -> bool:
        known = [self.requirements[r] for r in test.requirements if r in self.requirements]
        return bool(known) and not any(truth(r.applies_if, {"option": self.options}) for r in known)

    def _excluded(self, test: TestCase) -> Reason | None:
        choices = self.choices
        names = (test.id, test.id.split(".")[0], *test.tags, *test.requirements)
        if choices.only and test.id not in choices.only:
            return Reason(Cause.EXCLUDED, "not part of this rerun", "run without --rerun")
        if choices.include and not _any_match(names, choices.include):
            return Reason(Cause.EXCLUDED, "not selected by --include", "run without --include")
        if _any_match(names, choices.exclude):
            return Reason(Cause.EXCLUDED, "left out by --exclude", "run without --exclude")
        levels = {self.requirements[r].level for r in test.requirements if r in self.requirements}
        if levels and not levels & LEVELS[choices.level]:
            return Reason(Cause.EXCLUDED, f"below --level {choices.level}", "run with --level may")
        return None

    def _unsafe(self, test: TestCase, pack: TestPack) -> Reason | None:
        if test.effect.rank > self.choices.allow.rank:
            flag = _ALLOW_FLAG[test.effect]
            return Reason(
                Cause.EFFECT, f"its effect is {test.effect.value}", f"run again with --allow {flag}"
            )
        missing = [name for name in test.fixtures if name not in self.fixtures]
        if missing:
            title = next((f.title for f in pack.fixtures if f.name == missing[0]), missing[0])
            return Reason(
                Cause.FIXTURE,
                f"fixture {missing[0]} ({title}) was not given",
                f"give --fixture {missing[0]}=VALUE",
            )
        return None


def _any_match(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
