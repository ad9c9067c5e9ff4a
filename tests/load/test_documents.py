"""YAML and JSON as plain data with places, and every way in which a file can be broken."""

from __future__ import annotations

import json
import string
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.load import yaml_events
from conformance_cli.load.documents import MAX_BYTES, read_document
from conformance_cli.load.yaml_events import MAX_DEPTH, build, plain_scalar
from conformance_cli.model.diagnostics import DefinitionError, Location
from tests.load.helpers import problem


def read(tmp_path: Path, text: str | bytes, name: str = "file.yaml") -> Any:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path)


class TestScalars:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("true", True),
            ("false", False),
            ("True", True),
            ("yes", "yes"),
            ("no", "no"),
            ("on", "on"),
            ("off", "off"),
            ("y", "y"),
            ("null", None),
            ("~", None),
            ("", None),
            ("1", 1),
            ("-7", -7),
            ("0", 0),
            ("1.5", 1.5),
            ("1e3", 1000.0),
            ("010", "010"),
            ("0x1F", "0x1F"),
            ("+5", "+5"),
            ("1_000", "1_000"),
            ("12:30:45", "12:30:45"),
            ("2026-11-23", "2026-11-23"),
            ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
            ("1.0.0", "1.0.0"),
            (".inf", ".inf"),
            (".nan", ".nan"),
            ("1e999", "1e999"),
            ("=", "="),
            ('"1"', "1"),
            ("'true'", "true"),
            ('""', ""),
            ("|\n  1", "1\n"),
        ],
    )
    def test_a_scalar_without_quotes_means_what_json_knows_and_else_text(
        self, tmp_path: Path, text: str, value: Any
    ) -> None:
        found = read(tmp_path, f"key: {text}\n").data["key"]
        assert (found, type(found)) == (value, type(value))

    def test_keys_are_always_text_as_written(self, tmp_path: Path) -> None:
        data = read(tmp_path, "on: a\n404: b\ntrue: c\nnull: d\n1.0: e\n").data
        assert list(data) == ["on", "404", "true", "null", "1.0"]

    def test_a_number_too_long_for_python_is_text(self, tmp_path: Path) -> None:
        digits = "9" * 5000
        assert read(tmp_path, f"key: {digits}").data == {"key": digits}

    def test_a_byte_order_mark_is_passed_over(self, tmp_path: Path) -> None:
        assert read(tmp_path, b"\xef\xbb\xbfkey: 1\n").data == {"key": 1}


class TestPlaces:
    TEXT = "a: 1\nb:\n  c: [x, y]\n  d:\n    - e: 2\n    - f\n"

    @pytest.mark.parametrize(
        ("path", "place"),
        [
            (("a",), (1, 1)),
            (("b",), (2, 1)),
            (("b", "c"), (3, 3)),
            (("b", "c", 1), (3, 10)),
            (("b", "d", 0), (5, 7)),
            (("b", "d", 0, "e"), (5, 7)),
            (("b", "d", 1), (6, 7)),
            ((), (1, 1)),
        ],
    )
    def test_a_part_stands_where_its_key_or_item_begins(
        self, tmp_path: Path, path: tuple[str | int, ...], place: tuple[int, int]
    ) -> None:
        document = read(tmp_path, self.TEXT)
        assert document.location(*path) == Location(str(document.path), *place)

    def test_a_part_that_is_not_there_stands_where_it_should_be(self, tmp_path: Path) -> None:
        document = read(tmp_path, self.TEXT)
        assert document.location("b", "zzz", "yyy").line == 2

    def test_a_scalar_value_has_its_own_column(self, tmp_path: Path) -> None:
        document = read(tmp_path, "name:   value\n")
        assert document.value_at(document.data, "name").column == 9

    def test_json_has_places_too(self, tmp_path: Path) -> None:
        document = read(tmp_path, '{\n\t"a": [1,\n\t\t{"b": 2}]}', "file.json")
        assert document.data == {"a": [1, {"b": 2}]}
        assert document.location("a", 1, "b").line == 3


class TestBrokenYaml:
    @pytest.mark.parametrize(
        ("text", "line", "column", "words", "remedy"),
        [
            ("a: 1\n\tb: 2\n", 2, 1, "tab", "spaces"),
            ("a:\n  - b\n\t- c\n", 3, 1, "tab", "spaces"),
            ("a: b: c\n", 1, 5, '": "', "quote"),
            ("a: 1\nb\n", 3, 1, "colon", "key: value"),
            ("a: 'x\n", 2, 1, "quote", "close"),
            ("a: [1, 2\n", 2, 1, "bracket", "close"),
            ("- a\nb: c\n", 2, 1, "dash", "indentation"),
            ("a: @x\n", 1, 4, "reserved", "quote"),
            ('a: "\\q"\n', 1, 5, "escape", "single quotes"),
            ("a: *x\n", 1, 4, "anchor", "write the value out"),
            ("a: &x [*x]\n", 1, 8, "anchor", "write the value out"),
            ("a: !secret x\n", 1, 4, "tag !secret", "drop it"),
            ("a: !!python/object:os.system x\n", 1, 4, "tag", "drop it"),
            ("a: !!str 1\n", 1, 4, "tag", "quote"),
            ("<<: {a: 1}\n", 1, 1, "merge", "write the keys out"),
            ("[a, b]: c\n", 1, 1, "key must be plain text", "quote"),
            ("a: 1\n---\nb: 2\n", 2, 1, "second document", "one document"),
        ],
    )
    def test_says_where_and_what_to_do(
        self, tmp_path: Path, text: str, line: int, column: int, words: str, remedy: str
    ) -> None:
        found = problem(lambda: read(tmp_path, text))
        assert found.code == "bad-yaml"
        assert found.place == Location(str(tmp_path / "file.yaml"), line, column)
        assert words in found.message
        assert found.hint
        assert remedy in found.hint

    def test_a_key_given_twice_names_the_first_line(self, tmp_path: Path) -> None:
        found = problem(lambda: read(tmp_path, "x:\n  a: 1\n  b: 2\n  a: 3\n"))
        assert found.code == "duplicate-key"
        assert found.message == '"a" is given twice; first on line 2'
        assert found.place == Location(str(tmp_path / "file.yaml"), 4, 3)

    def test_keys_of_different_mappings_may_repeat(self, tmp_path: Path) -> None:
        assert read(tmp_path, "- {a: 1}\n- {a: 2}\n").data == [{"a": 1}, {"a": 2}]

    def test_a_control_character_is_refused_at_its_line(self, tmp_path: Path) -> None:
        found = problem(lambda: read(tmp_path, "a: 1\nb: \x07\n"))
        assert (found.code, found.place) == (
            "bad-yaml",
            Location(str(tmp_path / "file.yaml"), 2),
        )

    @pytest.mark.parametrize("text", ["", "\n\n", "# only words\n", "---\n...\n"])
    def test_an_empty_file_is_said_to_be_empty(self, tmp_path: Path, text: str) -> None:
        if text.startswith("---"):
            assert read(tmp_path, text).data is None
        else:
            assert problem(lambda: read(tmp_path, text)).code == "empty-file"


class TestBounds:
    def test_a_file_that_is_too_big_is_not_parsed(self, tmp_path: Path) -> None:
        found = problem(lambda: read(tmp_path, b"a" * (MAX_BYTES + 1)))
        assert found.code == "file-too-big"
        assert "5 MiB" in found.message

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
    def test_deep_nesting_is_refused_and_does_not_crash(self, tmp_path: Path, opening: str) -> None:
        found = problem(lambda: read(tmp_path, opening * 100_000))
        assert found.code == "too-deep"

    def test_nesting_within_the_limit_is_read(self, tmp_path: Path) -> None:
        depth = MAX_DEPTH
        assert read(tmp_path, "[" * depth + "1" + "]" * depth).data

    def test_an_alias_bomb_is_refused(self, tmp_path: Path) -> None:
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
        found = problem(lambda: read(tmp_path, "\n".join(lines)))
        assert found.code == "too-many-values"
        assert found.place is not None

    def test_a_few_aliases_are_fine(self, tmp_path: Path) -> None:
        data = read(tmp_path, "a: &x {b: 1}\nc: *x\nd: &y text\ne: *y\n").data
        assert data == {"a": {"b": 1}, "c": {"b": 1}, "d": "text", "e": "text"}


class TestFiles:
    def test_a_file_that_is_not_utf_8_is_refused_at_the_byte(self, tmp_path: Path) -> None:
        found = problem(lambda: read(tmp_path, "a: ü\nb: ".encode() + "ü".encode("latin-1")))
        assert found.code == "not-utf-8"
        assert found.place == Location(str(tmp_path / "file.yaml"), 2, 4)
        assert found.hint == "save the file as UTF-8"

    def test_a_file_that_is_absent_is_named(self, tmp_path: Path) -> None:
        found = problem(lambda: read_document(tmp_path / "none.yaml"))
        assert (found.code, found.place) == ("file-not-found", str(tmp_path / "none.yaml"))

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        assert problem(lambda: read_document(tmp_path)).code == "file-unreadable"


class TestJson:
    @pytest.mark.parametrize(
        ("text", "line"),
        [('{"a": 1,}', 1), ("{'a': 1}", 1), ('{"a": 1\n"b": 2}', 2), ("a: 1", 1), ("{} x", 1)],
    )
    def test_what_only_yaml_allows_is_refused_at_its_line(
        self, tmp_path: Path, text: str, line: int
    ) -> None:
        found = problem(lambda: read(tmp_path, text, "file.json"))
        assert found.code == "bad-json"
        assert isinstance(found.place, Location)
        assert found.place.line == line

    @pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
    def test_numbers_that_json_has_not_are_refused(self, tmp_path: Path, text: str) -> None:
        assert problem(lambda: read(tmp_path, text, "file.json")).code == "bad-json"

    def test_a_member_given_twice_is_refused(self, tmp_path: Path) -> None:
        found = problem(lambda: read(tmp_path, '{"a": 1,\n"a": 2}', "file.json"))
        assert (found.code, found.place) == (
            "duplicate-key",
            Location(str(tmp_path / "file.json"), 2, 1),
        )

    def test_deep_json_is_refused(self, tmp_path: Path) -> None:
        assert problem(lambda: read(tmp_path, "[" * 100_000, "file.json")).code == "bad-json"

    @given(
        value=st.recursive(
            st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=20,
        ),
        ascii_only=st.booleans(),
    )
    def test_every_json_text_is_read_as_json_reads_it(
        self, tmp_path_factory: pytest.TempPathFactory, value: Any, ascii_only: bool
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "value.json"
        text = json.dumps(value, ensure_ascii=ascii_only, indent=1)
        try:
            path.write_text(text, encoding="utf-8")
        except UnicodeEncodeError:  # a lone surrogate has no UTF-8
            return
        assert read_document(path).data == json.loads(text)


#: Line breaks other than these are folded by version 1.1, which PyYAML speaks.
_PRINTED = string.digits + string.ascii_letters + string.punctuation + " \n\täß€"
#: PyYAML takes 0E0 for text and so leaves out its quotes; in version 1.2 it is a number.
_TEXT = st.text(_PRINTED, max_size=8).filter(lambda t: not isinstance(plain_scalar(t), float))
_PLAIN = st.text(string.ascii_lowercase, min_size=1, max_size=6)


@given(
    st.recursive(
        _PLAIN | st.integers() | st.booleans() | st.none() | _TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_PLAIN, inner, max_size=4),
        max_leaves=25,
    ),
    st.booleans(),
)
def test_whatever_a_yaml_writer_writes_is_read_back(value: Any, flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    assert build("file", text)[0] == value


@given(st.text(max_size=60))
def test_no_text_at_all_makes_it_raise_anything_else(text: str) -> None:
    with suppress(DefinitionError):
        build("file", text)


@given(st.text(_PRINTED + "[]{}:-\"'#&*!|>", max_size=60))
def test_without_the_c_library_it_reads_the_same(text: str) -> None:
    def read_by(loader: type) -> tuple[str, Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_events, "_Loader", loader)
            try:
                return "data", build("file", text)
            except DefinitionError as error:
                return "problem", error.diagnostics[0].code

    kind, found = read_by(yaml.SafeLoader)
    fast_kind, fast = read_by(yaml.CSafeLoader)
    # the two parsers disagree about a few texts that are no YAML, never about data
    if kind == fast_kind == "data":
        assert found[0] == fast[0]
