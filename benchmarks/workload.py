"""A whole run of the bars pack, composed as ``conformance run`` composes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance_cli.cli import reports
from conformance_cli.cli.compose import Definitions, definitions
from conformance_cli.cli.connection import connected
from conformance_cli.cli.job import header_of, pace_of
from conformance_cli.cli.runs import view_of
from conformance_cli.cli.session import Session
from conformance_cli.cli.values import Target
from conformance_cli.engine import Bench, Choices, Plan, Runner, Sender, make_plan
from conformance_cli.load.config import Config, load_config
from conformance_cli.model.exchange import Exchange, Request, TlsFacts
from conformance_cli.reference.supplier import supplier
from conformance_cli.store import RunDirectory, load_run

PROFILE = "bars@1.0.0"


def configuration(base_url: str, folder: Path, *, jobs: int = 1) -> Path:
    """A configuration file for a run of everything against the reference supplier."""
    reference = supplier("bars")
    values: dict[str, Mapping[str, Any]] = {
        "": {"profile": PROFILE, "endpoint": base_url},
        "run": {"allow": "destructive", "jobs": jobs},
        "fixtures": reference.fixtures,
        "options": reference.options,
    }
    lines: list[str] = []
    for table, entries in values.items():
        lines += [f"[{table}]"] * bool(table)
        lines += [f"{name} = {json.dumps(value)}" for name, value in entries.items()]
    path = folder / "conformance.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


@dataclass
class Counting:
    """A sender that counts its requests."""

    sender: Sender
    count: int = 0

    @property
    def base_url(self) -> str:
        return self.sender.base_url

    def send(self, request: Request, exchange_id: str, deadline: float | None = None) -> Exchange:
        self.count += 1
        return self.sender.send(request, exchange_id, deadline)

    def tls(self) -> TlsFacts | None:
        return self.sender.tls()


@dataclass
class Recording(Counting):
    """A sender that keeps the requests as they went out, with the client's own headers."""

    requests: list[Request] = field(default_factory=list)

    def send(self, request: Request, exchange_id: str, deadline: float | None = None) -> Exchange:
        exchange = super().send(request, exchange_id, deadline)
        self.requests.append(exchange.request)
        return exchange


@dataclass(frozen=True)
class Workload:
    """Definitions that are loaded, and the configuration that they were loaded for."""

    config: Config
    found: Definitions

    @classmethod
    def load(cls, base_url: str, folder: Path, *, jobs: int = 1) -> Workload:
        path = configuration(base_url, folder, jobs=jobs)
        config = load_config(path, None, {}, os.environ, folder)
        return cls(config, definitions(config))

    def plan(self) -> Plan:
        config = self.config
        choices = Choices(allow=config.run.allow, fixtures=config.fixtures, options=config.options)
        return make_plan(self.found.profile, self.found.packs, choices)

    def run(self, plan: Plan, folder: Path) -> list[Request]:
        """Preflight, tests, journal, evidence, judgement, ``report.json``; what was sent."""
        with recording(self.config, plan) as (bench, sent):
            self._record(plan, bench, folder)
        self.report(folder)
        return sent

    def record(self, plan: Plan, folder: Path) -> int:
        """The same up to the end of the journal; how many requests were sent."""
        assert self.config.endpoint is not None
        with connected(self.config, self.config.endpoint, plan, Session()) as bench:
            counter = Counting(bench.sender)
            self._record(plan, replace(bench, sender=counter), folder)
        return counter.count

    def report(self, folder: Path) -> None:
        """Judge a run directory and write its ``report.json``."""
        reports.write(view_of(load_run(folder), folder), (Target("json"),))

    def _record(self, plan: Plan, bench: Bench, folder: Path) -> None:
        header = header_of(self.config, plan, bench.sender.base_url)
        with RunDirectory.create(folder, header) as directory:
            runner = Runner(plan, bench, directory, header, pace=pace_of(self.config))
            for _ in runner.events():
                pass


@contextmanager
def recording(config: Config, plan: Plan) -> Iterator[tuple[Bench, list[Request]]]:
    """The bench of a configuration; its requests are kept in the list that comes with it."""
    assert config.endpoint is not None
    with connected(config, config.endpoint, plan, Session()) as bench:
        recorder = Recording(bench.sender)
        yield replace(bench, sender=recorder), recorder.requests
