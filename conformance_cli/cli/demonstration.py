"""The demo: a reference supplier, its pack, and a run of one against the other."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from conformance_cli.cli.output import answer, say, wrapped
from conformance_cli.cli.session import Session
from conformance_cli.model.diagnostics import ConformanceError, ExitCode
from conformance_cli.model.pack import TestPack
from conformance_cli.model.profile import Profile
from conformance_cli.model.run import DEMO

if TYPE_CHECKING:
    from conformance_cli.engine import Plan
    from conformance_cli.load.config import Config
    from conformance_cli.reference import ReferenceSupplier, RunningSupplier


@dataclass(frozen=True, slots=True)
class Stage:
    """What is shown: a profile, its pack, a server of ours, and the faults in it."""

    profile: Profile
    pack: TestPack
    supplier: ReferenceSupplier
    faults: frozenset[str]

    @classmethod
    def of(cls, reference: str | None, faults: tuple[str, ...]) -> Self:
        """The stage for a profile, or for the first one that has a server.

        Raises:
            ConformanceError: ``no-reference``, ``fault-not-found``, or what loading raises.

        """
        from conformance_cli.cli.definitions import catalogue
        from conformance_cli.reference import supplier
        from conformance_cli.reference.faults import check_names

        known = catalogue()
        wanted = reference or next((e.name for e in known.profiles()), "bars")
        profile = known.profile(wanted)
        pack = next((p for p in known.packs_for(profile) if p.reference), None)
        if pack is None:
            raise ConformanceError.of(
                "no-reference",
                f"there is no bundled server for {profile.ref}",
                hint="conformance demo without a profile shows one that there is",
            )
        found = supplier(pack.reference)
        check_names(found.name, found.faults, faults)
        return cls(profile, pack, found, frozenset(faults))

    @property
    def version(self) -> str:
        """The version of the standard that the server speaks."""
        versions = self.supplier.versions
        return self.profile.version if self.profile.version in versions else versions[-1]

    @contextmanager
    def served(self, port: int = 0) -> Iterator[RunningSupplier]:
        """The server, over TLS with a certificate of its own, until the block ends."""
        from conformance_cli.reference import loopback_identity, serve

        with (
            loopback_identity(self.faults) as identity,
            serve(
                self.supplier,
                faults=self.faults,
                version=self.version,
                port=port,
                identity=identity,
            ) as running,
        ):
            yield running

    def fixtures(self) -> dict[str, str]:
        """The server's test data, by the pack's names."""
        wanted = {fixture.name for fixture in self.pack.fixtures}
        return {n: v for n, v in self.supplier.fixtures.items() if n in wanted}

    def options(self) -> dict[str, bool]:
        """What the server offers, by the profile's names."""
        wanted = {option.name for option in self.profile.options}
        return {n: v for n, v in self.supplier.options.items() if n in wanted}


def perform(stage: Stage, flags: Mapping[str, Any], session: Session, form: str | None) -> ExitCode:
    """Start the server, run everything against it, report, and stop it."""
    from conformance_cli.cli import reports
    from conformance_cli.cli.connection import local_bench
    from conformance_cli.cli.consoles import console_for
    from conformance_cli.cli.job import Job, execute, header_of, pace_of
    from conformance_cli.cli.values import Target
    from conformance_cli.store import RunDirectory

    with stage.served() as running:
        _introduce(stage, running.base_url)
        config = _config(stage, running.base_url, flags)
        plan = _plan(stage, config)
        targets = reports.prepared([Target(t.format, t.path) for t in config.reports.formats])
        header = replace(header_of(config, plan, running.base_url), environment=DEMO)
        directory = RunDirectory.create(config.reports.directory / header.id, header)
        job = Job(plan, header, directory, pace_of(config), targets)
        with local_bench(running, plan) as bench:
            code = execute(job, bench, console_for(form, session))
    say("The server of this demo has stopped; conformance demo serve starts one to try on.")
    return code


def serve_until_interrupted(stage: Stage, port: int) -> None:
    """Serve, say what to type, and wait for Ctrl-C."""
    with stage.served(port) as running:
        _introduce(stage, running.base_url)
        answer(command_line(stage, running))
        say("Serving until Ctrl-C.")
        running.wait()


def command_line(stage: Stage, running: RunningSupplier) -> str:
    """The command that runs everything against a server of this stage."""
    words = ["conformance", "run", stage.profile.ref, "--endpoint", running.base_url]
    if running.authority is not None:
        words += ["--ca-bundle", str(running.authority)]
    words += ["--allow", "destructive"]
    for name, value in stage.fixtures().items():
        words += ["--fixture", f"{name}={value}"]
    defaults = {option.name: option.default for option in stage.profile.options}
    for name, offered in stage.options().items():
        if offered is not defaults[name]:
            words += ["--option", f"{name}={str(offered).lower()}"]
    return shlex.join(words)


def fault_table(stage: Stage) -> str:
    """Every fault that can be planted, and what it breaks."""
    lines = []
    for fault in stage.supplier.faults:
        lines.append(f"{fault.name}  ({', '.join(fault.breaks)})")
        lines.append(wrapped(fault.title, indent="    "))
    return "\n".join(lines)


def _introduce(stage: Stage, base_url: str) -> None:
    named = [fault for fault in stage.supplier.faults if fault.name in stage.faults]
    say(f"{stage.supplier.title} at {base_url}")
    for fault in named:
        say(f"planted fault {fault.name}: {fault.title} It breaks {', '.join(fault.breaks)}.")


def _config(stage: Stage, base_url: str, flags: Mapping[str, Any]) -> Config:
    from conformance_cli.load.config import NO_FILE, load_config

    # no file, and of the environment only where results go: a demo has its own set-up
    said = {
        "profile": stage.profile.ref,
        "endpoint": base_url,
        "allow": "destructive",
        "fixture": tuple(stage.fixtures().items()),
        "option": tuple((n, str(v).lower()) for n, v in stage.options().items()),
        "product": stage.supplier.title,
    }
    kept = {name: flags[name] for name in ("report", "output_dir") if name in flags}
    names = ("CONFORMANCE_REPORT", "CONFORMANCE_OUTPUT_DIR")
    environ = {name: os.environ[name] for name in names if name in os.environ}
    return load_config(NO_FILE, None, said | kept, environ, Path.cwd())


def _plan(stage: Stage, config: Config) -> Plan:
    from conformance_cli.cli.compose import Definitions, plan_of

    return plan_of(config, Definitions(stage.profile, (stage.pack,)))
