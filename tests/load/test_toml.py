"""TOML with places: every key at the line on which it is written."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.load.documents import Document
from conformance_cli.load.toml_document import read_toml
from tests.load.helpers import line_of, problem

TEXT = '''\
# a comment = 1
top = "x"   # [not.a.table]
many = [
  "a", # ]
  "]",
  { inner = 1 },
]
  indented = true

[table]
key = """
fake = 1
[fake]
\\""" still "" here"""
literal = \'\'\'
also = "no"\'\'\'
next = 1
"quoted.key" = 1
'single' = 2
a.b.c = 3

[table.sub . deep]
x = { y = { z = 1 } }
last = \'it\'

[[list]]
n = 1
[[list]]
n = 2
[list.inner]
m = 3
'''


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "conformance.toml"
    path.write_text(TEXT)
    return read_toml(path)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("top",), "top ="),
        (("many",), "many ="),
        (("many", 1), "many ="),
        (("indented",), "indented"),
        (("table",), "[table]"),
        (("table", "key"), "key ="),
        (("table", "literal"), "literal"),
        (("table", "next"), "next"),
        (("table", "quoted.key"), '"quoted.key"'),
        (("table", "single"), "'single'"),
        (("table", "a", "b", "c"), "a.b.c"),
        (("table", "sub", "deep"), "[table.sub . deep]"),
        (("table", "sub", "deep", "x", "y", "z"), "x ="),
        (("table", "sub", "deep", "last"), "last"),
        (("list", 0, "n"), "n = 1"),
        (("list", 1, "n"), "n = 2"),
        (("list", 1, "inner", "m"), "m = 3"),
    ],
)
def test_a_key_stands_on_the_line_on_which_it_is_written(
    document: Document, path: tuple[str | int, ...], words: str
) -> None:
    lines = [n for n, text in enumerate(TEXT.splitlines(), 1) if text.strip().startswith(words)]
    assert document.location(*path).line in lines


def test_what_is_not_there_stands_where_it_should_be(document: Document) -> None:
    assert document.location("table", "nothing").line == TEXT.splitlines().index("[table]") + 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = 1\nb = x\n", 2, "invalid value"),
        ("a = 1\na = 2\n", 2, "overwrite"),
        ("[a\n", 1, "expected"),
        ('a = "x\nb = 1\n', 1, "illegal"),
        ("a = [1,\n", 2, ""),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    found = problem(lambda: read_toml(path))
    assert (found.code, line_of(found)) == ("bad-toml", ("x.toml", line))
    assert words in found.message


_KEYS = st.text(string.ascii_lowercase, min_size=1, max_size=4)
_VALUES = st.sampled_from(
    ["1", '"x"', "'#'", '"""\na = 1\n"""', "[\n 1,\n]", "{ q = 1 }", "'''\n[x]\n'''", '"\\""']
)


@given(st.dictionaries(_KEYS, st.dictionaries(_KEYS, _VALUES, max_size=4), max_size=4))
def test_whatever_stands_between_them_every_key_is_found(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, dict[str, str]]
) -> None:
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for table, members in tables.items():
        lines += ["# comment [x]", f"[{table}]"]
        expected[table,] = len(lines)
        for key, value in members.items():
            expected[table, key] = len(lines) + 1
            lines += f"{key} = {value} # end".split("\n")
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text("\n".join(lines))
    document = read_toml(path)
    found: dict[tuple[str, ...], Any] = {path: document.location(*path).line for path in expected}
    assert found == expected


def test_a_syntax_error_deep_inside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = " + "[" * 5000)
    assert problem(lambda: read_toml(path)).code == "bad-toml"


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes("a = 1\nb = 'ü'\n".encode("latin-1"))
    found = problem(lambda: read_toml(path))
    assert (found.code, line_of(found)) == ("not-utf-8", ("x.toml", 2))
