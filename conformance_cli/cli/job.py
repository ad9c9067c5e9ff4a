"""A run from its plan to its directory: begun, resumed, executed, judged, reported."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from conformance_cli import __version__
from conformance_cli.cli import reports
from conformance_cli.cli.exit_codes import strongest
from conformance_cli.cli.interrupts import stopping
from conformance_cli.cli.runs import exit_code_of, view_of
from conformance_cli.cli.settings import shown_path
from conformance_cli.cli.values import Target
from conformance_cli.engine import Pace, Plan, Runner
from conformance_cli.model.diagnostics import ExitCode
from conformance_cli.model.run import PackIdentity, RunHeader, RunSettings, RunState

if TYPE_CHECKING:
    from conformance_cli.engine import Bench
    from conformance_cli.load.config import Config
    from conformance_cli.model.result import TestResult
    from conformance_cli.model.waiver import Waiver
    from conformance_cli.reporting.console import Console
    from conformance_cli.store import RunDirectory


@dataclass(frozen=True, slots=True)
class Job:
    """Everything about a run that is decided before the first request."""

    plan: Plan
    header: RunHeader
    directory: RunDirectory
    pace: Pace
    #: Reports wanted besides ``report.json`` and ``report.html``.
    targets: Sequence[Target] = ()
    #: Results of an earlier process, by test id, where the run is resumed.
    finished: Mapping[str, TestResult] = field(default_factory=dict)


def header_of(
    config: Config,
    plan: Plan,
    endpoint: str,
    *,
    only: Sequence[str] = (),
    waivers: Sequence[Waiver] = (),
) -> RunHeader:
    """The header of a run that begins now.  ``endpoint`` is redacted already."""
    now = datetime.now(UTC)
    return RunHeader(
        id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        tool_version=__version__,
        started=now,
        endpoint=endpoint,
        profile=plan.profile,
        packs=tuple(PackIdentity(p.name, p.version, p.digest, p.title) for p in plan.packs),
        product=config.product,
        environment=config.environment,
        settings=RunSettings(
            requested_profile=config.profile or plan.profile.ref,
            allow=config.run.allow.value,
            include=config.run.include,
            exclude=config.run.exclude,
            only=tuple(only),
            level=config.run.level,
            basis=config.run.basis,
            gate=config.gate.mode,
            fail_on=config.gate.fail_on,
            keep_bodies=config.run.keep_bodies,
            jobs=config.run.jobs,
            insecure=config.network.insecure,
            options=dict(plan.options),
            fixtures=tuple(sorted(config.fixtures)),
        ),
        waivers=tuple(waivers),
        planned=tuple(p.test.id for p in plan.tests),
        planned_requirements={p.test.id: p.test.requirements for p in plan.tests},
    )


def execute(job: Job, bench: Bench, console: Console) -> ExitCode:
    """Run a job to its end, write its reports, show its summary.

    Reports are written before the summary is shown, so that a reader who leaves early
    costs nothing.
    """
    from conformance_cli.store import load_run

    runner = Runner(
        job.plan, bench, job.directory, job.header, pace=job.pace, finished=job.finished
    )
    with job.directory, stopping(runner.stop):
        try:
            for event in runner.events():
                console.handle(event)
        finally:
            console.close()
    folder = Path(shown_path(job.directory.path))
    run = load_run(folder)
    targets = (*reports.DEFAULTS, *job.targets)
    view = view_of(run, folder)
    written = reports.write(view, targets)
    console.summary(replace(view, reports=tuple(map(shown_path, written))))
    interrupted = run.state is RunState.INTERRUPTED
    return strongest([exit_code_of(view), *([ExitCode.INTERRUPTED] if interrupted else [])])


def pace_of(config: Config) -> Pace:
    """How fast and how long a configuration lets a run go."""
    return Pace(jobs=config.run.jobs, max_time_s=config.run.max_time_s)
