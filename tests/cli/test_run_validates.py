"""Runs whose packs assert ``base-fhir`` and ``conforms-to``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.cli.mini_core import NAMED, write_core, write_profile
from tests.miniatures import Answer, Asked, miniature

PROFILE = """
profile: valid
version: 1.0.0
title: Bodies are valid
status: active
fhir: 4.0.1
sources:
  T: {title: The tests, url: https://example.org/valid}
sections: {B: Bodies}
requirements:
  - {id: V-001, level: SHALL, section: B, text: Bodies are FHIR., source: {ref: T, at: a}}
  - {id: V-002, level: SHALL, section: B, text: Patients are active., source: {ref: T, at: b}}
"""
PACK = """
pack: valid
version: 1.0.0
title: Bodies are valid
certifies: [valid@~1.0]
interactions:
  read: {title: Read, method: GET, path: /Patient/1}
"""
TESTS = f"""
- test: patient-is-fhir
  title: A patient is valid
  effect: read
  verifies: V-001
  steps:
    - call: read
      expect: [{{base-fhir: true}}]
- test: patient-conforms
  title: A patient conforms
  effect: read
  verifies: V-002
  steps:
    - call: read
      expect: [{{conforms-to: "{NAMED}"}}]
"""
GOOD = {"resourceType": "Patient", "id": "1", "active": True}
CORE = ("--package", "hl7.fhir.r4.core@4.0.1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pack = tmp_path / "test_packs" / "valid" / "1.0.0"
    for path, text in (
        (tmp_path / "profiles" / "valid" / "1.0.0" / "profile.yaml", PROFILE),
        (pack / "pack.yaml", PACK),
        (pack / "tests" / "all.yaml", TESTS),
        (pack / "CHANGELOG.md", "# Changes\n"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_profile(tmp_path / "active.json")
    return tmp_path


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"FHIR_PACKAGE_CACHE": str(tmp_path / "pkg"), "XDG_CACHE_HOME": str(tmp_path / "xdg")}


@contextmanager
def serving(body: Any) -> Iterator[str]:
    def answer(asked: Asked) -> Answer:
        known = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
        return Answer(200, known if asked.path.endswith("/metadata") else body)

    with miniature(answer) as running:
        yield running.base_url


def run(cli: Cli, folder: Path, env: dict[str, str], body: Any, *more: str) -> dict[str, Any]:
    """What the run observed, by requirement."""
    with serving(body) as url:
        done = cli(
            "run", "valid", "--catalogue", str(folder), "-e", url, "--format", "json", *more,
            cwd=folder, env=env,
        )  # fmt: skip
    assert done.code in (0, 1, 3), done.err
    made = json.loads(done.out)
    return {a["requirements"][0]: a for test in made["tests"] for a in test["assertions"]}


def test_with_packages_both_are_judged(cli: Cli, folder: Path, env) -> None:
    write_core(folder / "pkg")
    given = (*CORE, "--package", "active.json")
    good = run(cli, folder, env, GOOD, *given)
    assert {v["verdict"] for v in good.values()} == {"pass"}
    assert good["V-001"]["actual"].startswith("valid by hl7.fhir.r4.core#4.0.1")
    bad = run(cli, folder, env, {"resourceType": "Patient", "gendr": "x"}, *given)
    assert (bad["V-001"]["verdict"], bad["V-002"]["verdict"]) == ("fail", "fail")
    assert "profile-minimum" in bad["V-002"]["actual"]
    assert bad["V-001"]["where"] == "Patient"


def test_packages_come_from_the_configuration(cli: Cli, folder: Path, env) -> None:
    write_core(folder / "pkg")
    (folder / "conformance.toml").write_text(
        '[packages]\nuse = ["hl7.fhir.r4.core@4.0.1", "./active.json"]\n'
    )
    found = run(cli, folder, env, GOOD)
    assert found["V-002"]["verdict"] == "pass"


def test_without_packages_shapes_are_used_and_a_profile_is_an_error(
    cli: Cli, folder: Path, env
) -> None:
    found = run(cli, folder, env, GOOD)
    assert found["V-001"]["verdict"] == "pass"
    assert "the shapes of resources only" in found["V-001"]["actual"]
    assert found["V-002"]["verdict"] == "error"
    assert found["V-002"]["reason"]["cause"] == "package"
    bad = run(cli, folder, env, {"resourceType": "Patient", "active": "yes"})
    assert bad["V-001"]["verdict"] == "fail"
    assert bad["V-001"]["where"] == "Patient.active"


def test_a_package_that_is_not_installed_is_an_error_of_both(cli: Cli, folder: Path, env) -> None:
    found = run(cli, folder, env, GOOD, "--package", "nope@1.0.0")
    assert {v["verdict"] for v in found.values()} == {"error"}
    assert "nope#1.0.0 is not installed" in found["V-001"]["reason"]["text"]
    assert "conformance package install nope@1.0.0" in found["V-001"]["reason"]["remedy"]


def test_what_an_issue_says_is_redacted_like_all_evidence(cli: Cli, folder: Path, env) -> None:
    write_core(folder / "pkg")
    secret = "9434765919"  # a valid NHS number outside the ranges for tests
    found = run(cli, folder, env, {"resourceType": "Patient", "active": secret}, *CORE)
    assert found["V-001"]["verdict"] == "fail"
    assert secret not in json.dumps(found)


@pytest.mark.parametrize(
    ("element", "value", "secret"),
    [
        ("name", [{"family": 12345678}], "12345678"),
        ("name", [{"family": ["Zebedeeson"]}], "Zebedeeson"),
        ("telecom", [{"system": "phone", "value": 7700900123}], "7700900123"),
        ("identifier", [{"system": "https://x.example/mrn", "value": 44556677}], "44556677"),
        ("birthDate", "1974-02-30", "1974-02-30"),
        ("birthDate", 19740225, "19740225"),
        ("deceasedDateTime", "2021-02-30", "2021-02-30"),
    ],
)
def test_values_of_people_are_told_by_their_rule_and_place_only(
    cli: Cli, folder: Path, env, element: str, value: Any, secret: str
) -> None:
    found = run(cli, folder, env, {"resourceType": "Patient", element: value})["V-001"]
    assert found["verdict"] == "fail"
    assert secret not in json.dumps(found)
    assert secret not in "".join(
        path.read_text() for path in folder.rglob("conformance-results/*/*") if path.is_file()
    )
    assert f" at Patient.{element[:8]}" in found["actual"]
    assert "[redacted:text]" not in found["actual"]


def test_a_plan_names_the_profiles_that_are_not_loaded(cli: Cli, folder: Path, env) -> None:
    given = ("plan", "valid", "--catalogue", str(folder))
    bare = cli(*given, cwd=folder, env=env)
    assert "FHIR validation in 2 tests, by the shapes of resources only" in bare.out
    assert f"not loaded  {NAMED}" in bare.out
    write_core(folder / "pkg")
    full = cli(*given, *CORE, "--package", "active.json", "--format", "json", cwd=folder, env=env)
    assert json.loads(full.out)["fhir_validation"] == {
        "tests": ["patient-is-fhir", "patient-conforms"], "profiles_not_loaded": [],
    }  # fmt: skip


def test_check_says_whether_there_is_anything_to_judge_by(cli: Cli, folder: Path, env) -> None:
    with serving(GOOD) as url:
        given = ("check", "valid", "--catalogue", str(folder), "-e", url)
        missing = cli(*given, "--package", "nope@1.0.0", cwd=folder, env=env)
        bare = cli(*given, cwd=folder, env=env)
        write_core(folder / "pkg")
        full = cli(*given, *CORE, "--package", "active.json", cwd=folder, env=env)
    assert missing.code == 3
    assert "nope@1.0.0 is not installed" in missing.out
    assert "conformance package install nope@1.0.0" in missing.out
    assert (bare.code, full.code) == (0, 0)
    assert NAMED in bare.out
    assert "FHIR validation                in 2 tests, by hl7.fhir.r4.core@4.0.1" in full.out


def test_a_test_is_explained_with_its_assertion(cli: Cli, folder: Path, env) -> None:
    done = cli("explain", "patient-conforms", "--catalogue", str(folder), cwd=folder, env=env)
    assert NAMED in done.out
