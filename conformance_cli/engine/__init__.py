"""The engine: plan a run, check the set-up, send the tests, yield events."""

from conformance_cli.engine.execution import Bench
from conformance_cli.engine.plan import Choices, Plan, PlannedTest, make_plan
from conformance_cli.engine.ports import Recorder, Redactor, Sender
from conformance_cli.engine.preflight import Preflight
from conformance_cli.engine.runner import Pace, Runner

__all__ = [
    "Bench",
    "Choices",
    "Pace",
    "Plan",
    "PlannedTest",
    "Preflight",
    "Recorder",
    "Redactor",
    "Runner",
    "Sender",
    "make_plan",
]
