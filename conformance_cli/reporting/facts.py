"""Facts of a run that its reader must know, as label and value pairs in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from conformance_cli.model.result import PreflightStatus
from conformance_cli.model.run import RunState
from conformance_cli.reporting.text import plural
from conformance_cli.reporting.view import ReportView, duration, left_behind

_STATES = {
    RunState.INTERRUPTED: "The run was interrupted; tests after that point did not run.",
    RunState.INCOMPLETE: "The run has no end: it crashed or is still going on.",
    RunState.SETUP_FAILED: "The set-up was not ready, so no test was sent.",
}
_WAIVERS = {
    "expired": "has expired",
    "unused": "covers nothing: the requirement needs no waiver",
    "not-waivable": "never counts when certifying: the requirement cannot be waived",
    "unknown-requirement": "names a requirement that the profile does not have",
    "invalid-range": "has a range of profile versions that cannot be read",
}
_ALLOW = {"read": "read-only", "write": "reads and writes", "destructive": "everything"}


def instant(moment: datetime | None) -> str:
    """``2026-11-23T09:41:00Z``; empty where there is none.  Naive times are UTC."""
    if moment is None:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def run_milliseconds(view: ReportView) -> float:
    """From start to finish; the sum of the tests where the run has no end."""
    finished = view.run.finished
    if finished is None:
        return sum(test.elapsed_ms for test in view.run.tests)
    return max(0.0, (finished - view.run.header.started).total_seconds() * 1000)


def product(view: ReportView) -> str:
    """``Supplier Name 1.2``, or empty where the supplier did not say."""
    about = view.run.header.product
    return " ".join(part for part in (about.supplier, about.name, about.version) if part)


def settings(view: ReportView) -> tuple[tuple[str, str], ...]:
    """The choices that shaped the run."""
    chosen = view.run.header.settings
    pairs = (
        ("Requested profile", chosen.requested_profile),
        ("Allowed effects", _ALLOW.get(chosen.allow, chosen.allow)),
        ("Level", f"{chosen.level} and stronger"),
        ("Basis", chosen.basis),
        ("Gate", f"{chosen.gate}, fails on {chosen.fail_on}"),
        ("Included", ", ".join(chosen.include)),
        ("Excluded", ", ".join(chosen.exclude)),
        ("Bodies kept", chosen.keep_bodies),
        ("Parallel tests", str(chosen.jobs)),
        ("TLS verification", "switched off" if chosen.insecure else "on"),
        ("Options", ", ".join(_option(*item) for item in sorted(chosen.options.items()))),
        ("Fixtures given", ", ".join(chosen.fixtures)),
    )
    return tuple((label, value) for label, value in pairs if value)


def notices(view: ReportView) -> Iterator[str]:
    """Sentences that qualify the outcome; a reader must not miss them."""
    run = view.run
    if run.state in _STATES:
        yield _STATES[run.state]
    if not any(test.exchanges for test in run.tests) and run.state is RunState.COMPLETE:
        yield "No request was sent: nothing here is proven."
    if run.header.settings.insecure:
        yield "TLS verification was switched off (--insecure): this run can never be certified."
    if run.header.profile.status.value != "active":
        yield f"The profile is {run.header.profile.status.value}, not active."
    if run.resumed:
        yield f"The run was resumed {plural(run.resumed, 'time')}."
    for check in run.preflight:
        if check.status in (PreflightStatus.WARNING, PreflightStatus.FAILED):
            hint = f" ({check.hint})" if check.hint else ""
            yield f"Set-up check {check.name}: {check.message}{hint}"
    for found in view.judgement.waiver_problems:
        verb = _WAIVERS.get(found.problem, found.problem)
        yield f"The waiver of {found.waiver.requirement} {verb}."
    for test, thing in left_behind(view):
        yield f"Left behind on the endpoint by {test}: {thing}"


def elapsed(view: ReportView) -> str:
    """How long the run took, for people."""
    return duration(run_milliseconds(view))


def _option(name: str, chosen: object) -> str:
    return f"{name} {'yes' if chosen else 'no'}"
