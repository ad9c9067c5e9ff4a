"""Reading saved runs: the latest one, its evidence, and evidence that was tampered with."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from conformance_cli.model.diagnostics import ConformanceError, Location
from conformance_cli.store import (
    RunDirectory,
    evidence_problems,
    latest_run,
    load_evidence,
    load_run,
)
from tests.store.saved import WHEN, complete, evidence, header, journal

ROOT_OR_WINDOWS = not hasattr(os, "geteuid") or os.geteuid() == 0


def begun(path: Path, minutes: int) -> Path:
    RunDirectory.create(path, header(started=WHEN + timedelta(minutes=minutes))).close()
    return path


def test_the_latest_run_is_the_one_started_last_whatever_it_is_called(tmp_path: Path) -> None:
    begun(tmp_path / "z", 0)
    latest = begun(tmp_path / "a", 5)
    begun(tmp_path / "m", 3)
    os.utime(journal(tmp_path / "z"))
    assert latest_run(tmp_path) == latest


def test_what_is_no_run_is_never_the_latest(tmp_path: Path) -> None:
    run = begun(tmp_path / "run", 0)
    for name, content in (("empty", b""), ("other", b'{"header":{}}\n'), ("torn", b'{"ty')):
        (tmp_path / name).mkdir()
        journal(tmp_path / name).write_bytes(content)
    (tmp_path / "file").touch()
    assert latest_run(tmp_path) == run


def test_without_runs_there_is_no_latest(tmp_path: Path) -> None:
    assert latest_run(tmp_path) is None
    assert latest_run(tmp_path / "none") is None


def test_a_run_can_be_named_by_its_journal_too(tmp_path: Path) -> None:
    complete(tmp_path)
    assert load_run(journal(tmp_path)) == load_run(tmp_path)


def test_a_directory_without_a_run_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(ConformanceError, match="there is no run in") as caught:
        load_run(tmp_path)
    assert caught.value.diagnostics[0].code == "run-not-found"


@pytest.mark.skipif(ROOT_OR_WINDOWS, reason="root reads everything")
def test_a_journal_that_may_not_be_read_is_a_usage_error(tmp_path: Path) -> None:
    complete(tmp_path)
    journal(tmp_path).chmod(0)
    with pytest.raises(ConformanceError) as caught:
        load_run(tmp_path)
    assert caught.value.diagnostics[0].code == "run-unreadable"


def test_evidence_is_found_by_its_id(tmp_path: Path) -> None:
    complete(tmp_path)
    assert load_evidence(tmp_path, "two/1") == evidence("two")[0]
    assert load_evidence(tmp_path, "two/2") == evidence("two")[1]


@pytest.mark.parametrize("name", ["two/3", "four/1", "two", "", "/", "two/1/1"])
def test_evidence_that_was_never_kept_is_none(name: str, tmp_path: Path) -> None:
    complete(tmp_path)
    assert load_evidence(tmp_path, name) is None


@pytest.mark.parametrize("name", ["../secret/1", "../../secret/1", "..\\secret/1", ".secret/1"])
def test_an_evidence_id_reaches_no_other_file(name: str, tmp_path: Path) -> None:
    complete(tmp_path / "run")
    secret = (tmp_path / "run" / "evidence" / "one.jsonl").read_bytes()
    for place in (tmp_path, tmp_path / "run", tmp_path / "run" / "evidence"):
        (place / "secret.jsonl").write_bytes(secret.replace(b"one/1", name.encode()))
        (place / ".secret.jsonl").write_bytes(secret.replace(b"one/1", name.encode()))
    assert load_evidence(tmp_path / "run", name) is None


def test_evidence_that_cannot_be_read_names_file_and_line(tmp_path: Path) -> None:
    complete(tmp_path)
    file = tmp_path / "evidence" / "one.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"{}\n")
    assert load_evidence(tmp_path, "one/1") == evidence("one")[0]
    with pytest.raises(ConformanceError) as caught:
        load_evidence(tmp_path, "one/2")
    diagnostic = caught.value.diagnostics[0]
    assert (diagnostic.code, diagnostic.place) == ("evidence-corrupt", Location(str(file), 2))


def test_untouched_evidence_has_no_problems(tmp_path: Path) -> None:
    assert evidence_problems(complete(tmp_path)) == ()


def test_changed_and_missing_evidence_is_noticed(tmp_path: Path) -> None:
    complete(tmp_path)
    file = tmp_path / "evidence" / "one.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"status":200', b'"status":400'))
    (tmp_path / "evidence" / "three.jsonl").unlink()
    problems = evidence_problems(tmp_path)
    assert [problem.code for problem in problems] == ["evidence-changed", "evidence-missing"]
    assert problems[0].place == str(file)
