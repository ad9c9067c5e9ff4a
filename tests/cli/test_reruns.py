"""Running again, reporting again, comparing: what saved runs are good for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.endpoint import BASE, endpoint, forgetful, run_of, talkative

PATIENT = ("--fixture", "patient=known")


def runs(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "conformance-results").iterdir())


@pytest.fixture
def failed(tmp_path: Path, cli: Cli) -> Path:
    """A folder with one run, of an endpoint that does not find its patient."""
    with endpoint(forgetful) as served:
        assert cli(*run_of(served), cwd=tmp_path).code == 1
    return tmp_path


def test_a_rerun_of_what_failed_sends_only_that_and_needs_no_more_flags(tmp_path, cli) -> None:
    with endpoint(forgetful) as served:
        cli(*run_of(served), cwd=tmp_path)
        before = len(served.asked)
        served.instead = lambda _: None
        ended = cli("run", "--rerun", "latest", "--failed", *PATIENT, *BASE, cwd=tmp_path)
    assert served.paths()[before:] == ["GET /metadata", "GET /Patient/known"]
    assert ended.code == 3, "what was not run again is not decided"
    assert len(runs(tmp_path)) == 2


def test_a_whole_rerun_takes_over_endpoint_profile_and_what_is_allowed(tmp_path, cli) -> None:
    with endpoint() as served:
        cli(*run_of(served), cwd=tmp_path)
        ended = cli("run", "--rerun", "latest", *PATIENT, *BASE, cwd=tmp_path)
    assert ended.code == 0
    assert served.paths().count("POST /Patient") == 2


def test_a_flag_counts_more_than_the_run_that_is_repeated(tmp_path, cli) -> None:
    with endpoint() as served:
        cli(*run_of(served), cwd=tmp_path)
        further = ("--allow", "read-only")
        ended = cli("run", "--rerun", "latest", *PATIENT, *further, *BASE, cwd=tmp_path)
    assert ended.code == 3
    assert served.paths().count("POST /Patient") == 1


def test_a_rerun_of_what_was_undecided_sends_what_was_not_allowed_before(tmp_path, cli) -> None:
    with endpoint() as served:
        cli(*run_of(served, "--allow", "read-only"), cwd=tmp_path)
        before = len(served.asked)
        again = ("--rerun", "latest", "--undecided", "--allow", "writes")
        cli("run", *again, *PATIENT, *BASE, cwd=tmp_path)
    sent = {path.split()[0] for path in served.paths()[before:]}
    assert {"POST", "DELETE"} <= sent
    assert "GET /Patient/known" not in served.paths()[before:]


def test_where_nothing_failed_there_is_nothing_to_repeat(tmp_path, cli) -> None:
    with endpoint() as served:
        cli(*run_of(served), cwd=tmp_path)
        ended = cli("run", "--rerun", "latest", "--failed", *PATIENT, *BASE, cwd=tmp_path)
    assert ended.code == 2
    assert "error[nothing-to-rerun]" in ended.err


def test_reports_are_made_again_without_the_endpoint(failed, cli) -> None:
    name = runs(failed)[0]
    ended = cli("report", "latest", "--report", "markdown", "--report", "junit=j.xml", cwd=failed)
    assert ended.code == 0
    assert ended.out.splitlines() == [f"conformance-results/{name}/report.md", "j.xml"]
    assert "MINI-READ-001" in (failed / "j.xml").read_text()


@pytest.mark.parametrize("reference", ["latest", "{name}", "conformance-results/{name}"])
def test_a_run_is_found_by_latest_id_or_path(reference, failed, cli) -> None:
    ended = cli("report", reference.format(name=runs(failed)[0]), cwd=failed)
    assert ended.code == 0
    assert "Outcome   NOT CONFORMANT" in ended.out


def test_a_report_made_again_says_the_same(failed, cli) -> None:
    first = json.loads(
        (failed / "conformance-results" / runs(failed)[0] / "report.json").read_text()
    )
    ended = cli("report", "latest", "--report", "json=-", cwd=failed)
    assert ended.json() == first


def test_a_run_can_be_judged_again_by_other_rules(tmp_path, cli) -> None:
    def nameless(asked):
        return None

    with endpoint(nameless, headers={}) as served:
        cli(*run_of(served), cwd=tmp_path)
    usual = cli("report", "latest", "--report", "json=-", cwd=tmp_path).json()
    strict = cli(
        "report", "latest", "--report", "json=-", "--fail-on", "should", cwd=tmp_path
    ).json()
    assert usual["outcome"] == strict["outcome"] == "conformant"
    assert usual != strict


def test_the_schema_of_the_json_report_fits_the_report(failed, cli) -> None:
    import jsonschema

    schema = cli("report", "--schema", "json", cwd=failed).json()
    report = cli("report", "latest", "--report", "json=-", cwd=failed).json()
    jsonschema.validate(report, schema)


def test_a_run_that_is_not_there_is_named_with_the_nearest(failed, cli) -> None:
    name = runs(failed)[0]
    ended = cli("report", name[:-1] + "z", cwd=failed)
    assert ended.code == 2
    assert "error[run-not-found]" in ended.err
    assert name in ended.err


def test_a_journal_that_was_tampered_with_is_refused_with_its_line(failed, cli) -> None:
    journal = failed / "conformance-results" / runs(failed)[0] / "journal.jsonl"
    text = journal.read_text()
    journal.write_text(text.replace('"fail"', '"pass"', 1))
    ended = cli("report", "latest", cwd=failed)
    assert ended.code == 2
    assert "error[journal-corrupt]" in ended.err
    assert "journal.jsonl:" in ended.err


def two_runs(tmp_path: Path, cli: Cli, before, after) -> tuple[str, str]:
    with endpoint(before) as served:
        cli(*run_of(served), cwd=tmp_path)
        (old,) = runs(tmp_path)
        served.instead = after
        cli(*run_of(served), cwd=tmp_path)
    (new,) = set(runs(tmp_path)) - {old}
    return old, new


def test_a_regression_is_a_no_that_names_the_requirement(tmp_path, cli) -> None:
    old, new = two_runs(tmp_path, cli, lambda _: None, forgetful)
    ended = cli("diff", old, new, cwd=tmp_path)
    assert ended.code == 1
    assert "Regressions (1)" in ended.out
    assert "MINI-READ-001  pass -> fail" in ended.out


def test_a_fix_is_ok(tmp_path, cli) -> None:
    old, new = two_runs(tmp_path, cli, forgetful, lambda _: None)
    ended = cli("diff", f"conformance-results/{old}", new, cwd=tmp_path)
    assert ended.code == 0
    assert "Fixes (1)" in ended.out


def test_a_comparison_is_there_for_programs_and_pull_requests_too(tmp_path, cli) -> None:
    old, new = two_runs(tmp_path, cli, forgetful, talkative)
    as_json = cli("diff", old, new, "--format", "json", cwd=tmp_path)
    assert (as_json.code, len(as_json.json()["regressions"])) == (1, 1)
    assert as_json.json()["fixes"][0]["requirement"] == "MINI-READ-001"
    as_markdown = cli("diff", old, new, "--format", "markdown", "--exit-zero", cwd=tmp_path)
    assert as_markdown.code == 0
    assert "| MINI-READ-002 | pass | fail |" in as_markdown.out


def test_explain_shows_what_a_run_saw_of_a_requirement_with_curl(failed, cli) -> None:
    ended = cli("explain", "MINI-READ-001", "-r", "latest", *BASE, cwd=failed)
    assert ended.code == 0
    for said in ("FAIL", "expected", "404", "known-patient/1", "curl --request GET", "Verified by"):
        assert said in ended.out


def test_explain_says_why_a_requirement_was_not_decided(tmp_path, cli) -> None:
    with endpoint() as served:
        cli(*run_of(served, "--allow", "read-only"), cwd=tmp_path)
    ended = cli("explain", "MINI-WRITE-001", "-r", "latest", *BASE, cwd=tmp_path)
    assert "NOT-TESTED" in ended.out
    assert "--allow writes" in ended.out


def test_an_exchange_of_a_run_is_shown_in_full_with_the_command_that_sends_it(failed, cli) -> None:
    run = load_report(failed)
    (exchange, *_) = [a["exchange"] for t in run["tests"] for a in t["assertions"] if a["exchange"]]
    shown = cli("explain", exchange, "-r", "latest", *BASE, cwd=failed)
    assert shown.code == 0
    assert shown.out.startswith(exchange)
    assert "\ncurl --request" in shown.out


def load_report(folder: Path) -> dict:
    (report,) = folder.glob("conformance-results/*/report.json")
    return json.loads(report.read_text())


def test_the_rules_of_a_variable_count_for_a_report_as_for_a_run(tmp_path, cli) -> None:
    with endpoint(headers={}) as served:
        cli(*run_of(served), cwd=tmp_path)
    strict = {"CONFORMANCE_FAIL_ON": "should", "CONFORMANCE_REPORT": "json=-"}
    report = cli("report", "latest", cwd=tmp_path, env=strict).json()
    assert report["settings"]["fail_on"] == "should"
