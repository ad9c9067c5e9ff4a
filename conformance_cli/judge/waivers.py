"""Waivers: which ones cover a finding, and which do not do what their author thinks.

A waiver lies over a verdict and never changes it.  It covers a requirement that failed
or was warned about, up to and including the day it expires, for the product and the
profile versions that it names.  Where the profile says that a requirement is not
waivable, a waiver still counts in the supplier's own gate (``--gate run``), because that
gate is theirs, and never when certifying; it is reported either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from conformance_cli.judge.policy import Gate
from conformance_cli.model.judgement import RequirementResult, WaiverProblem
from conformance_cli.model.profile import Profile
from conformance_cli.model.run import Product
from conformance_cli.model.verdict import Verdict
from conformance_cli.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class WaiverScope:
    """What waivers are held against."""

    profile: Profile
    product: Product
    gate: Gate
    today: date


def overlay(
    results: Sequence[RequirementResult], waivers: Sequence[Waiver], scope: WaiverScope
) -> tuple[tuple[RequirementResult, ...], tuple[WaiverProblem, ...]]:
    """The results with the waivers that cover them, and what is wrong with the others.

    A waiver for another product or another profile version is meant for another run and
    is no problem.  Of several that cover a requirement the one that lasts longest shows.
    """
    by_id = {result.requirement.id: result for result in results}
    covering: dict[str, Waiver] = {}
    problems: list[WaiverProblem] = []
    for waiver in sorted(waivers, key=lambda w: w.expires):
        if waiver.product not in ("", scope.product.name):
            continue
        result = by_id.get(waiver.requirement)
        problem = _problem(waiver, result, scope)
        if problem == "out-of-scope":
            continue
        if problem:
            problems.append(WaiverProblem(waiver, problem))
        if result is not None and _covers(result, problem, scope.gate):
            covering[waiver.requirement] = waiver
    covered = tuple(replace(r, waiver=covering.get(r.requirement.id)) for r in results)
    return covered, tuple(problems)


def _problem(waiver: Waiver, result: RequirementResult | None, scope: WaiverScope) -> str:
    matched = _version_matches(waiver.profile_versions, scope.profile.version)
    if matched is None:
        return "invalid-range"
    if not matched:
        return "out-of-scope"
    if result is None:
        return "unknown-requirement"
    if waiver.expires < scope.today:
        return "expired"
    if not result.requirement.waivable:
        return "not-waivable"
    return "" if _has_finding(result) else "unused"


def _covers(result: RequirementResult, problem: str, gate: Gate) -> bool:
    in_force = problem == "" or (problem == "not-waivable" and gate == "run")
    return in_force and _has_finding(result)


def _has_finding(result: RequirementResult) -> bool:
    return result.verdict in (Verdict.FAIL, Verdict.WARNING)


def _version_matches(versions: str, version: str) -> bool | None:
    """Whether a version is in an npm-style range; ``None`` if one of them cannot be read."""
    if not versions:
        return True
    from semantic_version import NpmSpec, Version

    try:
        return bool(NpmSpec(versions).match(Version(version)))
    except ValueError:
        return None
