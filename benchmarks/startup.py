"""(a) What it costs to start: ``--version`` and ``--help`` against importing click."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.measure import Figure

RUNS = 15


def measure() -> list[Figure]:
    baseline = [sys.executable, "-c", "import click"]
    figures = []
    for flag in ("--version", "--help"):
        command = [sys.executable, "-m", "conformance_cli", flag]
        pairs = [(_time(command), _time(baseline)) for _ in range(RUNS + 1)][1:]
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        ours = statistics.median(ours for ours, _ in pairs)
        figures.append(
            Figure(f"conformance {flag} / import click", ratio, 1.5, f"{ours * 1000:.0f} ms")
        )
    return figures


def _time(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started
