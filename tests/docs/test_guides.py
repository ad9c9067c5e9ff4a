"""The guides are true: what they show is written out, linted and run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.miniatures import Answer, Asked, miniature

ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"^`([\w./-]+\.yaml)`\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """The files that the guide for authors shows."""
    guide = (ROOT / "docs" / "writing-a-pack.md").read_text()
    for name, content in _FILE.findall(guide):
        path = tmp_path / "my-standards" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "my-standards"


def conformance(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "conformance_cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"},
    )


def patient_server(asked: Asked) -> Answer:
    if asked.path == "/Patient/example":
        return Answer(200, {"resourceType": "Patient", "id": "example"}, {"ETag": 'W/"1"'})
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "not-found"}],
    }
    return Answer(404, outcome)


def careless_server(asked: Asked) -> Answer:
    return Answer(200, {"resourceType": "Patient", "id": "example"}, {"ETag": 'W/"1"'})


def test_the_profile_and_the_pack_of_the_guide_lint_clean(catalogue: Path) -> None:
    profile = catalogue / "profiles/patient-read/1.0.0/profile.yaml"
    pack = catalogue / "test_packs/patient-read/1.0.0"
    for command in (
        ("profile", "lint", profile),
        ("pack", "lint", pack, "--catalogue", catalogue),
    ):
        done = conformance(*command, cwd=catalogue.parent)
        assert done.returncode == 0, done.stderr + done.stdout


def test_the_pack_of_the_guide_certifies_a_server_that_keeps_the_standard(catalogue: Path) -> None:
    with miniature(patient_server) as endpoint:
        done = run_guide(catalogue, endpoint.base_url)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "conformant" in done.stdout.lower()


def test_the_pack_of_the_guide_refuses_one_that_does_not(catalogue: Path) -> None:
    with miniature(careless_server) as endpoint:
        done = run_guide(catalogue, endpoint.base_url)
    assert done.returncode == 1, done.stderr + done.stdout
    assert "PR-ERR-001" in done.stdout


def run_guide(catalogue: Path, url: str) -> subprocess.CompletedProcess[str]:
    return conformance(
        "run",
        "patient-read@1.0.0",
        "-e",
        url,
        "--catalogue",
        catalogue,
        "--fixture",
        "known-patient=example",
        cwd=catalogue.parent,
    )


def test_the_readme_names_the_command_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text()
    command = next(
        line for line in (ROOT / ".ci" / "run").read_text().splitlines() if "nox" in line
    )
    assert command in readme
