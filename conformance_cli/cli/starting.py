"""Starting a run: anew, as an earlier one was run, or where that one stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from conformance_cli.cli import reports
from conformance_cli.cli.compose import definitions, endpoint_of, plan_of
from conformance_cli.cli.connection import connected
from conformance_cli.cli.consoles import console_for
from conformance_cli.cli.inheritance import inherited, same_run
from conformance_cli.cli.job import Job, execute, header_of, pace_of
from conformance_cli.cli.output import say
from conformance_cli.cli.runs import find_run
from conformance_cli.cli.session import Session
from conformance_cli.cli.settings import configured
from conformance_cli.cli.values import Target
from conformance_cli.model.diagnostics import ConformanceError, ExitCode
from conformance_cli.model.result import TestResult
from conformance_cli.model.run import Run, RunHeader
from conformance_cli.model.verdict import Verdict

if TYPE_CHECKING:
    from conformance_cli.load.config import Config
    from conformance_cli.store import RunDirectory


@dataclass(frozen=True, slots=True)
class Again:
    """Which earlier run to take up, if any, and which of its tests."""

    rerun: str | None = None
    resume: str | None = None
    failed: bool = False
    undecided: bool = False


def begin(flags: Mapping[str, Any], again: Again, session: Session, form: str | None) -> ExitCode:
    """Start the run that a command line asks for, and see it to its end.

    Raises:
        ConformanceError: something is wrong with what was asked for; nothing was sent.

    """
    if again.resume:
        return _resume(flags, again.resume, session, form)
    only: tuple[str, ...] = ()
    config = configured(flags, session)
    if again.rerun:
        run = _load(find_run(again.rerun, config.reports.directory))
        config = inherited(_of_environment(flags, run.header, session), run.header)
        only = _chosen(run, again)
    return _start(config, only, session, form)


def _start(config: Config, only: tuple[str, ...], session: Session, form: str | None) -> ExitCode:
    from conformance_cli.load.waivers import load_waivers
    from conformance_cli.store import RunDirectory

    endpoint = endpoint_of(config)
    plan = plan_of(config, definitions(config), only)
    targets = _targets(config)
    waivers = load_waivers(config.gate.waivers) if config.gate.waivers else ()
    console = console_for(form, session, _answer_stream(targets))
    with connected(config, endpoint, plan, session) as bench:
        shown = bench.redactor.text(endpoint)
        header = header_of(config, plan, shown, only=only, waivers=waivers)
        directory = RunDirectory.create(config.reports.directory / header.id, header)
        return execute(Job(plan, header, directory, pace_of(config), targets), bench, console)


def _resume(
    flags: Mapping[str, Any], reference: str, session: Session, form: str | None
) -> ExitCode:
    from conformance_cli.store import RunDirectory

    folder = find_run(reference, configured(flags, session).reports.directory)
    header = _load(folder).header
    only = header.settings.only
    config = inherited(_of_environment(flags, header, session), header)
    endpoint = endpoint_of(config)
    plan = plan_of(config, definitions(config), only)
    targets = _targets(config)
    console = console_for(form, session, _answer_stream(targets))
    with connected(config, endpoint, plan, session) as bench:
        shown = bench.redactor.text(endpoint)
        now = header_of(config, plan, shown, only=only, waivers=header.waivers)
        same_run(header, now, folder)
        with RunDirectory.resume(folder) as directory:
            _tell_what_is_done(directory)
            job = Job(plan, header, directory, pace_of(config), targets, directory.finished)
            return execute(job, bench, console)


def _tell_what_is_done(directory: RunDirectory) -> None:
    header, done = directory.header, len(directory.finished)
    say(f"Going on with run {header.id}: {done} of {len(header.planned)} tests are done")
    for test in directory.in_flight:
        say(f"{test} was cut off before: it runs again, and may have left data behind")


def _of_environment(flags: Mapping[str, Any], header: RunHeader, session: Session) -> Config:
    """The configuration with the environment that a run was made in."""
    if header.environment and "environment" not in flags:
        return configured({**flags, "environment": header.environment}, session)
    return configured(flags, session)


def _targets(config: Config) -> tuple[Target, ...]:
    return reports.prepared([Target(t.format, t.path) for t in config.reports.formats])


def _answer_stream(targets: tuple[Target, ...]) -> TextIO:
    """Where the summary goes: aside, if a report is the answer on stdout."""
    return sys.stderr if any(target.path == "-" for target in targets) else sys.stdout


def _load(folder: Path) -> Run:
    from conformance_cli.store import load_run

    return load_run(folder)


def _chosen(run: Run, again: Again) -> tuple[str, ...]:
    """The tests of a run to repeat; none means all."""
    wanted: list[Callable[[TestResult], bool]] = []
    if again.failed:
        wanted.append(_failed)
    if again.undecided:
        wanted.append(_undecided)
    if not wanted:
        return run.header.settings.only
    have = {test.id for test in run.tests}
    missing = [t for t in run.header.planned if t not in have] if again.undecided else []
    chosen = [t.id for t in run.tests if any(matches(t) for matches in wanted)]
    if chosen or missing:
        return (*chosen, *missing)
    raise ConformanceError.of(
        "nothing-to-rerun",
        f"no test of run {run.header.id} did that",
        hint="leave out --failed and --undecided to repeat all of it",
    )


def _failed(test: TestResult) -> bool:
    return any(a.verdict in (Verdict.FAIL, Verdict.WARNING) for a in test.assertions)


def _undecided(test: TestResult) -> bool:
    return test.verdict in (Verdict.ERROR, Verdict.NOT_TESTED)
