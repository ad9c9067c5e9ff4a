"""Text on screens of any width."""

from __future__ import annotations

import pytest

from conformance_cli.cli.output import counted, fields, table, width, wrapped


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [("100", 100), ("80", 80), ("10", 60), ("0", 60), ("wide", 100), ("", 100)],
)
def test_columns_say_how_wide_to_write_within_reason(columns, wanted, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert width() == wanted


@pytest.mark.parametrize("columns", ["60", "80", "140"])
def test_no_line_is_wider_than_the_screen(columns, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = "several words that go on " * 20
    for shown in (
        wrapped(text, indent="    ", first="  x "),
        fields([("Name", text), ("Other", text)]),
        table(("A", "B"), [("one", text), ("two", text)]),
    ):
        assert max(map(len, shown.splitlines())) <= int(columns)


def test_words_are_never_cut_so_that_they_can_be_copied(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    url = "https://example.org/" + "x" * 200
    assert url in wrapped(f"see {url} for more")


def test_fields_without_a_value_are_left_out() -> None:
    assert fields([("A", "1"), ("Long name", "")]) == "  A  1"


def test_a_table_without_rows_is_its_head() -> None:
    assert table(("NAME", "TITLE"), []) == "NAME  TITLE"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests"), (171, "171 tests")]
)
def test_things_are_counted_in_words(number, said) -> None:
    assert counted(number, "test") == said
