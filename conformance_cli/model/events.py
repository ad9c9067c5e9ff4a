"""What the engine tells while it runs.  Reporters and the journal only listen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conformance_cli.model.result import PreflightResult, TestResult
from conformance_cli.model.run import RunHeader, RunState


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The plan stands and nothing has been sent yet."""

    header: RunHeader
    #: How many tests will send requests.
    runnable: int


@dataclass(frozen=True, slots=True)
class PreflightChecked:
    """One set-up check is done."""

    result: PreflightResult


@dataclass(frozen=True, slots=True)
class TestStarted:
    """A test is about to send its first request."""

    __test__ = False

    test: str
    title: str


@dataclass(frozen=True, slots=True)
class TestFinished:
    """A test is over, its cleanup done and its evidence stored."""

    __test__ = False

    result: TestResult
    #: Tests finished so far, and how many there are.
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class RunFinished:
    """Nothing more will be sent."""

    state: RunState
    finished: datetime


Event = RunStarted | PreflightChecked | TestStarted | TestFinished | RunFinished
