"""Is the set-up ready?  What ``conformance check`` does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from conformance_cli.cli.compose import Definitions, definitions, endpoint_of, plan_of
from conformance_cli.cli.connection import connected, definitions_of
from conformance_cli.cli.definitions_needed import at_hand, needed
from conformance_cli.cli.output import answer, counted, table, wrapped
from conformance_cli.cli.prospects import missing_fixtures
from conformance_cli.cli.session import Session
from conformance_cli.cli.settings import shown_path
from conformance_cli.engine import Plan, Preflight
from conformance_cli.model.result import PreflightResult, PreflightStatus

if TYPE_CHECKING:
    from conformance_cli.load.config import Config

#: Settings that are as good as a secret on some platforms.
_MASKED = frozenset(("auth.client-id", "auth.user"))


def ready(config: Config, session: Session) -> bool:
    """Look at everything that a run needs, say what was found, and whether it may start.

    Raises:
        ConformanceError: the configuration itself is wrong; nothing was sent.

    """
    endpoint = endpoint_of(config)
    found = definitions(config)
    plan = plan_of(config, found)
    shown: list[PreflightResult] = []
    with connected(config, endpoint, plan, session) as bench:
        for result in chain(_local(config, found, plan), Preflight(plan, bench).checks()):
            shown.append(result)
            _show(result)
    # what could not even be asked is not ready either
    unready = (PreflightStatus.FAILED, PreflightStatus.SKIPPED)
    failed = any(result.status in unready for result in shown)
    if failed:
        # preflight stops at the first failure, and this may be the cause of it
        for result in _not_given(plan, {result.name for result in shown}):
            _show(result)
    answer()
    if failed:
        answer("Not ready: nothing was graded.  Next    mend what failed, and check again")
    else:
        answer(f"Ready.  Next    conformance run {found.profile.ref} --endpoint {endpoint}")
    return not failed


def config_table(config: Config) -> str:
    """Every setting with its origin.  Secrets are references, and no more is known here."""
    rows = []
    for key, setting in sorted(config.settings.items()):
        value = "***" if key in _MASKED else str(setting)
        rows.append((key, value, _origin(setting.origin)))
    widest = max(len(value) for _, value, _ in rows)
    rows = [(key, value.ljust(min(widest, 40)), origin) for key, value, origin in rows]
    file = shown_path(config.path) if config.path else "none"
    return f"File  {file}\n\n" + table(("SETTING", "VALUE", "FROM"), rows)


def _origin(origin: str) -> str:
    return f"flag --{origin.removeprefix('flag ')}" if origin.startswith("flag ") else origin


def _local(config: Config, found: Definitions, plan: Plan) -> Iterator[PreflightResult]:
    """What can be said before anything is sent."""
    ok, warning = PreflightStatus.OK, PreflightStatus.WARNING
    source = shown_path(config.path) if config.path else "no file; flags and environment"
    if config.environment:
        source += f", environment {config.environment}"
    yield PreflightResult("configuration", ok, source)
    profile = found.profile
    if profile.status.value == "active":
        yield PreflightResult("profile", ok, f"{profile.ref} (active)")
    else:
        yield PreflightResult("profile", warning, f"{profile.ref} is {profile.status.value}")
    for pack in found.packs:
        tests = f"{counted(len(pack.tests), 'test')}"
        yield PreflightResult("pack", ok, f"{pack.ref}, {tests}")
    yield PreflightResult("plan", ok, f"{len(plan.runnable)} of {len(plan.tests)} tests can run")
    yield from _validation(config, plan)
    yield from _real_people(config)
    if config.network.insecure:
        yield PreflightResult(
            "tls", warning, "it will not be verified, so the run can never be certified",
            "leave out --insecure; give --ca-bundle FILE for a private authority",
        )  # fmt: skip


def _validation(config: Config, plan: Plan) -> Iterator[PreflightResult]:
    """Whether the tests that validate bodies have what they judge by."""
    asked = needed(plan)
    if not asked.tests:
        return
    found = at_hand(asked, definitions_of(config.packages, plan.profile))
    name, tests = "FHIR validation", counted(len(asked.tests), "test")
    if found.problem:
        yield PreflightResult(name, PreflightStatus.FAILED, found.problem, found.remedy)
    elif found.lost:
        yield PreflightResult(
            name, PreflightStatus.WARNING, f"not loaded: {', '.join(found.lost)}",
            "install the package, and name it with --package or in [packages]",
        )  # fmt: skip
    else:
        yield PreflightResult(name, PreflightStatus.OK, f"in {tests}, by {found.by}")


def _not_given(plan: Plan, shown: set[str]) -> Iterator[PreflightResult]:
    for missing in missing_fixtures(plan):
        name = f"fixture {missing.fixture.name}"
        if name not in shown:
            tests = counted(len(missing.tests), "test needs", "tests need")
            yield PreflightResult(
                name,
                PreflightStatus.WARNING,
                f"not given: {tests} {missing.fixture.title}",
                f"give --fixture {missing.fixture.name}=VALUE",
            )


def _real_people(config: Config) -> Iterator[PreflightResult]:
    from conformance_cli.wire.redaction.nhs_number import TestRanges, is_valid

    test_ranges = TestRanges()
    for name, value in config.fixtures.items():
        digits = value.replace(" ", "").replace("-", "")
        if is_valid(digits) and digits not in test_ranges:
            yield PreflightResult(
                f"fixture {name}",
                PreflightStatus.WARNING,
                "the value is a valid NHS number outside the test range 999 000 0000 to "
                "999 999 9999",
                "make sure that it belongs to no patient",
            )


def _show(result: PreflightResult) -> None:
    first = f"{result.status.value:<9}{result.name:<30} "
    answer(wrapped(result.message, indent=" " * 40, first=first))
    if result.hint and result.status is not PreflightStatus.OK:
        answer(wrapped(result.hint, indent=" " * 40, first=f"{'':<35}hint "))
