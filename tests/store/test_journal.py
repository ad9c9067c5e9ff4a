"""The journal: a crash costs one line at most, and any other change is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.model.diagnostics import ConformanceError, Location
from conformance_cli.model.run import Run, RunState
from conformance_cli.store import RunDirectory, load_run
from conformance_cli.store.journal import JournalWriter
from conformance_cli.store.records import Finished, Footer, Header, Record, Started
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


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The journal of a complete run."""
    return journal(complete(tmp_path_factory.mktemp("whole") / "run")).read_bytes()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory whose journal the tests below write as they like."""
    return tmp_path_factory.mktemp("scratch")


def loaded(scratch: Path, content: bytes) -> Run:
    journal(scratch).write_bytes(content)
    return load_run(scratch)


def problem(scratch: Path, content: bytes) -> ConformanceError:
    with pytest.raises(ConformanceError) as caught:
        loaded(scratch, content)
    return caught.value


def finished_before(whole: bytes, cut: int) -> list[str]:
    """Tests whose line ends before the cut."""
    lines = whole[:cut].split(b"\n")[:-1]
    return [
        t for t in PLANNED if any(b'"finished"' in s and f'"id":"{t}"'.encode() in s for s in lines)
    ]


def test_cut_at_every_byte_it_shows_exactly_the_tests_written_whole(
    whole: bytes, scratch: Path
) -> None:
    header_end = whole.index(b"\n") + 1
    for cut in range(len(whole)):
        if cut < header_end:
            assert problem(scratch, whole[:cut]).diagnostics[0].code == "journal-corrupt"
            continue
        run = loaded(scratch, whole[:cut])
        assert [test.id for test in run.tests] == finished_before(whole, cut)
        assert run.state is RunState.INCOMPLETE
    assert loaded(scratch, whole).state is RunState.COMPLETE


def test_every_flipped_byte_is_noticed(whole: bytes, scratch: Path) -> None:
    last = len(whole) - 1
    for position in range(last):
        changed = bytearray(whole)
        changed[position] ^= 1
        assert problem(scratch, bytes(changed)).diagnostics[0].code == "journal-corrupt"
    # without its line end the footer was not written whole
    assert loaded(scratch, whole[:last] + b" ").state is RunState.INCOMPLETE


@given(data=st.data())
def test_any_changed_byte_is_noticed(data: st.DataObject, whole: bytes, scratch: Path) -> None:
    position = data.draw(st.integers(0, len(whole) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != whole[position]))
    problem(scratch, whole[:position] + bytes([byte]) + whole[position + 1 :])


@given(data=st.data())
def test_bytes_put_in_or_taken_out_are_noticed(
    data: st.DataObject, whole: bytes, scratch: Path
) -> None:
    start = data.draw(st.integers(0, len(whole) - 2))
    end = data.draw(st.integers(start, len(whole) - 2))
    put_in = data.draw(st.binary(max_size=4).filter(lambda b: b != whole[start:end]))
    changed = whole[:start] + put_in + whole[end:]
    problem(scratch, changed)


EDITS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a line in the middle taken out": lambda lines: [*lines[:3], *lines[4:]],
    "the header taken out": lambda lines: lines[1:],
    "two lines swapped": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "a line twice": lambda lines: [*lines[:3], lines[2], *lines[3:]],
    "a line after the footer": lambda lines: [*lines, lines[-1]],
    "an empty line": lambda lines: [*lines[:3], b"\n", *lines[3:]],
}


@pytest.mark.parametrize("edit", EDITS)
def test_edited_lines_are_noticed(edit: str, whole: bytes, scratch: Path) -> None:
    edited = b"".join(EDITS[edit](whole.splitlines(keepends=True)))
    assert problem(scratch, edited).diagnostics[0].code == "journal-corrupt"


def test_the_error_names_file_and_line(whole: bytes, scratch: Path) -> None:
    lines = whole.splitlines(keepends=True)
    lines[3] = lines[3].replace(b"one", b"two")
    diagnostic = problem(scratch, b"".join(lines)).diagnostics[0]
    assert diagnostic.place == Location(str(journal(scratch)), 4)
    assert diagnostic.hint


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"not a journal\n", b"\0" * 200])
def test_what_is_no_journal_is_said_to_be_none(content: bytes, scratch: Path) -> None:
    assert problem(scratch, content).diagnostics[0].code == "journal-corrupt"


def test_a_journal_of_another_format_is_refused_by_its_version(tmp_path: Path) -> None:
    RunDirectory.create(tmp_path / "run", header(format_version="1.7")).close()
    assert load_run(tmp_path / "run").header.format_version == "1.7"
    with pytest.raises(ConformanceError, match=r"format 2\.0") as caught:
        RunDirectory.create(tmp_path / "newer", header(format_version="2.0"))
    assert caught.value.diagnostics[0].code == "journal-version"


# -- writing that is interrupted ----------------------------------------------------------


class Interrupted(BaseException):
    """Stands for Ctrl-C."""


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_an_interrupt_while_a_line_is_written_leaves_no_torn_line_in_the_middle(
    share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def interrupted(descriptor: int, data: Any) -> int:
        write(descriptor, bytes(data)[: int(len(data) * share)])
        raise Interrupted

    with RunDirectory.create(tmp_path / "run", header()) as run:
        record(run, ["one"])
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", interrupted)
            with pytest.raises(Interrupted):
                run.test_finished(result("two"), evidence("two"))
        record(run, ["three"])
        run.finish(RunState.INTERRUPTED, WHEN)

    written = ["one", "two", "three"] if share == 1.0 else ["one", "three"]
    assert [test.id for test in load_run(tmp_path / "run").tests] == written


def test_a_result_whose_writing_was_interrupted_is_never_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(descriptor: int, data: Any) -> int:
        raise Interrupted

    with RunDirectory.create(tmp_path / "run", header()) as run:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", interrupted)
            with pytest.raises(Interrupted):
                run.test_finished(result("one"), ())
        with pytest.raises(ValueError, match="has finished before"):
            run.test_finished(result("one"), ())


def test_a_write_that_takes_only_part_goes_on_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data)[:100]))
    run = load_run(complete(tmp_path / "run"))
    assert [test.id for test in run.tests] == list(PLANNED)
    assert run.preflight == (PREFLIGHT,)


# -- sealed lines that make no sense ------------------------------------------------------


def written(path: Path, *records: Record) -> ConformanceError:
    """What is said of a journal with these records and an unbroken chain."""
    descriptor = os.open(journal(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    writer = JournalWriter(descriptor)
    for item in records:
        writer.append(item)
    writer.close()
    with pytest.raises(ConformanceError) as caught:
        load_run(path)
    return caught.value


def test_a_test_that_finished_twice_is_corruption(tmp_path: Path) -> None:
    error = written(tmp_path, Header(header()), Finished(result("one")), Finished(result("one")))
    assert "test one finished twice" in str(error)
    assert error.diagnostics[0].place == Location(str(journal(tmp_path)), 3)


def test_going_on_after_the_end_is_corruption(tmp_path: Path) -> None:
    error = written(tmp_path, Header(header()), Footer(RunState.COMPLETE, WHEN), Started("one"))
    assert "it goes on after the run had ended" in str(error)


def test_a_second_header_is_corruption(tmp_path: Path) -> None:
    error = written(tmp_path, Header(header()), Header(header()))
    assert "the header is not where it belongs" in str(error)


def test_a_journal_that_does_not_begin_with_a_header_is_corruption(tmp_path: Path) -> None:
    assert "line 1 is no header" in str(written(tmp_path, Started("one")))
