"""The saved run: everything that reports, comparisons and certificates are views of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from conformance_cli.model.profile import Profile
from conformance_cli.model.result import PreflightResult, TestResult
from conformance_cli.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class PackIdentity:
    """Which pack, exactly, ran."""

    name: str
    version: str
    digest: str
    title: str = ""

    @property
    def ref(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Product:
    """What is being certified, as the supplier states it."""

    name: str = ""
    version: str = ""
    supplier: str = ""
    ods_code: str = ""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The choices that shaped a run and that its reader must know."""

    #: As asked for on the command line, e.g. ``bars@latest``.
    requested_profile: str = ""
    #: ``read``, ``write`` or ``destructive``.
    allow: str = "read"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: Exact test ids that a rerun was limited to; empty means all.
    only: tuple[str, ...] = ()
    #: ``shall``, ``should`` or ``may``: the weakest level whose tests were selected.
    level: str = "may"
    #: ``specification`` or ``suite``.
    basis: str = "specification"
    #: ``run`` or ``certify``.
    gate: str = "run"
    #: ``must``, ``should`` or ``warning``.
    fail_on: str = "must"
    keep_bodies: str = "failures"
    jobs: int = 1
    #: TLS verification was switched off: never certifiable.
    insecure: bool = False
    options: Mapping[str, bool] = field(default_factory=dict)
    #: Names of the fixtures that were given; values are personal data and stay out.
    fixtures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What is known before the first request; the first line of the journal."""

    id: str
    tool_version: str
    started: datetime
    #: Base URL, redacted.
    endpoint: str
    profile: Profile
    packs: tuple[PackIdentity, ...]
    product: Product = Product()
    environment: str = ""
    settings: RunSettings = RunSettings()
    waivers: tuple[Waiver, ...] = ()
    format_version: str = "1.0"
    #: Ids of every test of the plan, in plan order.
    planned: tuple[str, ...] = ()
    #: Which requirements each planned test could verify, so that a test without a result
    #: still counts against them.
    planned_requirements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


#: ``RunHeader.environment`` of a demo: its server is gone when its report is read.
DEMO = "demo"


class RunState(Enum):
    """How a run ended.  ``incomplete`` means that the journal has no footer."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    SETUP_FAILED = "setup-failed"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Run:
    """One saved run.  Tests are in plan order, whatever order they finished in."""

    header: RunHeader
    state: RunState
    tests: tuple[TestResult, ...]
    preflight: tuple[PreflightResult, ...] = ()
    finished: datetime | None = None
    #: How often the run was resumed.
    resumed: int = 0
