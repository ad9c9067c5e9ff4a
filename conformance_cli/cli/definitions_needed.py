"""Which FHIR definitions a plan's assertions need, and which of them are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance_cli.checks.validation import SHAPES
from conformance_cli.engine.plan import Plan, PlannedTest
from conformance_cli.engine.script import unfold
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.pack import AssertionSpec

if TYPE_CHECKING:
    from conformance_cli.cli.validating.definitions import Definitions

Json = Any

_KINDS = ("base-fhir", "conforms-to")


@dataclass(frozen=True, slots=True)
class Needed:
    """What the assertions of a plan judge bodies by."""

    #: Tests with an assertion that validates, in the order of the plan.
    tests: tuple[str, ...] = ()
    #: The profiles that they name, each with its tests.
    profiles: Mapping[str, tuple[str, ...]] | None = None


def needed(plan: Plan) -> Needed:
    """The tests that would be sent and validate bodies, and the profiles that they need.

    A profile that is only known when the test runs (``${...}``) is not among them.
    """
    tests: dict[str, None] = {}
    profiles: dict[str, dict[str, None]] = {}
    for planned in plan.runnable:
        for spec in _specs(planned):
            if spec.kind in _KINDS:
                tests[planned.test.id] = None
                for url in _profiles(spec):
                    profiles.setdefault(url, {})[planned.test.id] = None
    return Needed(tuple(tests), {url: tuple(by) for url, by in profiles.items()})


@dataclass(frozen=True, slots=True)
class AtHand:
    """What there is to judge bodies by."""

    #: In words: packages, or the shapes of resources.
    by: str = ""
    #: The profiles that nothing can be judged by.
    lost: tuple[str, ...] = ()
    #: Why nothing can be judged, and what to do about it; empty where something can.
    problem: str = ""
    remedy: str = ""


def at_hand(asked: Needed, definitions: Definitions) -> AtHand:
    """Which of the needed definitions are loaded; opens packages only where tests need them."""
    if not asked.tests:
        return AtHand()
    from conformance_cli.cli.validating.definitions import about, library

    profiles = tuple(asked.profiles or ())
    try:
        found = library(definitions)
        packages = about(definitions).packages
    except ConformanceError as error:
        remedy = next((d.hint for d in error.diagnostics if d.hint), "")
        return AtHand("", profiles, str(error), remedy)
    lost = tuple(url for url in profiles if found.structure(url) is None)
    return AtHand(", ".join(packages) or SHAPES, lost)


def _specs(planned: PlannedTest) -> Iterator[AssertionSpec]:
    for item in unfold(planned.test, planned.pack):
        yield from item.step.require
        yield from item.step.expect
    for observation in planned.pack.observations:
        yield from observation.expect


def _profiles(spec: AssertionSpec) -> Iterable[str]:
    if spec.kind != "conforms-to":
        return ()
    argument: Json = spec.argument
    named = argument.get("profile") if isinstance(argument, Mapping) else argument
    urls = named if isinstance(named, list | tuple) else [named]
    return [url for url in urls if isinstance(url, str) and "${" not in url]
