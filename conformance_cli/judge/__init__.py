"""The rules of judgement: from test results to verdicts, outcome and comparison.  Pure."""

from conformance_cli.judge.compare import compare
from conformance_cli.judge.coverage import coverage
from conformance_cli.judge.outcome import judge, judge_run
from conformance_cli.judge.policy import BasisChoice, FailOn, Gate, Policy

__all__ = [
    "BasisChoice",
    "FailOn",
    "Gate",
    "Policy",
    "compare",
    "coverage",
    "judge",
    "judge_run",
]
