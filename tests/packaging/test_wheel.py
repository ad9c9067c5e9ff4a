"""The wheel carries its data and works away from the checkout."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # without isolation the build uses the hatchling at hand and needs no package index
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_profiles_packs_and_reports(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for data in (
        "profiles/bars/1.0.0/profile.yaml",
        "test_packs/bars/1.0.0/pack.yaml",
        "reports/schemas/report.schema.json",
        "reports/templates/report.html.jinja",
    ):
        assert f"conformance_cli/_data/{data}" in names


def test_the_wheel_carries_no_tests(wheel: Path) -> None:
    assert not [n for n in zipfile.ZipFile(wheel).namelist() if n.startswith(("tests/", "bench"))]


@pytest.mark.slow
def test_an_installed_wheel_runs_the_demo_away_from_the_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    # its own code from the wheel, its dependencies from where the tests have them
    site = next((home / "lib").glob("python3*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    here = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "dependencies.pth").write_text(here + "\n")
    done = subprocess.run(
        [python, "-P", "-m", "conformance_cli", "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert "CONFORMANT" in done.stdout.upper()
    where = subprocess.run(
        [python, "-P", "-c", "import conformance_cli; print(conformance_cli.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(site) in where.stdout
