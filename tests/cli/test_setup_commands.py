"""init, check and plan: what happens before the first run."""

from __future__ import annotations

import os
import pty
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cli.endpoint import BASE, endpoint, outcome
from tests.cli.program import PATIENCE_S, command, environment
from tests.miniatures import Answer

PATIENT = ("--fixture", "patient=known")


def test_init_writes_a_file_that_names_profile_fixtures_and_options(tmp_path, cli) -> None:
    ended = cli("init", "bars", "-e", "https://x.example/fhir", "--yes", cwd=tmp_path)
    assert (ended.code, ended.out) == (0, "conformance.toml\n")
    written = tomllib.loads((tmp_path / "conformance.toml").read_text())
    assert written["profile"].startswith("bars@1")
    assert written["endpoint"] == "https://x.example/fhir"
    assert written["fixtures"]
    assert written["options"]
    assert "conformance check" in ended.err


def test_what_init_writes_is_a_configuration(tmp_path, cli) -> None:
    cli("init", "bars", "--auth", "client-credentials", "--yes", cwd=tmp_path)
    shown = cli("check", "--show-config", cwd=tmp_path, env={"FHIR_CLIENT_ID": "me"})
    assert shown.code == 0, shown.err
    assert "conformance.toml" in shown.out


def test_init_overwrites_nothing_unless_forced(tmp_path, cli) -> None:
    (tmp_path / "conformance.toml").write_text("# mine\n")
    ended = cli("init", "bars", "--yes", cwd=tmp_path)
    assert ended.code == 2
    assert "error[already-there]" in ended.err
    assert (tmp_path / "conformance.toml").read_text() == "# mine\n"
    assert cli("init", "bars", "--yes", "--force", cwd=tmp_path).code == 0
    assert "# mine" not in (tmp_path / "conformance.toml").read_text()


def test_init_asks_nothing_where_nobody_can_answer(tmp_path) -> None:
    done = subprocess.run(
        command("init"), cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "?" not in done.stderr


def test_init_asks_on_a_terminal_and_keeps_the_answers(tmp_path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("init"), cwd=tmp_path, env=environment(), stdin=theirs,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"bars@1.0.0\nhttps://mine.example/fhir\nOur product\nbearer\n")
    out, _ = process.communicate(timeout=PATIENCE_S)
    os.close(ours)
    written = tomllib.loads((tmp_path / "conformance.toml").read_text())
    assert (process.returncode, out) == (0, "conformance.toml\n")
    assert written["endpoint"] == "https://mine.example/fhir"
    assert written["product"]["name"] == "Our product"
    assert written["auth"]["scheme"] == "bearer"


def test_check_of_a_ready_set_up_is_ok_and_says_what_to_type_next(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli("check", "mini", "-e", served.base_url, *PATIENT, *BASE, cwd=tmp_path)
    assert ended.code == 0
    for said in ("configuration", "mini@1.0.0 (active)", "The base URL answers", "conformance run"):
        assert said in ended.out
    assert served.paths() == ["GET /metadata"], "check grades nothing"
    assert not (tmp_path / "conformance-results").exists()


def test_check_of_an_endpoint_that_is_not_there_is_3_with_a_hint(tmp_path, cli) -> None:
    with endpoint() as served:
        gone = served.base_url
    ended = cli("check", "mini", "-e", gone, *PATIENT, *BASE, cwd=tmp_path)
    assert ended.code == 3
    assert "failed" in ended.out
    assert "hint" in ended.out


def test_check_of_a_wrong_base_url_says_which_request_was_refused(tmp_path, cli) -> None:
    with endpoint(lambda _: Answer(404, outcome("not-found"))) as served:
        ended = cli("check", "mini", "-e", served.base_url, *PATIENT, *BASE, cwd=tmp_path)
    assert ended.code == 3
    assert "The base URL answers" in ended.out
    assert "404" in ended.out


def test_check_names_fixtures_that_are_missing_and_stays_ready(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli("check", "mini", "-e", served.base_url, *BASE, cwd=tmp_path)
    assert ended.code == 0
    assert "--fixture patient=VALUE" in ended.out


def test_check_warns_of_a_fixture_that_may_be_a_real_person(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(
            "check", "mini", "-e", served.base_url, "--fixture", "patient=9434765919", *BASE,
            cwd=tmp_path,
        )  # fmt: skip
    assert "outside the test range" in ended.out


def test_show_config_says_where_every_value_came_from(tmp_path, cli) -> None:
    (tmp_path / "conformance.toml").write_text(
        'profile = "mini"\n[network]\ntimeout = "5s"\n[environments.int]\nendpoint = "https://i.x"\n'
    )
    ended = cli(
        "check", "--show-config", "--environment", "int", "--level", "shall",
        cwd=tmp_path, env={"CONFORMANCE_RETRIES": "1"},
    )  # fmt: skip
    rows = {line.split()[0]: line.split()[1:] for line in ended.out.splitlines() if line}
    assert rows["profile"] == ["mini", "conformance.toml:1"]
    assert rows["network.timeout"] == ["5s", "conformance.toml:3"]
    assert rows["endpoint"] == ["https://i.x", "conformance.toml:5"]
    assert rows["network.retries"] == ["1", "env", "CONFORMANCE_RETRIES"]
    assert rows["run.level"] == ["shall", "flag"]
    assert rows["run.jobs"] == ["1", "default"]
    assert rows["environment"] == ["int", "flag"]


def test_plan_sends_nothing_and_needs_no_endpoint(tmp_path, cli) -> None:
    ended = cli("plan", "mini", *PATIENT, *BASE, cwd=tmp_path)
    assert ended.code == 0
    assert "Would run 7 tests of 8 (7 read), at least 7 requests" in ended.out


def test_plan_says_what_it_cannot_prove_and_what_would(tmp_path, cli) -> None:
    ended = cli("plan", "mini", *BASE, cwd=tmp_path)
    assert "Cannot be decided: 2 requirements" in ended.out
    assert "decide  run again with --allow writes" in ended.out
    assert "decide  give --fixture patient=VALUE" in ended.out
    assert "Missing 1 fixture" in ended.out
    assert "Only a person can decide: 1 requirement" in ended.out
    assert "SHALL  2 of 5 can be decided; 2 undecided, 1 attested" in ended.out


@pytest.mark.parametrize(
    ("flags", "requests"),
    [((), 7), (("--allow", "writes"), 9), (("--include", "unknown-patient"), 6)],
)
def test_plan_counts_the_requests_that_are_sent_for_certain(flags, requests, tmp_path, cli) -> None:
    ended = cli("plan", "mini", *PATIENT, *BASE, *flags, "--format", "json", cwd=tmp_path)
    assert ended.json()["requests_at_least"] == requests


def test_a_plan_for_programs_has_every_requirement_once(tmp_path, cli) -> None:
    plan = cli("plan", "mini", *PATIENT, *BASE, "--format", "json", cwd=tmp_path).json()
    status = {r["id"]: r["status"] for r in plan["requirements"]}
    assert status == {
        "MINI-READ-001": "decides",
        "MINI-READ-002": "decides",
        "MINI-READ-003": "decides",
        "MINI-READ-004": "decides",
        "MINI-WRITE-001": "undecided",
        "MINI-WRITE-002": "attested",
    }
    observed = next(r for r in plan["requirements"] if r["id"] == "MINI-READ-003")
    assert observed["tests"] == ["observe:not-cached"]


def test_what_is_only_observed_is_undecided_where_no_test_runs(tmp_path, cli) -> None:
    flags = ("--exclude", "*", "--format", "json")
    plan = cli("plan", "mini", *PATIENT, *BASE, *flags, cwd=tmp_path).json()
    observed = next(r for r in plan["requirements"] if r["id"] == "MINI-READ-003")
    assert observed["status"] == "undecided"
    assert observed["reasons"][0]["remedy"] == "let some test run"


def test_the_plan_is_what_the_run_does(tmp_path, cli) -> None:
    with endpoint() as served:
        plan = cli("plan", "mini", *PATIENT, *BASE, "--format", "json", cwd=tmp_path).json()
        cli("run", "mini", "-e", served.base_url, *PATIENT, *BASE, cwd=tmp_path)
    (run,) = (tmp_path / "conformance-results").iterdir()
    sent = [path for path in served.paths() if path != "GET /metadata"]
    assert len(sent) == plan["requests_at_least"]
    journal = Path(run / "journal.jsonl").read_text()
    for test in plan["tests"]:
        assert test["id"] in journal
