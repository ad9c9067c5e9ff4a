"""The run directory: private, written by one process, resumable."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.model.diagnostics import ConformanceError, ExitCode
from conformance_cli.model.exchange import Evidence
from conformance_cli.model.result import Cause, PreflightResult, PreflightStatus
from conformance_cli.model.run import Run, RunState
from conformance_cli.store import RunDirectory, load_evidence, load_run
from tests.store.saved import (
    PLANNED,
    PREFLIGHT,
    WHEN,
    complete,
    evidence,
    header,
    journal,
    record,
    result,
)
from tests.strategies import runs_with_evidence


def code(error: pytest.ExceptionInfo[ConformanceError]) -> str:
    return error.value.diagnostics[0].code


@given(saved=runs_with_evidence())
def test_a_run_is_read_back_as_it_was_recorded(
    saved: tuple[Run, dict[str, Evidence]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    run, kept = saved
    path = tmp_path_factory.mktemp("run")
    with RunDirectory.create(path, run.header) as directory:
        for check in run.preflight:
            directory.preflight(check)
        for test in reversed(run.tests):
            directory.test_started(test.id)
            directory.test_finished(test, [kept[exchange] for exchange in test.exchanges])
        if run.finished is not None:
            directory.finish(run.state, run.finished)
    assert load_run(path) == replace(run, resumed=0)
    assert {name: load_evidence(path, name) for name in kept} == kept


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_can_read_a_run(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = complete(tmp_path / "results" / "run")
    finally:
        os.umask(old)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in [path, *path.rglob("*")]}
    assert {modes[p] for p in modes if p.is_dir()} == {0o700}
    assert {modes[p] for p in modes if p.is_file()} == {0o600}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_directory_with_other_files_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "conformance.toml").touch()
    complete(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_second_run_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    path = complete(tmp_path / "run")
    before = journal(path).read_bytes()
    with pytest.raises(ConformanceError) as caught:
        RunDirectory.create(path, header())
    assert code(caught) == "run-exists"
    assert journal(path).read_bytes() == before


def test_two_processes_cannot_write_one_run(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, header()):
        with pytest.raises(ConformanceError) as caught:
            RunDirectory.resume(tmp_path)
        assert code(caught) == "run-locked"
        assert f"process {os.getpid()} is" in str(caught.value)
    RunDirectory.resume(tmp_path).close()


def test_a_lock_left_by_a_dead_process_holds_nobody_up(tmp_path: Path) -> None:
    RunDirectory.create(tmp_path, header()).close()
    assert (tmp_path / ".lock").exists()
    RunDirectory.resume(tmp_path).close()


def test_a_run_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, header()) as run:
        record(run, ["one"])
        seen = load_run(tmp_path)
        assert ([test.id for test in seen.tests], seen.state) == (["one"], RunState.INCOMPLETE)


@pytest.mark.parametrize("test", ["", "..", "../evil", "a/b", ".hidden", "a\0b", "x" * 201, "ü"])
def test_a_test_whose_id_is_no_file_name_is_refused_before_anything_is_written(
    test: str, tmp_path: Path
) -> None:
    with pytest.raises(ConformanceError) as caught:
        RunDirectory.create(tmp_path / "run", header(test))
    assert code(caught) == "test-id-unsafe"
    assert not (tmp_path / "run").exists()


def test_two_tests_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConformanceError, match="two tests of the plan are called one") as caught:
        RunDirectory.create(tmp_path / "run", header("one", "two", "one"))
    assert code(caught) == "test-id-twice"


def test_a_test_finishes_once(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, header()) as run:
        record(run, ["one"])
        with pytest.raises(ValueError, match="one has finished before"):
            run.test_finished(result("one"), ())


def test_evidence_of_another_test_is_refused(tmp_path: Path) -> None:
    with (
        RunDirectory.create(tmp_path, header()) as run,
        pytest.raises(ValueError, match="two/1 does not belong to test one"),
    ):
        run.test_finished(result("one"), evidence("two"))


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, header())
    run.finish(RunState.COMPLETE, WHEN)
    with pytest.raises(ValueError, match="was closed"):
        run.test_started("one")
    run.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_evidence_is_on_disk_before_the_line_that_refers_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []

    def spied(sync: Callable[[int], None]) -> Callable[[int], None]:
        def note(descriptor: int) -> None:
            synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
            sync(descriptor)

        return note

    monkeypatch.setattr(os, "fsync", spied(os.fsync))
    monkeypatch.setattr("conformance_cli.store.journal._sync", spied(os.fdatasync))
    with RunDirectory.create(tmp_path, header()) as run:
        synced.clear()
        run.test_started("one")
        assert synced == []
        run.test_finished(result("one"), evidence("one"))
        assert synced == [".one.jsonl.part", "journal.jsonl"]
        synced.clear()
        run.finish(RunState.COMPLETE, WHEN)
        assert synced == ["evidence", "journal.jsonl"]


# -- resuming -----------------------------------------------------------------------------


def crashed(path: Path, *tests: str, in_flight: str = "") -> Path:
    """A run whose process is gone."""
    run = RunDirectory.create(path, header())
    run.preflight(PREFLIGHT)
    record(run, tests)
    if in_flight:
        run.test_started(in_flight)
    run.close()
    return path


def test_resuming_keeps_what_finished_and_names_what_was_in_flight(tmp_path: Path) -> None:
    crashed(tmp_path, "one", in_flight="two")
    with RunDirectory.resume(tmp_path) as run:
        assert run.header == header()
        assert dict(run.finished) == {"one": result("one")}
        assert run.in_flight == ("two",)
        record(run, ["two", "three"])
        assert list(run.finished) == ["one", "two", "three"]
        run.finish(RunState.COMPLETE, WHEN)
    saved = load_run(tmp_path)
    assert [test.id for test in saved.tests] == list(PLANNED)
    assert (saved.state, saved.resumed, saved.finished) == (RunState.COMPLETE, 1, WHEN)


@given(data=st.data())
def test_a_run_cut_anywhere_after_its_header_can_be_resumed_to_its_end(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = complete(tmp_path_factory.mktemp("run"))
    whole = journal(path).read_bytes()
    cut = data.draw(st.integers(whole.index(b"\n") + 1, len(whole) - 1))
    journal(path).write_bytes(whole[:cut])
    with RunDirectory.resume(path) as run:
        record(run, [test for test in PLANNED if test not in run.finished])
        run.finish(RunState.COMPLETE, WHEN)
    saved = load_run(path)
    assert saved.tests == tuple(result(test) for test in PLANNED)
    assert (saved.state, saved.resumed) == (RunState.COMPLETE, 1)


def test_an_interrupted_run_can_be_resumed_again_and_again(tmp_path: Path) -> None:
    crashed(tmp_path)
    for test in PLANNED:
        with RunDirectory.resume(tmp_path) as run:
            assert run.in_flight == ()
            record(run, [test])
            run.finish(RunState.INTERRUPTED, WHEN)
    saved = load_run(tmp_path)
    assert (len(saved.tests), saved.resumed, saved.state) == (3, 3, RunState.INTERRUPTED)


def test_a_resumed_run_is_incomplete_until_it_ends_again(tmp_path: Path) -> None:
    crashed(tmp_path)
    with RunDirectory.resume(tmp_path) as run:
        run.finish(RunState.INTERRUPTED, WHEN)
    RunDirectory.resume(tmp_path).close()
    saved = load_run(tmp_path)
    assert (saved.state, saved.finished) == (RunState.INCOMPLETE, None)


def test_a_complete_run_cannot_be_resumed(tmp_path: Path) -> None:
    complete(tmp_path)
    before = journal(tmp_path).read_bytes()
    with pytest.raises(ConformanceError) as caught:
        RunDirectory.resume(tmp_path)
    assert code(caught) == "run-complete"
    assert journal(tmp_path).read_bytes() == before


@pytest.mark.parametrize("cause", [Cause.DEADLINE, Cause.INTERRUPTED])
def test_tests_that_had_no_time_are_run_again(cause: Cause, tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, header()) as run:
        record(run, ["one"])
        run.test_finished(result("two", cause), ())
        run.test_finished(result("three", cause), ())
        run.finish(RunState.COMPLETE, WHEN)
    with RunDirectory.resume(tmp_path) as run:
        assert (list(run.finished), len(run.finished)) == (["one"], 1)
        assert "two" not in run.finished
        record(run, ["two"])
        assert run.finished["two"] == result("two")
        run.finish(RunState.COMPLETE, WHEN)
    assert load_run(tmp_path).tests == (result("one"), result("two"), result("three", cause))


def test_set_up_checks_of_the_latest_attempt_count(tmp_path: Path) -> None:
    crashed(tmp_path)
    again = PreflightResult("dns", PreflightStatus.FAILED, "no such host")
    with RunDirectory.resume(tmp_path) as run:
        run.preflight(again)
    assert load_run(tmp_path).preflight == (again,)


def test_resuming_sweeps_away_half_written_evidence(tmp_path: Path) -> None:
    crashed(tmp_path, "one")
    part = tmp_path / "evidence" / ".two.jsonl.part"
    part.write_text("{")
    RunDirectory.resume(tmp_path).close()
    assert not part.exists()
    assert load_evidence(tmp_path, "one/1") == evidence("one")[0]


def test_a_broken_journal_is_not_resumed_and_stays_unlocked(tmp_path: Path) -> None:
    crashed(tmp_path, "one")
    broken = journal(tmp_path).read_bytes().replace(b"Test one", b"Test two")
    journal(tmp_path).write_bytes(broken)
    for _ in range(2):
        with pytest.raises(ConformanceError) as caught:
            RunDirectory.resume(tmp_path)
        assert code(caught) == "journal-corrupt"
    assert journal(tmp_path).read_bytes() == broken


def test_resuming_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConformanceError) as caught:
        RunDirectory.resume(tmp_path / "none")
    assert code(caught) == "run-not-found"
    assert not (tmp_path / "none").exists()


# -- file systems that refuse -------------------------------------------------------------


def test_a_file_in_the_way_is_a_usage_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("not a directory")
    with pytest.raises(ConformanceError) as caught:
        RunDirectory.create(tmp_path / "results" / "run", header())
    assert code(caught) == "run-unwritable"
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.diagnostics[0].hint


def test_a_run_that_could_not_begin_leaves_no_journal_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("conformance_cli.store.journal._sync", full)
        with pytest.raises(ConformanceError, match="No space left") as caught:
            RunDirectory.create(tmp_path / "run", header())
    assert caught.value.diagnostics[0].hint == "free some space, then go on with --resume"
    complete(tmp_path / "run")


def test_tests_are_in_plan_order_whatever_order_they_finished_in(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, header()) as run:
        record(run, ["three", "unplanned", "one"])
        run.finish(RunState.COMPLETE, WHEN + timedelta(minutes=1))
    assert [test.id for test in load_run(tmp_path).tests] == ["one", "three", "unplanned"]
