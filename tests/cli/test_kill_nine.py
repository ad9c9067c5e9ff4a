"""kill -9 at random moments of a whole BaRS run: going on ends as if nothing had happened."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance_cli.reference import RunningSupplier, serve, supplier
from tests.cli.program import command, environment
from tests.cli.test_interrupts import ended, report_of, running

REFERENCE = supplier("bars")
#: What the reference supplier offers beyond the defaults of the profile.
OFFERS = ("responses", "access-control", "multi-schedule")
NEEDED = ("service", "refused-organisation", "sent-referral", "sent-validation")


def fixtures() -> list[str]:
    return [word for n in NEEDED for word in ("--fixture", f"{n}={REFERENCE.fixtures[n]}")]


def run_of(served: RunningSupplier) -> list[str]:
    options = [word for name in OFFERS for word in ("--option", f"{name}=true")]
    base = ["run", "bars@1.0.0", "-e", served.base_url, "--allow", "writes", "--no-config"]
    # which of two identical messages is answered first is chance, in every run
    return [*base, "--exclude", "retry-of-*", *options, *fixtures()]


@contextmanager
def fresh() -> Iterator[RunningSupplier]:
    with serve(REFERENCE) as served:
        yield served


def verdicts(folder: Path) -> dict[str, object]:
    """All that a report concludes; ids, times and made-up names are left out."""
    report = report_of(folder)
    return {
        "outcome": report["outcome"],
        "requirements": {r["id"]: (r["verdict"], r["reasons"]) for r in report["requirements"]},
        "tests": {t["id"]: (t["verdict"], t["left_behind"]) for t in report["tests"]},
        "assertions": {a["id"]: a["verdict"] for t in report["tests"] for a in t["assertions"]},
        "order": [t["id"] for t in report["tests"]],
    }


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], float]:
    """What a run concludes that nobody stopped, and how many seconds it took."""
    folder = tmp_path_factory.mktemp("whole")
    with fresh() as served:
        started = time.monotonic()
        with running(*run_of(served), cwd=folder) as process:
            assert ended(process).code in (0, 3)
    return verdicts(folder), time.monotonic() - started


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_run_killed_at_a_random_moment_and_resumed_concludes_the_same(
    seed: int, uninterrupted: tuple[dict[str, object], float], tmp_path: Path
) -> None:
    whole, seconds = uninterrupted
    moment = random.Random(seed).uniform(0.2, 0.95) * seconds
    with fresh() as served:
        started = time.monotonic()
        process = subprocess.Popen(
            command(*run_of(served)),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while time.monotonic() - started < moment or not begun(tmp_path):
            time.sleep(0.005)
        process.kill()
        process.wait()
        again = ["run", "--resume", "latest", "--no-config", *fixtures()]
        with running(*again, cwd=tmp_path) as process:
            done = ended(process)
    assert done.code in (0, 2, 3), done.err
    if done.code == 2:
        assert "run-complete" in done.err
    else:
        assert verdicts(tmp_path) == whole


def begun(folder: Path) -> bool:
    """Whether there is a run to resume: a journal whose header is written."""
    journals = folder.glob("conformance-results/*/journal.jsonl")
    return any(b"\n" in journal.read_bytes() for journal in journals)
