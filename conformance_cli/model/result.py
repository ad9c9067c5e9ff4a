"""Results: what assertions, tests and preflight checks showed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from conformance_cli.model.pack import Effect
from conformance_cli.model.verdict import Verdict


class Cause(Enum):
    """Why something has no decisive verdict; the summary groups by these."""

    FIXTURE = "fixture"
    EFFECT = "effect"
    EXCLUDED = "excluded"
    OPTION = "option"
    PRECONDITION = "precondition"
    NOTHING_TO_JUDGE = "nothing-to-judge"
    TRANSPORT = "transport"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"
    SETUP = "setup"
    PACKAGE = "package"
    NO_TEST = "no-test"
    ATTESTATION = "attestation"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is not decisive, and what would decide it."""

    cause: Cause
    text: str
    #: What to do, e.g. ``run again with --allow writes``.
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class AssertionResult:
    """What one assertion showed about one step's exchanges."""

    #: ``<test id>:<step>.<n>``; observations use ``<test id>:<step>.<observation>.<n>``.
    id: str
    kind: str
    requirements: tuple[str, ...]
    verdict: Verdict
    #: What was asserted, in words.
    title: str
    expected: str = ""
    actual: str = ""
    #: FHIRPath, header name or JSON Pointer of the fault.
    where: str = ""
    #: Evidence id of the exchange it speaks of.
    exchange: str = ""
    reason: Reason | None = None
    #: ``file:line`` of the assertion in the pack.
    source: str = ""


@dataclass(frozen=True, slots=True)
class TestResult:
    """What one test showed."""

    __test__ = False

    id: str
    title: str
    pack: str
    effect: Effect
    #: Over the test's own assertions; the judge never reads it.
    verdict: Verdict
    #: All requirement ids that the test could have verified.
    requirements: tuple[str, ...]
    assertions: tuple[AssertionResult, ...] = ()
    #: Evidence ids in the order sent.
    exchanges: tuple[str, ...] = ()
    reason: Reason | None = None
    #: What cleanup could not take away from the live system.
    left_behind: tuple[str, ...] = ()
    started: datetime | None = None
    elapsed_ms: float = 0.0


class PreflightStatus(Enum):
    """How a preflight check ended; only ``failed`` stops a run."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class PreflightResult:
    """One named set-up check.  Never counts for or against the supplier."""

    name: str
    status: PreflightStatus
    message: str
    hint: str = ""
