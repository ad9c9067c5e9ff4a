"""``conformance run`` as a process against a real endpoint: what it answers, and with what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.endpoint import BASE, endpoint, forgetful, run_of, talkative


def only_run(folder: Path) -> Path:
    (run,) = (folder / "conformance-results").iterdir()
    return run


def report_of(folder: Path) -> dict:
    return json.loads((only_run(folder) / "report.json").read_text())


def verdicts(folder: Path) -> dict[str, str]:
    return {r["id"]: r["verdict"] for r in report_of(folder)["requirements"]}


def test_a_conformant_endpoint_is_ok(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served), cwd=tmp_path)
    assert ended.code == 0
    assert "Outcome   CONFORMANT" in ended.out


def test_stdout_is_the_answer_and_stderr_is_the_talk(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served), cwd=tmp_path)
    assert "known-patient" not in ended.out
    assert "PASS       known-patient" in ended.err
    assert "Outcome" not in ended.err


def test_quiet_leaves_nothing_but_the_answer(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served, "-q"), cwd=tmp_path)
    assert ended.err == ""
    assert "Outcome   CONFORMANT" in ended.out


def test_every_run_has_a_directory_with_reports_journal_and_evidence(tmp_path, cli) -> None:
    with endpoint() as served:
        cli(*run_of(served), cwd=tmp_path)
    names = {path.name for path in only_run(tmp_path).iterdir()}
    assert {"report.json", "report.html", "journal.jsonl", "evidence"} <= names


def test_a_failed_shall_is_a_no_that_names_requirement_and_evidence(tmp_path, cli) -> None:
    with endpoint(forgetful) as served:
        ended = cli(*run_of(served), cwd=tmp_path)
    assert ended.code == 1
    assert "Outcome   NOT CONFORMANT" in ended.out
    for said in ("MINI-READ-001", "SHALL", "expected", "actual", "known-patient/1", "curl"):
        assert said in ended.out
    assert verdicts(tmp_path)["MINI-READ-001"] == "fail"


def test_without_writes_the_run_is_undecided_and_names_the_flag(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served, "--allow", "read-only"), cwd=tmp_path)
    assert ended.code == 3
    assert "--allow writes" in ended.out
    assert not [path for path in served.paths() if path.startswith(("POST", "DELETE"))]


def test_a_missing_fixture_leaves_undecided_and_is_named(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli("run", "mini", "-e", served.base_url, "--allow", "writes", *BASE, cwd=tmp_path)
    assert ended.code == 3
    assert "--fixture patient=VALUE" in ended.out
    assert verdicts(tmp_path)["MINI-READ-001"] == "not-tested"


def test_an_endpoint_that_is_not_there_is_undecided_and_fails_nothing(tmp_path, cli) -> None:
    with endpoint() as served:
        gone = served.base_url
    ended = cli("run", "mini", "-e", gone, *BASE, cwd=tmp_path)
    assert ended.code == 3
    assert "fail" not in verdicts(tmp_path).values()
    assert "conformance check" in ended.out


def test_a_definite_no_outranks_what_is_undecided(tmp_path, cli) -> None:
    with endpoint(forgetful) as served:
        ended = cli(*run_of(served, "--allow", "read-only"), cwd=tmp_path)
    assert ended.code == 1


def test_exit_zero_forgives_a_no(tmp_path, cli) -> None:
    with endpoint(forgetful) as served:
        ended = cli(*run_of(served, "--exit-zero"), cwd=tmp_path)
    assert ended.code == 0
    assert "Outcome   NOT CONFORMANT" in ended.out


def test_exit_zero_forgives_no_usage_error(tmp_path, cli) -> None:
    assert cli("run", "--exit-zero", cwd=tmp_path).code == 2


def test_a_should_that_is_not_met_fails_only_where_that_is_asked_for(tmp_path, cli) -> None:
    with endpoint(headers={}) as served:
        usual = cli(*run_of(served), cwd=tmp_path)
        strict = cli(*run_of(served, "--fail-on", "should"), cwd=tmp_path)
    assert (usual.code, strict.code) == (0, 1)
    assert "MINI-READ-003" in usual.out


def test_what_the_product_does_not_offer_is_not_asked_of_it(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served, "--option", "create=false"), cwd=tmp_path)
    assert ended.code == 0
    assert verdicts(tmp_path)["MINI-WRITE-001"] == "not-applicable"
    assert "POST /Patient" not in served.paths()


@pytest.mark.parametrize(
    ("flags", "sent"),
    [
        (("--include", "MINI-READ-001"), {"/Patient/known"}),
        (("--include", "unknown-patient.2,*.4"), {"/Patient/nobody-2", "/Patient/nobody-4"}),
        (("--include", "reading", "--exclude", "negative"), {"/Patient/known"}),
        (("--exclude", "unknown-*", "--exclude", "created-*"), {"/Patient/known"}),
    ],
)  # fmt: skip
def test_patterns_choose_tests_by_id_tag_and_requirement(flags, sent, tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served, *flags), cwd=tmp_path)
    asked = {path.split()[1] for path in served.paths()} - {"/metadata"}
    assert asked == sent
    assert ended.code == 3, "what was left out is not decided"


def test_tests_at_the_same_time_come_to_the_same_verdicts(tmp_path, cli) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "four").mkdir()
    with endpoint(talkative) as served:
        for folder, jobs in (("one", "1"), ("four", "4")):
            cli(*run_of(served, "--jobs", jobs), cwd=tmp_path / folder)
    assert verdicts(tmp_path / "one") == verdicts(tmp_path / "four")


def test_reports_go_where_they_are_sent(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(
            *run_of(served, "--report", "junit=out/deep/junit.xml", "--report", "markdown"),
            cwd=tmp_path,
        )
    assert (tmp_path / "out/deep/junit.xml").read_text().startswith("<?xml")
    assert (only_run(tmp_path) / "report.md").is_file()
    assert "out/deep/junit.xml" in ended.out


def test_a_report_on_stdout_is_alone_there(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served, "--report", "json=-"), cwd=tmp_path)
    assert ended.json()["schema"].startswith("urn:conformance-cli:schema:report")
    assert "Outcome   CONFORMANT" in ended.err


def test_json_format_makes_stdout_one_json_document(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli(*run_of(served, "--format", "json"), cwd=tmp_path)
    assert ended.json() == report_of(tmp_path)


def test_github_actions_get_annotations_and_a_step_summary(tmp_path, cli) -> None:
    summary = tmp_path / "summary.md"
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    with endpoint(forgetful) as served:
        ended = cli(*run_of(served), cwd=tmp_path, env=environment)
    assert "::error title=MINI-READ-001" in ended.out
    assert "MINI-READ-001" in summary.read_text()


def test_a_waived_failure_stays_a_failure_and_passes_the_gate(tmp_path, cli) -> None:
    (tmp_path / "waivers.yaml").write_text(
        "waivers:\n- requirement: MINI-READ-001\n  reason: Known, and being mended\n"
        "  approver: A. Person\n  expires: '2999-01-01'\n"
    )
    with endpoint(forgetful) as served:
        ended = cli(*run_of(served, "--waivers", "waivers.yaml"), cwd=tmp_path)
    assert ended.code == 0
    assert "Outcome   NOT CONFORMANT" in ended.out
    assert verdicts(tmp_path)["MINI-READ-001"] == "fail"


def test_the_settings_of_a_file_count_and_flags_count_more(tmp_path, cli) -> None:
    with endpoint() as served:
        (tmp_path / "conformance.toml").write_text(
            f'profile = "mini@1.0.0"\nendpoint = "{served.base_url}"\n'
            f'catalogues = ["{BASE[1]}"]\n'
            '[fixtures]\npatient = "known"\n[run]\nallow = "writes"\n'
        )
        by_file = cli("run", cwd=tmp_path)
        by_flag = cli("run", "--allow", "read-only", cwd=tmp_path)
    assert (by_file.code, by_flag.code) == (0, 3)


def test_environment_variables_count_between_flags_and_file(tmp_path, cli) -> None:
    with endpoint() as served:
        environment = {
            "CONFORMANCE_ENDPOINT": served.base_url,
            "CONFORMANCE_PROFILE": "mini@latest",
            "CONFORMANCE_CATALOGUE": BASE[1],
            "CONFORMANCE_FIXTURE": "patient=known",
            "CONFORMANCE_ALLOW": "writes",
            "CONFORMANCE_REPORT": "markdown,junit=j.xml",
        }
        ended = cli("run", cwd=tmp_path, env=environment)
    assert ended.code == 0
    assert (tmp_path / "j.xml").is_file()
    assert report_of(tmp_path)["profile"]["version"] == "1.0.0"


def test_a_global_option_may_stand_before_the_command_too(tmp_path, cli) -> None:
    with endpoint() as served:
        ended = cli("-q", *BASE, *run_of(served), cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
