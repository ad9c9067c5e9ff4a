"""The validator against recorded outcomes of the reference validator, where they are at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SCORER = SHARED / "tools" / "score_validator.py"
CASES = SHARED / "corpora" / "validator"
PACKAGES = [
    SHARED / "fhir" / "packages" / name
    for name in (
        "hl7.fhir.r4.core-4.0.1.tgz",
        "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz",
        "hl7.terminology.r4-7.0.1.tgz",
    )
]
#: Runs whose verdict is known to differ, each for a reason.
DIFFERENT = {
    # a code of ISO 11073 where a value set of UCUM units is required: an error by definition
    "R4.obs-vital-signs-mdc#base",
    # the profile's extension says that a narrative without sources deserves a warning
    "R4.xhtml-ctrl-source1#profile",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SCORER.exists(), reason=f"{SCORER} is not at hand"),
]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    report = tmp_path_factory.mktemp("scored") / "scored.json"
    command = [sys.executable, str(SCORER), "run", "--cases", str(CASES)]
    command += ["--callable", "tests.corpus_adapter:validate", "--json", str(report)]
    for package in PACKAGES:
        command += ["--package", str(package)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    loaded: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return loaded


def test_every_run_is_judged(scored: dict[str, Any]) -> None:
    assert [row["id"] for row in scored["rows"] if row["status"] != "ok"] == []


def test_verdicts_agree(scored: dict[str, Any]) -> None:
    differing = {row["id"] for row in scored["rows"] if not row["verdict"]}
    assert differing <= DIFFERENT


def test_locations_agree_mostly(scored: dict[str, Any]) -> None:
    summary = scored["summary"]
    assert summary["recall"] >= 0.85
    assert summary["precision"] >= 0.90
